"""Stand-ins of other packages: what they bring, so that their networks can be rehearsed as well."""

import logging
from collections.abc import Collection
from importlib.metadata import entry_points

from workers.practice.exchange import Route
from workers.practice.log import Log
from workers.practice.network import Network
from workers.practice.pictures import Pictures

GROUP = "skellat.practice"
_PARTS = ("routes", "account", "refusal")

log = logging.getLogger(__name__)


def found(taken: Collection[str]) -> tuple[type[Network], ...]:
    """Those that can be used; a broken one is named and left out. No name is ``taken`` twice."""
    stand_ins: dict[str, type[Network]] = {}
    for point in entry_points(group=GROUP):
        try:
            one: type[Network] = point.load()
            name, title = str(one.name), str(one.title)
            whole = all(callable(getattr(one, part, None)) for part in _PARTS)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's code
            _left_out(point.value, f"{type(error).__name__}: {error}")
            continue
        if not whole or not title or name in {*taken, *stand_ins}:
            _left_out(point.value, f"it lacks one of {', '.join(_PARTS)}, or its name is taken")
        else:
            stand_ins[name] = one
    return tuple(stand_ins.values())


def routes_of(one: type[Network], log_: Log, pictures: Pictures) -> list[Route]:
    """Its calls; none where it cannot be set up."""
    try:
        return one(log_, pictures).routes()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's code
        _left_out(one.__qualname__, f"{type(error).__name__}: {error}")
        return []


def _left_out(what: str, why: str) -> None:
    log.error("practice stand-in %s left out: %s", what, why)
