"""config/channels.toml and the installed networks -> the channels of this council."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from console.configuration import (
    ConfigurationFaults,
    Fault,
    SecretMissing,
    read_secret,
    read_toml,
    suggestion,
)
from console.domain.channel import Channel, Findable, Key, Limit, Pace
from console.domain.incident import Mode
from console.domain.recipient import Addresses
from console.settings import Settings

FILE = "channels.toml"
SEALED = "sealed"
"""Written in place of a secret that is kept sealed in the database."""
_OURS = {
    "network": Key(hint="the network's name"),
    "title": Key(required=False, hint="what people call this channel"),
    "account": Key(hint="the account, as the public sees it"),
    "language": Key(required=False, hint="BCP 47, such as en"),
    "recipients": Key(required=False, kind=list, hint="one delivery for each address"),
    "recipient_list": Key(required=False, kind=bool, hint="true: its people are in the console"),
    "characters": Key(required=False, kind=int, hint="the server's own limit"),
    "on_unknown": Key(required=False, hint="hold, or resend"),
    "parallel": Key(required=False, kind=int, hint="the most calls at once"),
    "per_minute": Key(required=False, kind=int, hint="the most calls in a minute"),
    "practice": Key(required=False, kind=bool, hint="true: live messages stay on this machine"),
}


@dataclass(frozen=True)
class ConfiguredChannel:
    """One destination. Two accounts on one network are two channels."""

    name: str
    network: str
    title: str
    account: str
    language: str
    recipients: tuple[str, ...]
    on_unknown: Literal["hold", "resend"]
    limit: Limit
    adapter: type[Channel] = field(repr=False)
    settings: Mapping[str, Any] = field(repr=False)
    """The network's own keys as written: secrets are references here, never values."""
    pace: Pace = field(default_factory=Pace)
    practice: bool = False
    """True where even actual messages go to the practice networks (the demo)."""
    recipient_list: bool = False
    """True where its people are kept in the console, and ``recipients`` is empty."""

    @property
    def repeatable(self) -> bool:
        return self.adapter.repeatable

    @property
    def findable(self) -> bool:
        return issubclass(self.adapter, Findable)

    @property
    def addresses(self) -> Addresses | None:
        """What it writes to, where that is single people."""
        return getattr(self.adapter, "addresses", None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Where its secrets are kept, such as ``env:NAME`` or ``sealed``; never what they are."""
        named = (self.settings.get(key) for key, one in keys_of(self.adapter).items() if one.secret)
        return tuple(str(one) for one in named if one == SEALED or _named(one))

    def practised(self, mode: Mode) -> bool:
        """True where what is sent stays on the practice networks."""
        return self.practice or mode is Mode.EXERCISE

    def carries(self, mode: Mode) -> bool:
        """False where the network has no practice stand-in: it cannot be rehearsed."""
        return mode is Mode.ACTUAL or bool(practice_keys(self.adapter))


def configured(settings: Settings) -> tuple[ConfiguredChannel, ...]:
    """All channels, in the file's order. Raises `ConfigurationFaults`."""
    faults: list[Fault] = []
    tables = read_toml(settings.config / FILE, faults) or {}
    if settings.practice_only:
        tables = {name: {**table, "practice": True} for name, table in tables.items()}
    networks = installed()
    channels = [_channel(name, table, networks, faults) for name, table in tables.items()]
    if not tables and not faults:
        faults.append(Fault(FILE, "", "has no channel", "Add one table for each channel"))
    if faults:
        raise ConfigurationFaults(faults)
    return tuple(one for one in channels if one)


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


@cache
def installed() -> Mapping[str, type[Channel]]:
    """Every network that is installed: ours and those of other packages."""
    return {point.name: point.load() for point in entry_points(group="skellat.channels")}


def keys_of(adapter: type[Channel]) -> Mapping[str, Key]:
    return getattr(adapter, "keys", {})


def practice_keys(adapter: type[Channel]) -> Mapping[str, str]:
    """The settings that lead to the practice networks, with places to fill in."""
    return getattr(adapter, "practice", {})


def missing_secrets(channel: ConfiguredChannel, environment: Mapping[str, str]) -> list[Fault]:
    """What a live channel needs and does not have; a channel in practice needs nothing."""
    faults = []
    for key, value in channel.settings.items():
        known = keys_of(channel.adapter).get(key)
        if channel.practice or not known or not known.secret or value == SEALED:
            continue  # what is sealed the worker's own check tells of
        try:
            read_secret(str(value), environment)
        except SecretMissing as missing:
            what = f"there is no secret at {missing.where}"
            faults.append(Fault(FILE, f"{channel.name}.{key}", what, "Set it, or name another"))
    return faults


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


def _channel(
    name: str,
    table: Any,
    networks: Mapping[str, type[Channel]],
    faults: list[Fault],
) -> ConfiguredChannel | None:
    if not isinstance(table, dict):
        faults.append(Fault(FILE, name, "is not a table", f"Write it as [{name}]"))
        return None
    network = table.get("network")
    adapter = networks.get(str(network))
    if adapter is None:
        what = f"network {network!r} is not installed" if network else "has no network"
        faults.append(Fault(FILE, f"{name}.network", what, suggestion(str(network), [*networks])))
        return None
    found = _faults_of(name, table, adapter)
    faults += found
    if found:
        return None
    own = {key: value for key, value in table.items() if key not in _OURS}
    limit = adapter.limit
    if "characters" in table:
        limit = replace(limit, characters=table["characters"])
    return ConfiguredChannel(
        name=name,
        network=str(network),
        title=table.get("title", name.replace("-", " ").capitalize()),
        account=table["account"],
        language=table.get("language", "en"),
        recipients=tuple(table.get("recipients", ())),
        on_unknown=table.get("on_unknown", "hold"),
        limit=limit,
        adapter=adapter,
        settings=own,
        pace=_pace(table, adapter),
        practice=table.get("practice", False),
        recipient_list=table.get("recipient_list", False),
    )


def _pace(table: Mapping[str, Any], adapter: type[Channel]) -> Pace:
    """The network's own pace, where the council does not say otherwise."""
    usual: Pace = getattr(adapter, "pace", Pace())
    return Pace(
        parallel=table.get("parallel", usual.parallel),
        per_minute=table.get("per_minute", usual.per_minute),
    )


def _faults_of(name: str, table: Mapping[str, Any], adapter: type[Channel]) -> list[Fault]:
    theirs = keys_of(adapter)
    known = {**_OURS, **theirs}
    faults = []
    for key, value in table.items():
        at = f"{name}.{key}"
        if key not in known:
            faults.append(Fault(FILE, at, "is not a known key", suggestion(key, [*known])))
        elif not isinstance(value, known[key].kind) or (
            known[key].kind is int and isinstance(value, bool)
        ):
            wanted = known[key].kind.__name__
            faults.append(Fault(FILE, at, f"is not of type {wanted}", "Correct the value"))
        elif known[key].secret and value != SEALED and not _named(value):
            remedy = f'Name it: env:NAME or file:PATH, or write "{SEALED}"'
            faults.append(Fault(FILE, at, "is a secret written out", remedy))
    faults += _out_of_range(name, table)
    faults += _list_faults(name, table, adapter)
    faults += _missing(name, table, known, theirs)
    return faults


def _named(value: Any) -> bool:
    """Whether it says where a secret is, and is none itself."""
    return str(value).startswith(("env:", "file:"))


def _out_of_range(name: str, table: Mapping[str, Any]) -> list[Fault]:
    """Of the right type, and still of no use."""
    faults = []
    on_unknown = table.get("on_unknown")
    if isinstance(on_unknown, str) and on_unknown not in ("hold", "resend"):
        at = f"{name}.on_unknown"
        faults.append(Fault(FILE, at, "is neither hold nor resend", 'Use "hold"'))
    for key in ("characters", "parallel", "per_minute"):
        number = table.get(key)
        if isinstance(number, int) and not isinstance(number, bool) and number < 1:
            at, what = f"{name}.{key}", "is less than 1"
            faults.append(Fault(FILE, at, what, "Correct the value, or remove it"))
    recipients = table.get("recipients")
    if isinstance(recipients, list) and not all(isinstance(one, str) for one in recipients):
        what = "holds something that is no text"
        faults.append(Fault(FILE, f"{name}.recipients", what, "Correct: put each between quotes"))
    return faults


def _list_faults(name: str, table: Mapping[str, Any], adapter: type[Channel]) -> list[Fault]:
    if table.get("recipient_list") is not True:
        return []
    at = f"{name}.recipient_list"
    if getattr(adapter, "addresses", None) is None:
        what = "this network writes to nobody in particular"
        return [Fault(FILE, at, what, "Remove it; e-mail and text message channels have lists")]
    if "recipients" in table:
        remedy = "Keep one: recipients here, or the list in the console"
        return [Fault(FILE, at, "has recipients beside it", remedy)]
    return []


def _missing(
    name: str,
    table: Mapping[str, Any],
    known: Mapping[str, Key],
    theirs: Mapping[str, Key],
) -> Sequence[Fault]:
    on_practice = table.get("practice", False) is True
    return [
        Fault(FILE, f"{name}.{key}", "is missing", f"Add it: {one.hint or key}")
        for key, one in known.items()
        if one.required and key not in table and not (on_practice and key in theirs)
    ]
