"""Which rules a message falls under: by its world, type, severity, kind, and the time of day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time, timedelta
from typing import Any

from console.domain.approval import Proof
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role, Rules
from console.domain.severity import Severity


@dataclass(frozen=True)
class Occasion:
    """What is known of a message when it is asked what it needs. ``at`` is the council's time."""

    mode: Mode
    type: str
    severity: Severity
    kind: Kind
    at: time


@dataclass(frozen=True)
class Clause:
    """An exception to the rules of actual incidents: where it fits, and what is different there.
    An empty set, or no time, fits everything."""

    name: str
    """As it is read out: "at night"."""
    changes: Mapping[str, Any]
    """Fields of `Rules`, and their values."""
    types: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    begin: time | None = None
    until: time | None = None

    def fits(self, occasion: Occasion) -> bool:
        return (
            (not self.types or occasion.type in self.types)
            and (not self.severities or occasion.severity in self.severities)
            and (not self.kinds or occasion.kind in self.kinds)
            and self._in_time(occasion.at)
        )

    def _in_time(self, at: time) -> bool:
        if self.begin is None or self.until is None:
            return True
        if self.begin <= self.until:
            return self.begin <= at < self.until
        return at >= self.begin or at < self.until  # over midnight


@dataclass(frozen=True)
class Retention:
    """How long addresses are kept that are no longer needed; then a masked form is all there is."""

    unsubscribed: timedelta = timedelta(days=365)
    bounced: timedelta = timedelta(days=90)
    deliveries: timedelta = timedelta(days=365)
    """After a delivery was settled."""


@dataclass(frozen=True)
class Policy:
    actual: Rules = field(default_factory=Rules)
    exercise: Rules = field(default_factory=lambda: Rules(own_sign_off=True))
    clauses: tuple[Clause, ...] = ()
    """Exceptions for actual incidents. Where several fit, the later one has the last word."""
    retention: Retention = field(default_factory=Retention)

    def fitting(self, occasion: Occasion) -> tuple[Clause, ...]:
        if occasion.mode is Mode.EXERCISE:
            return ()
        return tuple(one for one in self.clauses if one.fits(occasion))

    def rules(self, occasion: Occasion) -> Rules:
        rules = self.exercise if occasion.mode is Mode.EXERCISE else self.actual
        for one in self.fitting(occasion):
            rules = replace(rules, **one.changes)
        return rules


def dump(rules: Rules) -> dict[str, Any]:
    """As JSON, in whole seconds: what was asked of a message is kept with it."""
    return {one.name: _plain(getattr(rules, one.name)) for one in fields(Rules)}


def load(kept: Mapping[str, Any]) -> Rules:
    """What `dump` wrote; what it does not name is as by default."""
    known = {one.name for one in fields(Rules)}
    return Rules(**{name: _READ.get(name, _same)(kept[name]) for name in kept if name in known})


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Proof) else value


def _same(value: Any) -> Any:
    return value


def _roles(value: Any) -> frozenset[Role]:
    return frozenset(Role(one) for one in value)


def _seconds(value: Any) -> timedelta:
    return timedelta(seconds=value)


_READ: dict[str, Callable[[Any], Any]] = {
    "proof": Proof,
    "approve_within": _seconds,
    "languages": tuple,
    "roles": _roles,
    "next_after": lambda value: tuple(_seconds(one) for one in value),
    "sole_release": _roles,
    "look_back_within": _seconds,
}
