"""What a year of incidents and exercises shows: how long approving and publishing took, which
channels held, what was left open. Exercises are never counted with actual incidents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from console.actions import reading
from console.actions.cards import Incident
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.store import learning
from console.store.learning import Span

_LAST = 9998


@dataclass(frozen=True)
class Took:
    """One released message: seconds from the sending for approval to the signature, and from there
    to the first and to the last channel; None where it did not come to that."""

    title: str
    kind: str
    released_at: datetime
    incident: str
    message: str
    approval: float | None
    first: float | None
    last: float | None


@dataclass(frozen=True)
class Held:
    """How a channel's deliveries ended."""

    channel: str
    at_once: int
    after_tries: int
    failed: int
    uncertain: int
    other: int
    """Cancelled, waiting, or being sent."""

    @property
    def total(self) -> int:
        return self.at_once + self.after_tries + self.failed + self.uncertain + self.other

    @property
    def tried(self) -> int:
        return self.total - self.other

    @property
    def reliability(self) -> float | None:
        """The share that was sent, of all whose outcome counts."""
        return (self.at_once + self.after_tries) / self.tried if self.tried else None


@dataclass(frozen=True)
class World:
    """One of the two, alone."""

    mode: Mode
    incidents: int
    took: tuple[Took, ...]
    channels: tuple[Held, ...]
    without_all_clear: tuple[tuple[Incident, datetime], ...]
    look_backs: int
    late_look_backs: int
    """Done after their time, or not done and overdue."""

    def middle(self, what: str) -> float | None:
        return middle(self.took, what)

    def worst(self, what: str) -> float | None:
        return max((value for one in self.took if (value := getattr(one, what))), default=None)


@dataclass(frozen=True)
class Exercise:
    incident: Incident
    people: tuple[str, ...]
    channels: tuple[str, ...]
    messages: tuple[Took, ...]


def middle(took: Iterable[Took], what: str) -> float | None:
    """The median, in seconds: one bad night does not move it."""
    known = [value for one in took if (value := getattr(one, what)) is not None]
    return median(known) if known else None


def year_of(year: int, zone: ZoneInfo) -> Span:
    """The year on the council's calendar."""
    return Span(datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone))


def known(year: int) -> bool:
    return 1970 <= year <= _LAST


def world(db: Session, mode: Mode, span: Span, now: datetime) -> World:
    exercise = mode is Mode.EXERCISE
    backs = [one for one in learning.look_backs(db, span) if one.exercise == exercise]
    late = [one for one in backs if (one.looked_at or now) > one.due_at]
    ended = learning.without_all_clear(db, span, str(mode), now)
    titled = reading.titled(db, [row for row, _ in ended])
    return World(
        mode,
        learning.opened(db, span, str(mode)),
        _took(db, learning.released(db, span, str(mode))),
        _held(db, span, exercise=exercise),
        tuple((one, until) for one, (_, until) in zip(titled, ended, strict=True)),
        len(backs),
        len(late),
    )


def exercises(db: Session, span: Span) -> tuple[Exercise, ...]:
    rows = learning.incidents(db, span, str(Mode.EXERCISE))
    ids = [row.id for row in rows]
    people, channels = learning.took_part(db, ids), learning.channels_of(db, ids)
    took: dict[str, list[Took]] = {}
    for one in _took(db, learning.released_of(db, ids)):
        took.setdefault(one.incident, []).append(one)
    return tuple(
        Exercise(
            one,
            tuple(people.get(one.id, ())),
            tuple(channels.get(one.id, ())),
            tuple(took.get(one.id, ())),
        )
        for one in reading.titled(db, rows)
    )


def _took(db: Session, rows: Sequence[Any]) -> tuple[Took, ...]:
    reached = learning.reached(db, [one.id for one in rows])
    found = []
    for one in rows:
        first, last = reached.get(one.id, (None, None))
        found.append(
            Took(
                one.title,
                one.kind,
                one.released_at,
                one.incident_id,
                one.id,
                _between(one.submitted_at, one.released_at),
                _between(one.released_at, first),
                _between(one.released_at, last),
            )
        )
    return tuple(found)


def _between(begin: datetime | None, end: datetime | None) -> float | None:
    return max((end - begin).total_seconds(), 0) if begin and end else None


def _held(db: Session, span: Span, *, exercise: bool) -> tuple[Held, ...]:
    again = learning.sent_again(db, span, exercise=exercise)
    by_channel: dict[str, dict[str, int]] = {}
    for channel, state, number in learning.by_channel(db, span, exercise=exercise):
        by_channel.setdefault(channel, {})[state] = number
    return tuple(
        _one(channel, states, again.get(channel, 0)) for channel, states in by_channel.items()
    )


def _one(channel: str, states: Mapping[str, int], again: int) -> Held:
    sent = states.get(DeliveryState.SENT, 0)
    failed = states.get(DeliveryState.FAILED, 0)
    uncertain = states.get(DeliveryState.UNCERTAIN, 0)
    every = sum(states.values())
    return Held(channel, sent - again, again, failed, uncertain, every - sent - failed - uncertain)
