"""What the facts promise, and when people are reminded of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console.domain.promise import next_reminder, promised

SAID = datetime(2026, 1, 16, 5, 18, tzinfo=ZoneInfo("Europe/London"))


def test_a_bare_time_is_the_next_one_after_the_words() -> None:
    assert promised({"next_update": "07:30"}, SAID) == SAID.replace(hour=7, minute=30)
    assert promised({"next_update": "05:00"}, SAID) == SAID.replace(day=17, hour=5, minute=0)


@pytest.mark.parametrize("facts", [{}, {"next_update": ""}, {"next_update": "soon"},
                                   {"next_update": ["07:30"]}])  # fmt: skip
def test_what_names_no_time_promises_nothing(facts: dict[str, object]) -> None:
    assert promised(facts, SAID) is None


def test_people_are_reminded_twice_and_after_a_gap_once() -> None:
    due = SAID.replace(hour=7, minute=30)
    late = due + timedelta(minutes=15)
    assert next_reminder(due, due) == late
    assert next_reminder(due, late) is None
    assert next_reminder(due, due + timedelta(hours=3)) is None
