"""A configured channel, ready to send: with its secrets read, or led to the practice networks."""

from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from console.channel_faults import SEALED, keys_of
from console.channels import ConfiguredChannel, practice_keys
from console.configuration import SecretMissing, read_secret
from console.domain.channel import Channel
from console.domain.incident import Mode
from console.settings import Settings

Unseal: TypeAlias = Callable[[str, str], str]
"""(Channel, setting) -> its secret. Raises `SecretMissing`."""


def shut(channel: str, setting: str) -> str:
    """For every part but the workers: what is sealed stays so."""
    raise SecretMissing(f"{channel}.{setting}, sealed: only a worker opens it")


def connect(
    channel: ConfiguredChannel, mode: Mode, settings: Settings, unseal: Unseal = shut
) -> Channel:
    """The channel, ready to send. An exercise never reads a live setting or secret.

    Raises `SecretMissing`, `NoPractice`.
    """
    if channel.practised(mode):
        return channel.adapter(_practice_settings(channel, mode, settings))
    keys = keys_of(channel.adapter)
    ready = {
        key: _secret(channel, key, value, unseal) if key in keys and keys[key].secret else value
        for key, value in channel.settings.items()
    }
    # An adapter that keeps files keeps them in the state folder, unless it is told otherwise.
    ready = {key: _filled(value, channel, mode, settings) for key, value in ready.items()}
    return channel.adapter({"account": channel.account} | ready)


def where_to_look(channel: ConfiguredChannel, mode: Mode, settings: Settings) -> str:
    """The web address where a person sees what the channel shows, or nothing. It is made from the
    settings as they are written: no secret is read for it."""
    named = getattr(channel.adapter, "where", None)
    found = str(named({"account": channel.account, **channel.settings})) if named else ""
    if channel.practised(mode) and "{public}" not in found:
        found = settings.practice.url
    world = "/exercise" if mode is Mode.EXERCISE else ""
    found = found.replace("{public}", f"{settings.console.base_url}{world}/public/")
    address = urlsplit(found)
    return found if address.scheme in ("http", "https") and address.netloc else ""


class NoPractice(Exception):
    """There are no practice networks to go to. ``channel`` is the channel's name."""

    def __init__(self, channel: str) -> None:
        super().__init__(f"no practice network for {channel}")
        self.channel = channel


def _secret(channel: ConfiguredChannel, key: str, written: str, unseal: Unseal) -> str:
    return unseal(channel.name, key) if written == SEALED else read_secret(written)


def _practice_settings(
    channel: ConfiguredChannel, mode: Mode, settings: Settings
) -> dict[str, str]:
    template = practice_keys(channel.adapter)
    # The public page's files stay in the state folder: they need no practice networks.
    elsewhere = any("{practice" in value or "{smtp_port}" in value for value in template.values())
    if not template or (elsewhere and not settings.practice.url):
        raise NoPractice(channel.name)
    return {key: _filled(value, channel, mode, settings) for key, value in template.items()}


def _filled(value: Any, channel: ConfiguredChannel, mode: Mode, settings: Settings) -> Any:
    if not isinstance(value, str) or "{" not in value:
        return value
    host, _, port = settings.practice.smtp.partition(":")
    places = {
        "practice": settings.practice.url,
        "practice_address": urlsplit(settings.practice.url).netloc,
        "practice_host": host,
        "smtp_port": port,
        "world": str(mode),
        "name": channel.name,
        "var": str(settings.home),
    }
    for place, text in places.items():
        value = value.replace("{" + place + "}", text)
    return value
