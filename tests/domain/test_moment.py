"""Times as people type them at five in the morning, and as a message says them."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.moment import Moment, clock_time, moment

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 1, 16, 5, 18, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("06:30", time(6, 30)),
        ("6:30", time(6, 30)),
        ("6.30", time(6, 30)),
        ("0630", time(6, 30)),
        ("6.30am", time(6, 30)),
        ("6:30 p.m.", time(18, 30)),
        ("6pm", time(18)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("00:00", time(0)),
        (" 23:59 ", time(23, 59)),
        ("24:00", None),
        ("6:60", None),
        ("13pm", None),
        ("0am", None),
        ("6", None),
        ("soon", None),
        ("", None),
        ("06:30:15", None),
    ],
)
def test_a_time_of_day_is_read_in_the_forms_people_use(typed: str, meant: time | None) -> None:
    assert clock_time(typed) == meant


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("07:30", "07:30, Fri 16 Jan"),
        ("05:18", "05:18, Sat 17 Jan"),
        ("04:00", "04:00, Sat 17 Jan"),
        ("2026-01-16T09:00", "09:00, Fri 16 Jan"),
        ("2026-01-19 09:00", "09:00, Mon 19 Jan"),
        ("2026-07-01T09:00:00Z", "10:00, Wed 1 Jul"),
        ("07:30, Fri 16 Jan", "07:30, Fri 16 Jan"),
        ("7.30am Monday 19 January", "07:30, Mon 19 Jan"),
        ("18:00 2 Feb", "18:00, Mon 2 Feb"),
        ("18:00, 31 December", "18:00, Wed 31 Dec"),
        ("18:00, Sat 16 Jan 2027", "18:00, Sat 16 Jan"),
        ("07:30, Thu 16 Jan", None),
        ("18:00 31 Feb", None),
        ("2026-02-31T09:00", None),
        ("18:00 3 Smarch", None),
        ("25:00 3 Mar", None),
        ("tomorrow", None),
    ],
)
def test_a_future_time_is_said_with_its_day(typed: str, words: str | None) -> None:
    at = moment(typed, NOW, future=True)
    assert (at and str(Moment(at, NOW))) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("04:00", "04:00, Fri 16 Jan"),
        ("22:00", "22:00, Thu 15 Jan"),
        ("08:00", "08:00, Fri 16 Jan"),
    ],
)
def test_a_bare_time_that_may_be_past_is_the_nearest_one(typed: str, words: str) -> None:
    at = moment(typed, NOW, future=False)
    assert at is not None
    assert str(Moment(at, NOW)) == words


def test_a_short_time_names_the_day_only_when_it_is_another() -> None:
    assert Moment(NOW.replace(hour=18), NOW).clock == "18:18"
    assert Moment(NOW.replace(day=17), NOW).clock == "05:18 Sat"


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    at = moment(text, NOW, future=True)
    assert at is None or at.tzinfo is not None
