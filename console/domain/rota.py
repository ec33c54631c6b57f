"""Who is on duty when: shifts that may repeat, absences, and in which order people are asked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=31)
"""Of one shift."""
MOST_WEEKS = 26
"""Between two times of a shift that repeats."""
AHEAD = timedelta(days=14)
"""How far a rota is looked ahead."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Shift:
    """Somebody is on duty from ``begin`` until ``until``, on the council's clock: what begins at
    09:00 does so before and after the clocks change."""

    person: str
    begin: datetime
    """Without a zone, as ``until``."""
    until: datetime
    rank: int = 1
    """1 is asked first. Who has the same rank is asked together."""
    every: int = 0
    """Weeks after which it is again; 0 is once."""
    days: frozenset[int] = frozenset()
    """Where it repeats: the weekdays that it begins on, 0 is Monday; empty is that of ``begin``."""
    last: date | None = None
    """It does not begin again after this day."""

    @property
    def lasts(self) -> timedelta:
        return self.until - self.begin

    def beginnings(self, since: date, to: date) -> Iterator[date]:
        """The days from ``since`` to ``to`` on which it begins."""
        first, end = self.begin.date(), min(to, self.last or to)
        if not self.every:
            if since <= first <= to:
                yield first
            return
        step, monday = self.every * _WEEK, first - timedelta(days=first.weekday())
        if since > monday:
            monday += (since - monday) // step * step
        while monday <= end:
            for weekday in sorted(self.days or {first.weekday()}):
                day = monday + timedelta(days=weekday)
                if max(first, since) <= day <= end:
                    yield day
            monday += step


@dataclass(frozen=True)
class Absence:
    """Somebody cannot be asked, on duty or not."""

    person: str
    begin: datetime
    until: datetime

    def covers(self, at: datetime) -> bool:
        return self.begin <= at < self.until


@dataclass(frozen=True)
class Duty:
    """A shift as it falls: two moments in UTC."""

    person: str
    rank: int
    begin: datetime
    until: datetime

    def covers(self, at: datetime) -> bool:
        return self.begin <= at < self.until


@dataclass(frozen=True)
class Span:
    """A time in which the same people are on duty; nobody: a gap."""

    begin: datetime
    until: datetime
    people: tuple[str, ...]
    """In the order of their ranks; without who is away."""


@dataclass(frozen=True)
class Turn:
    """One person's place in the order."""

    person: str
    rank: int | None
    """Of their duty now; None: not on duty."""
    away_until: datetime | None


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the council's clock shows this. What it shows twice is the first time;
    what it leaves out in spring is as far after the hour that is there."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def duties(
    begin: datetime, until: datetime, shifts: Collection[Shift], zone: ZoneInfo
) -> tuple[Duty, ...]:
    """Every shift that falls into this time, wholly or in part, the first first."""
    found = [
        duty
        for shift in shifts
        for day in shift.beginnings(
            begin.astimezone(zone).date() - shift.lasts - timedelta(days=1),
            until.astimezone(zone).date(),
        )
        if (duty := _duty(shift, day, zone)).begin < until and begin < duty.until
    ]
    return tuple(sorted(found, key=lambda one: (one.begin, one.rank, one.until)))


def order(
    now: datetime,
    eligible: Sequence[str],
    shifts: Collection[Shift],
    absences: Collection[Absence],
    zone: ZoneInfo,
) -> tuple[Turn, ...]:
    """First who is on duty, by rank; then the others, whoever is on duty next first; last who is
    away. Where that does not tell two apart, they stay as they were given."""
    coming = duties(now, now + AHEAD, shifts, zone)
    found = [_turn(now, person, coming, absences) for person in eligible]
    never = now + 2 * AHEAD
    next_ = {duty.person: duty.begin for duty in reversed(coming) if duty.begin > now}

    def place(turn: Turn) -> tuple[bool, bool, int, datetime]:
        off = turn.rank is None
        later = next_.get(turn.person, never) if off else now
        return turn.away_until is not None, off, turn.rank or 0, later

    return tuple(sorted(found, key=place))


def spans(
    begin: datetime,
    until: datetime,
    shifts: Collection[Shift],
    absences: Collection[Absence],
    zone: ZoneInfo,
) -> tuple[Span, ...]:
    """The whole time, without a hole: who is on duty when."""
    found = duties(begin, until, shifts, zone)
    ends = {end for one in found for end in (one.begin, one.until)}
    ends |= {end for one in absences for end in (one.begin, one.until)}
    marks = sorted({begin, until} | {end for end in ends if begin < end < until})
    spans: list[Span] = []
    for start, end in pairwise(marks):
        people = _present(start, found, absences)
        if spans and spans[-1].people == people:
            start = spans.pop().begin
        spans.append(Span(start, end, people))
    return tuple(spans)


def gaps(
    begin: datetime,
    until: datetime,
    shifts: Collection[Shift],
    absences: Collection[Absence],
    zone: ZoneInfo,
) -> tuple[Span, ...]:
    """When nobody is on duty, or only somebody who is away."""
    return tuple(one for one in spans(begin, until, shifts, absences, zone) if not one.people)


def until(person: str, ahead: Sequence[Span]) -> datetime | None:
    """When the duty ends that the person has in the first of these; None: not before they end."""
    for one in ahead:
        if person not in one.people:
            return one.begin
    return None


def _duty(shift: Shift, day: date, zone: ZoneInfo) -> Duty:
    begin = datetime.combine(day, shift.begin.time())
    return Duty(shift.person, shift.rank, instant(begin, zone), instant(begin + shift.lasts, zone))


def _turn(
    now: datetime, person: str, coming: Sequence[Duty], absences: Collection[Absence]
) -> Turn:
    ranks = [one.rank for one in coming if one.person == person and one.covers(now)]
    away = [one.until for one in absences if one.person == person and one.covers(now)]
    return Turn(person, min(ranks, default=None), max(away, default=None))


def _present(at: datetime, found: Sequence[Duty], absences: Collection[Absence]) -> tuple[str, ...]:
    away = {one.person for one in absences if one.covers(at)}
    on_duty = sorted(
        (one for one in found if one.covers(at) and one.person not in away),
        key=lambda one: one.rank,
    )
    return tuple(dict.fromkeys(one.person for one in on_duty))
