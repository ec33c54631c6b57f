"""config/channels.toml and the installed networks -> the channels of this council."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from console import networks
from console.channel_faults import FILE, OURS, SEALED, faults_of, keys_of, named
from console.configuration import (
    ConfigurationFaults,
    Fault,
    SecretMissing,
    read_secret,
    read_toml,
    suggestion,
)
from console.domain.channel import (
    Channel,
    Checkable,
    Editable,
    Findable,
    Followable,
    Limit,
    Pace,
    Watchable,
)
from console.domain.incident import Mode
from console.domain.recipient import Addresses
from console.domain.voice import PLAIN, Voice
from console.settings import Settings
from console.voices import voice_of


@dataclass(frozen=True)
class ConfiguredChannel:
    """One destination. Two accounts on one network are two channels."""

    name: str
    network: str
    title: str
    account: str
    languages: tuple[str, ...]
    """BCP 47; each gets a text and a post of its own."""
    recipients: tuple[str, ...]
    on_unknown: Literal["hold", "resend"]
    limit: Limit
    adapter: type[Channel] = field(repr=False)
    settings: Mapping[str, Any] = field(repr=False)
    """The network's own keys as written: secrets are references here, never values."""
    pace: Pace = field(default_factory=Pace)
    practice: bool = False
    """True where even actual messages go to the practice networks (the demo)."""
    private_network: bool = False
    """True where its server is in a network of the council's own."""
    posts_by_hand: bool = False
    """True where a post that Skellat did not send is nothing strange."""
    voice: Voice = PLAIN
    edit_corrections: bool = True
    """False where a correction is a post of its own, although the old one could be changed."""

    @property
    def language(self) -> str:
        """The first of them."""
        return self.languages[0]

    recipient_list: bool = False
    """True where its people are kept in the console, and ``recipients`` is empty."""

    @property
    def repeatable(self) -> bool:
        return self.adapter.repeatable

    @property
    def findable(self) -> bool:
        return issubclass(self.adapter, Findable)

    @property
    def corrects_in_place(self) -> bool:
        """True where a correction takes the place of the words that it corrects."""
        return self.edit_corrections and issubclass(self.adapter, Editable)

    @property
    def replies(self) -> bool:
        """True where what follows stands under the post before it."""
        return getattr(self.adapter, "replies", False)

    @property
    def checkable(self) -> bool:
        return issubclass(self.adapter, Checkable)

    @property
    def watchable(self) -> bool:
        return issubclass(self.adapter, Watchable)

    @property
    def followable(self) -> bool:
        return issubclass(self.adapter, Followable)

    @property
    def addresses(self) -> Addresses | None:
        """What it writes to, where that is single people."""
        return getattr(self.adapter, "addresses", None)

    @property
    def shows_pictures(self) -> bool:
        return getattr(self.adapter, "pictures", False)

    @property
    def needs_picture(self) -> bool:
        """True where the network publishes nothing without one."""
        return getattr(self.adapter, "needs_picture", False)

    @property
    def bounces(self) -> bool:
        """Whether what cannot be delivered later comes back to an address of the delivery's own."""
        return getattr(self.adapter, "bounces", False)

    @property
    def tells_about(self) -> bool:
        """Whether it passes on more than the words: how bad, where, until when."""
        return getattr(self.adapter, "tells_about", False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Where its secrets are kept, such as ``env:NAME`` or ``sealed``; never what they are."""
        kept = (self.settings.get(key) for key, one in keys_of(self.adapter).items() if one.secret)
        return tuple(str(one) for one in kept if one == SEALED or named(one))

    def practised(self, mode: Mode) -> bool:
        """True where what is sent stays on the practice networks."""
        return self.practice or mode is Mode.EXERCISE

    def is_public(self, mode: Mode) -> bool:
        """True where nothing but the public internet may be reached for it."""
        return not (self.private_network or self.practised(mode))

    def carries(self, mode: Mode) -> bool:
        """False where the network has no practice stand-in: it cannot be rehearsed."""
        return mode is Mode.ACTUAL or bool(practice_keys(self.adapter))


@dataclass(frozen=True)
class BrokenChannel:
    """One that is left out because its network's plugin is broken; all others send."""

    name: str
    network: str
    title: str
    account: str
    practice: bool
    fault: Fault


@dataclass(frozen=True)
class Channels:
    """Everything in channels.toml, in the file's order."""

    usable: tuple[ConfiguredChannel, ...]
    broken: tuple[BrokenChannel, ...] = ()


def configured(settings: Settings) -> tuple[ConfiguredChannel, ...]:
    """All channels that can be used. Raises `ConfigurationFaults`."""
    return read(settings).usable


def read(settings: Settings) -> Channels:
    """Raises `ConfigurationFaults`, but not for a broken plugin: that would silence every other
    channel as well."""
    faults: list[Fault] = []
    tables = read_toml(settings.config / FILE, faults) or {}
    if settings.practice_only:
        tables = {name: {**table, "practice": True} for name, table in tables.items()}
    broken = [one for name, table in tables.items() if (one := _broken(name, table))]
    left_out, known = {one.name for one in broken}, installed()
    channels = [
        _channel(name, table, known, settings.council.language, faults)
        for name, table in tables.items()
        if name not in left_out
    ]
    if not tables and not faults:
        faults.append(Fault(FILE, "", "has no channel", "Add one table for each channel"))
    if faults:
        raise ConfigurationFaults(faults)
    return Channels(tuple(one for one in channels if one), tuple(broken))


def installed() -> Mapping[str, type[Channel]]:
    """Every network that can be used: ours and those of other packages."""
    found = networks.installed().values()
    return {one.name: one.adapter for one in found if one.adapter}


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


def _broken(name: str, table: Any) -> BrokenChannel | None:
    network = str(table.get("network")) if isinstance(table, dict) else ""
    found = networks.installed().get(network)
    if found is None or found.adapter:
        return None
    remedy = f"Put it right, or remove {found.package}; the other channels send meanwhile"
    return BrokenChannel(
        name=name,
        network=network,
        title=str(table.get("title", _title(name))),
        account=str(table.get("account", "")),
        practice=table.get("practice") is True,
        fault=Fault(FILE, f"{name}.network", found.fault, remedy),
    )


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _channel(
    name: str,
    table: Any,
    known: Mapping[str, type[Channel]],
    language: str,
    faults: list[Fault],
) -> ConfiguredChannel | None:
    if not isinstance(table, dict):
        faults.append(Fault(FILE, name, "is not a table", f"Write it as [{name}]"))
        return None
    network = table.get("network")
    adapter = known.get(str(network))
    if adapter is None:
        what = f"network {network!r} is not installed" if network else "has no network"
        faults.append(Fault(FILE, f"{name}.network", what, suggestion(str(network), [*known])))
        return None
    found = faults_of(name, table, adapter)
    faults += found
    if found:
        return None
    theirs = keys_of(adapter)
    own = {key: value for key, value in table.items() if key in theirs or key not in OURS}
    limit = adapter.limit
    if "characters" in table:
        limit = replace(limit, characters=table["characters"])
    return ConfiguredChannel(
        name=name,
        network=str(network),
        title=table.get("title", _title(name)),
        account=table["account"],
        languages=tuple(table.get("languages") or [table.get("language", language)]),
        recipients=tuple(table.get("recipients", ())),
        on_unknown=table.get("on_unknown", "hold"),
        limit=limit,
        adapter=adapter,
        settings=own,
        pace=_pace(table, adapter),
        practice=table.get("practice", False),
        private_network=table.get("private_network", False),
        posts_by_hand=table.get("posts_by_hand", False),
        voice=voice_of(FILE, name, table.get("voice"), []),
        recipient_list=table.get("recipient_list", False),
        edit_corrections=table.get("edit_corrections", True),
    )


def _pace(table: Mapping[str, Any], adapter: type[Channel]) -> Pace:
    """The network's own pace, where the council does not say otherwise."""
    usual: Pace = getattr(adapter, "pace", Pace())
    return Pace(
        parallel=table.get("parallel", usual.parallel),
        per_minute=table.get("per_minute", usual.per_minute),
    )
