"""The installed networks: ours, those of other packages, and those that cannot be used, and why."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from io import StringIO
from typing import Any

from console.domain.channel import Channel, Key, Limit, Pace

GROUP = "skellat.channels"
OURS = "skellat"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Network:
    """One network as its package names it. ``error`` says why it cannot be used, or nothing."""

    name: str
    package: str
    version: str
    place: str
    """Where its class is: ``package.module:Class``."""
    adapter: type[Channel] | None = field(default=None, repr=False)
    error: str = ""

    @property
    def fault(self) -> str:
        """What is wrong, with everything that leads to whoever can put it right."""
        return f"the plugin {self.package} {self.version} ({self.place}) is broken: {self.error}"


class NotAChannel(Exception):
    """What was loaded is no channel; the text says what it lacks."""


@cache
def installed() -> Mapping[str, Network]:
    """Every network by its name. One that cannot be used keeps nothing else from being found."""
    found: dict[str, Network] = {}
    for point in sorted(entry_points(group=GROUP), key=_ours_first):
        one = _network(point)
        if earlier := found.get(one.name):
            taken = f"{earlier.package} has a network of this name already"
            one = replace(one, name=f"{one.name} ({one.package})", adapter=None, error=taken)
        found[one.name] = one
        if one.error:
            log.error("network %s left out: %s", one.name, one.fault)
    return found


def _ours_first(point: EntryPoint) -> tuple[bool, str, str]:
    """Nobody takes the place of one of our networks by its name."""
    package = _package(point)[0]
    return package != OURS, package, point.name


def _package(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("unknown package", "")


def _network(point: EntryPoint) -> Network:
    try:
        adapter, error = load(point.load), ""
    except NotAChannel as lacking:
        adapter, error = None, str(lacking)
    return Network(point.name, *_package(point), point.value, adapter, error)


def load(loaded: Callable[[], Any]) -> type[Channel]:
    """The channel's class. Raises `NotAChannel`, whatever the plugin's own code does when it is
    imported; what it prints is thrown away, since a command's output is for programs too."""
    try:
        with redirect_stdout(StringIO()):
            adapter: type[Channel] = loaded()
    except (Exception, SystemExit) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise NotAChannel(said.removesuffix(":")) from error
    lacks = next(_lacks(adapter), "")
    if lacks:
        raise NotAChannel(lacks)
    return adapter


def _lacks(adapter: Any) -> Iterator[str]:
    """What keeps it from being a channel, as `console.domain.channel` describes one."""
    if not isinstance(adapter, type):
        yield "it is not a class"
    if not callable(getattr(adapter, "send", None)):
        yield "it has no send()"
    if not isinstance(getattr(adapter, "limit", None), Limit):
        yield "its `limit` is not a Limit"
    if not isinstance(getattr(adapter, "repeatable", None), bool):
        yield "its `repeatable` is neither True nor False"
    if not isinstance(getattr(adapter, "pace", Pace()), Pace):
        yield "its `pace` is not a Pace"
    if not _maps(getattr(adapter, "keys", {}), Key):
        yield "its `keys` are not names with a Key each"
    if not _maps(getattr(adapter, "practice", {}), str):
        yield "its `practice` is not settings with a text each"


def _maps(found: Any, kind: type) -> bool:
    return isinstance(found, Mapping) and all(
        isinstance(name, str) and isinstance(one, kind) for name, one in found.items()
    )
