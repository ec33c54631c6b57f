"""Asking in turns: who together, how long apart, and sooner where too few are left."""

from datetime import UTC, datetime, timedelta

import pytest

from console.domain import turns
from console.domain.rota import Turn
from console.domain.turns import Unasked

NOW = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)
FIVE_TEN = (timedelta(minutes=5), timedelta(minutes=10))


def minutes(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=one) for one in numbers)


def on(person: str, rank: int | None = None, *, away: bool = False) -> Turn:
    return Turn(person, rank, NOW + timedelta(days=3) if away else None)


@pytest.mark.parametrize(
    ("order", "need", "groups"),
    [
        ([on("a", 1), on("b", 2), on("c")], 1, (("a",), ("b",), ("c",))),
        ([on("a", 1), on("b", 2), on("c")], 2, (("a", "b"), ("c",))),
        ([on("a", 1), on("b", 2), on("c")], 3, (("a", "b", "c"),)),
        ([on("a", 1), on("b", 1), on("c", 2), on("d")], 1, (("a", "b"), ("c",), ("d",))),
        ([on("a", 1), on("b"), on("c")], 1, (("a",), ("b",), ("c",))),
        # Nobody is on duty, or no rota is kept: all at once.
        ([on("a"), on("b"), on("c", away=True)], 1, (("a", "b"),)),
        ([on("a", 1), on("b", away=True)], 1, (("a",),)),
        # The absent only where there are too few others.
        ([on("a", 1), on("b", away=True), on("c", away=True)], 2, (("a", "b"),)),
        ([on("a", 1, away=True), on("b", away=True)], 1, (("a",),)),
    ],
)
def test_who_is_asked_with_whom(
    order: list[Turn], need: int, groups: tuple[tuple[str, ...], ...]
) -> None:
    assert turns.groups(order, need, at_once=False) == groups


def test_where_policy_names_no_pause_all_are_asked_at_once() -> None:
    order = [on("a", 1), on("b", 2), on("c", away=True)]
    assert turns.groups(order, 1, at_once=True) == (("a", "b"),)


@pytest.mark.parametrize(
    ("next_after", "window", "number", "pauses"),
    [
        (FIVE_TEN, 30, 3, minutes(5, 5, 5)),
        (FIVE_TEN, 30, 1, minutes(5)),
        (minutes(2, 10), 30, 3, minutes(2, 8, 8)),
        (minutes(3), 60, 4, minutes(3, 3, 3, 3)),
        ((), 30, 1, minutes(5)),
        # Everybody has the same part of what there is, and a third is left for the telephone.
        (FIVE_TEN, 30, 8, minutes(*[2.5] * 8)),
        (FIVE_TEN, 3, 2, minutes(1, 1)),
        (FIVE_TEN, 3, 1, minutes(2)),
        (minutes(2, 10), 15, 2, minutes(2, 8)),
        (minutes(2, 10), 7.5, 2, minutes(1, 4)),
    ],
)
def test_how_long_each_turn_lasts(
    next_after: tuple[timedelta, ...], window: float, number: int, pauses: tuple[timedelta, ...]
) -> None:
    assert turns.pauses(next_after, timedelta(minutes=window), number) == pauses


def unasked(
    *given: tuple[str, int, float | None] | tuple[str, int, float | None, bool],
) -> list[Unasked]:
    def at(after: float | None) -> datetime | None:
        return None if after is None else NOW + timedelta(minutes=after)

    return [Unasked(one[0], one[1], at(one[2]), len(one) > 3) for one in given]


def replanned(given: list[Unasked], *, short: int = 0, begun: int = 1) -> dict[str, float | None]:
    found = turns.replanned(given, after=minutes(5, 5, 5, 5), begun=begun, short=short, now=NOW)
    return {
        one: None if at is None else (at - NOW) / timedelta(minutes=1) for one, at in found.items()
    }


def test_where_nobody_is_short_all_stay_when_they_were() -> None:
    assert replanned(unasked(("b", 1, 2), ("c", 2, 7))) == {"b": 2, "c": 7}


def test_where_one_is_short_the_next_is_asked_at_once_and_the_others_follow() -> None:
    given = unasked(("b", 1, 4), ("c", 2, 9), ("d", 3, 14))
    assert replanned(given, short=1) == {"b": 0, "c": 5, "d": 10}
    assert replanned(given, short=2) == {"b": 0, "c": 0, "d": 5}


def test_who_is_asked_together_stays_together() -> None:
    given = unasked(("b", 1, 4), ("c", 1, 4), ("d", 2, 9))
    assert replanned(given, short=1) == {"b": 0, "c": 0, "d": 5}


def test_who_went_away_is_left_out_and_the_next_takes_their_time() -> None:
    assert replanned(unasked(("b", 1, 4, True), ("c", 2, 9), ("d", 3, 14))) == {
        "b": None, "c": 4, "d": 9,
    }  # fmt: skip


def test_the_absent_are_asked_where_nobody_else_is_left() -> None:
    assert replanned(unasked(("b", 1, None, True)), short=1) == {"b": 0}
    assert replanned(unasked(("b", 1, None, True), ("c", 2, 9)), short=1) == {"b": None, "c": 0}
    assert replanned(unasked(("b", 1, None, True), ("c", 2, 9)), short=2) == {"b": 0, "c": 0}


def test_who_is_back_when_all_were_asked_is_asked_now_or_else_last() -> None:
    assert replanned(unasked(("b", 3, None)), begun=3) == {"b": 0}
    assert replanned(unasked(("c", 2, 9), ("b", 3, None))) == {"c": 9, "b": 14}
