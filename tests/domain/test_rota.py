"""Who is on duty when: weeks that repeat, clocks that change, absences, gaps, and the order."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console.domain import rota
from console.domain.rota import Absence, Shift, Span, Turn

LONDON = ZoneInfo("Europe/London")


def wall(text: str) -> datetime:
    """What the council's clock shows."""
    return datetime.fromisoformat(f"2026-{text}")


def at(text: str) -> datetime:
    """That moment."""
    return rota.instant(wall(text), LONDON)


def utc(text: str) -> datetime:
    return wall(text).replace(tzinfo=UTC)


def shift(person: str, begin: str, until: str, rank: int = 1, **more: object) -> Shift:
    return Shift(person, wall(begin), wall(until), rank, **more)  # type: ignore[arg-type] # a test's


def names(found: tuple[Turn, ...]) -> list[str]:
    return [one.person for one in found]


OFFICE = shift("isla", "01-12 09:00", "01-12 17:00", every=1, days=frozenset(range(5)))
FRIDAY = "01-16 05:12"


def test_office_hours_are_on_every_weekday_and_on_no_other() -> None:
    found = rota.duties(at("01-12 00:00"), at("01-26 00:00"), [OFFICE], LONDON)
    assert [f"{one.begin:%a %d %H}-{one.until:%H}" for one in found] == [
        f"{day} 09-17"
        for day in (
            "Mon 12", "Tue 13", "Wed 14", "Thu 15", "Fri 16",
            "Mon 19", "Tue 20", "Wed 21", "Thu 22", "Fri 23",
        )
    ]  # fmt: skip


def test_a_week_on_call_comes_back_after_as_many_weeks_as_there_are_people() -> None:
    weeks = [
        shift(person, f"01-{day:02} 09:00", f"01-{day + 7:02} 09:00", every=3)
        for person, day in (("isla", 5), ("ewan", 12), ("una", 19))
    ]
    for month, day, person in ((1, 11, "isla"), (1, 12, "ewan"), (2, 25, "ewan"), (12, 25, "una")):
        noon = datetime(2026, month, day, 12, tzinfo=UTC)
        (found,) = rota.spans(noon, noon + timedelta(hours=1), weeks, [], LONDON)
        assert found.people == (person,), (month, day)
    assert rota.gaps(at("01-05 09:00"), at("12-31 00:00"), weeks, [], LONDON) == ()


def test_it_begins_no_more_after_its_last_day_and_not_before_its_first() -> None:
    days, last = frozenset({0, 2, 6}), date(2026, 1, 19)
    short = shift("isla", "01-14 22:00", "01-15 06:00", every=1, days=days, last=last)
    found = rota.duties(at("01-01 00:00"), at("03-01 00:00"), [short], LONDON)
    assert [one.begin.day for one in found] == [14, 18, 19]


def test_nine_on_the_clock_stays_nine_when_the_clocks_change() -> None:
    daily = shift("isla", "03-23 09:00", "03-24 09:00", every=1, days=frozenset(range(7)))
    found = rota.duties(at("03-28 12:00"), at("03-31 00:00"), [daily], LONDON)
    assert [one.begin for one in found] == [
        utc("03-28 09:00"), utc("03-29 08:00"), utc("03-30 08:00"),
    ]  # fmt: skip
    assert [one.until - one.begin for one in found][:2] == [timedelta(hours=23), timedelta(days=1)]
    assert rota.gaps(at("03-28 09:00"), at("04-05 00:00"), [daily], [], LONDON) == ()


@pytest.mark.parametrize("day", ["03-29", "10-25"])
@pytest.mark.parametrize("change", ["00:30", "01:00", "01:30", "02:00"])
def test_where_one_hands_over_to_another_in_the_hour_that_changes_there_is_no_gap(
    day: str, change: str
) -> None:
    shifts = [
        shift("isla", f"{day} 00:00", f"{day} {change}"),
        shift("ewan", f"{day} {change}", f"{day} 06:00"),
    ]
    found = rota.spans(at(f"{day} 00:00"), at(f"{day} 06:00"), shifts, [], LONDON)
    assert [one.people for one in found] == [("isla",), ("ewan",)]


def test_the_night_of_the_changes_is_an_hour_shorter_and_an_hour_longer() -> None:
    for day, hours in (("03-29", 5), ("10-25", 7)):
        night = rota.duties(
            at(f"{day} 00:00"), at(f"{day} 09:00"),
            [shift("isla", f"{day} 00:00", f"{day} 06:00")], LONDON,
        )  # fmt: skip
        assert night[0].until - night[0].begin == timedelta(hours=hours)


def test_a_time_with_nobody_is_a_gap_and_one_with_only_the_absent_too() -> None:
    shifts = [
        shift("isla", "01-16 05:00", "01-16 17:00"),
        shift("ewan", "01-16 09:00", "01-16 12:00", 2),
    ]
    away = Absence("isla", at("01-16 08:00"), at("01-16 10:00"))
    found = rota.gaps(at("01-16 04:00"), at("01-16 18:00"), shifts, [away], LONDON)
    assert found == (
        Span(at("01-16 04:00"), at("01-16 05:00"), ()),
        Span(at("01-16 08:00"), at("01-16 09:00"), ()),
        Span(at("01-16 17:00"), at("01-16 18:00"), ()),
    )


def test_spans_leave_out_nothing_and_two_shifts_of_one_person_are_one() -> None:
    shifts = [
        shift("isla", "01-16 05:00", "01-16 09:00"),
        shift("isla", "01-16 09:00", "01-16 17:00"),
        shift("ewan", "01-16 08:00", "01-16 10:00", 2),
    ]
    found = rota.spans(at("01-16 06:00"), at("01-16 12:00"), shifts, [], LONDON)
    assert [one.people for one in found] == [("isla",), ("isla", "ewan"), ("isla",)]
    assert [one.until for one in found][:-1] == [one.begin for one in found][1:]
    assert rota.until("isla", found) is None
    assert rota.until("ewan", found[1:]) == at("01-16 10:00")


def test_on_duty_by_rank_then_who_is_next_then_the_others_and_the_absent_last() -> None:
    shifts = [
        shift("second", "01-16 00:00", "01-16 07:00", 2),
        shift("first", "01-16 00:00", "01-16 07:00", 1),
        shift("away", "01-16 00:00", "01-16 07:00", 1),
        shift("evening", "01-16 17:00", "01-16 22:00"),
        shift("morning", "01-16 07:00", "01-16 12:00", 2),
    ]
    away = Absence("away", at("01-15 00:00"), at("01-19 00:00"))
    given = ["never", "evening", "away", "second", "morning", "first", "nor this one"]
    found = rota.order(at(FRIDAY), given, shifts, [away], LONDON)
    assert names(found) == [
        "first", "second", "morning", "evening", "never", "nor this one", "away",
    ]  # fmt: skip
    assert [one.rank for one in found[:3]] == [1, 2, None]
    assert found[-1].away_until == at("01-19 00:00")


def test_a_tie_stays_as_it_was_given_and_the_lower_of_two_ranks_counts() -> None:
    shifts = [
        shift("b", "01-16 00:00", "01-16 07:00", 3),
        shift("b", "01-16 00:00", "01-16 07:00", 1),
        shift("a", "01-16 00:00", "01-16 07:00", 1),
    ]
    assert names(rota.order(at(FRIDAY), ["b", "a"], shifts, [], LONDON)) == ["b", "a"]
    assert names(rota.order(at(FRIDAY), ["a", "b"], shifts, [], LONDON)) == ["a", "b"]


@pytest.mark.parametrize(
    ("now", "on_duty"),
    [("01-16 08:59", False), ("01-16 09:00", True), ("01-16 16:59", True), ("01-16 17:00", False)],
)
def test_duty_begins_at_its_first_minute_and_ends_before_its_last(now: str, on_duty: bool) -> None:
    (found,) = rota.order(at(now), ["isla"], [OFFICE], [], LONDON)
    assert (found.rank is not None) is on_duty
