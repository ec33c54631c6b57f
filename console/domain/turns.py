"""Asking in turns: who is asked together, after how long the next are, and sooner where too few
are left who can answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from console.domain.rota import Turn

PAUSE = timedelta(minutes=5)
"""After the last turn, where policy names no other."""
MOST = (2, 3)
"""The part of the time to sign in which everybody is asked and waited for: in the rest there is
time to telephone."""


def groups(turns: Sequence[Turn], need: int, *, at_once: bool) -> tuple[tuple[str, ...], ...]:
    """Who is asked with whom, in the order of `rota.order`. Who is on duty with the same rank is
    asked together, who is not on duty one by one; where nobody is on duty, all are asked at once,
    since then it is nobody's to answer. The first turn has as many people as have to sign. Who is
    away is left out, unless there are too few others."""
    present = [one for one in turns if one.away_until is None]
    away = [one.person for one in turns if one.away_until is not None]
    if at_once or not any(one.rank is not None for one in present):
        found = [[one.person for one in present]] if present else []
    else:
        on_duty = [one for one in present if one.rank is not None]
        found = [[one.person for one in rank] for _, rank in groupby(on_duty, lambda one: one.rank)]
        found += [[one.person] for one in present if one.rank is None]
    missing = need - len(present)
    if missing > 0:
        found.append(away[:missing])
    while len(found) > 1 and len(found[0]) < need:
        found[0] += found.pop(1)
    return tuple(tuple(one) for one in found)


def pauses(next_after: Sequence[timedelta], window: timedelta, turns: int) -> tuple[timedelta, ...]:
    """After each turn, how long until the next; after the last, until people are telephoned.

    Policy says when the second and third are asked, and the last of its pauses goes for all that
    come after. Where there is less time, everybody's part is less, in the same measure.
    """
    steps = [later - sooner for sooner, later in pairwise((timedelta(), *next_after))] or [PAUSE]
    wanted = [steps[min(number, len(steps) - 1)] for number in range(turns)]
    whole, most = sum(wanted, timedelta()), window * MOST[0] / MOST[1]
    if whole > most:
        wanted = [one * (most / whole) for one in wanted]
    return tuple(wanted)


@dataclass(frozen=True)
class Unasked:
    """Somebody whose turn has not come."""

    id: str
    turn: int
    at: datetime | None
    """When it was to come; None: not by itself."""
    away: bool


def replanned(
    unasked: Collection[Unasked],
    *,
    after: Sequence[timedelta],
    begun: int,
    short: int,
    now: datetime,
) -> Mapping[str, datetime | None]:
    """When the turns come that have not come yet. Where people are ``short``, so many of the next
    are asked at once and the others follow; who is away is left out, unless nobody else is there.

    ``after`` is `pauses`, ``begun`` how many turns have come.
    """
    waiting = sorted(unasked, key=lambda one: (one.away, one.turn))
    at: dict[str, datetime | None] = {one.id: None for one in waiting}
    planned = [one.at for one in waiting if one.at is not None]
    next_at = min(planned, default=now)
    while short > 0 and waiting:
        together = [one for one in waiting if not one.away and one.turn == waiting[0].turn]
        for one in together or waiting[:1]:
            at[one.id] = now
            waiting.remove(one)
            short -= 1
        next_at, begun = now + _after(after, begun), begun + 1
    present = [one for one in waiting if not one.away]
    for _, turn in groupby(present, lambda one: one.turn):
        at |= {one.id: next_at for one in turn}
        next_at, begun = next_at + _after(after, begun), begun + 1
    return at


def _after(after: Sequence[timedelta], number: int) -> timedelta:
    return after[min(number, len(after) - 1)] if after else PAUSE
