"""When a delivery is tried again, and when a call may still start."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.delivery import STANDARD, next_try

NOW = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)


@given(tries=st.integers(0, 200), jitter=st.floats(0, 1))
def test_the_pause_grows_to_two_minutes_and_never_beyond(tries: int, jitter: float) -> None:
    pause = (next_try(tries, NOW, jitter=jitter, retry_after=None) - NOW).total_seconds()
    assert 1.5 <= pause <= 150


@pytest.mark.parametrize(("said", "at_least", "at_most"), [(7, 7, 8), (0, 1, 2), (1e9, 3600, 3601)])
def test_the_networks_own_time_is_kept_up_to_an_hour(
    said: float, at_least: float, at_most: float
) -> None:
    for jitter in (0.0, 1.0):
        pause = (next_try(1, NOW, jitter=jitter, retry_after=said) - NOW).total_seconds()
        assert at_least <= pause <= at_most


@pytest.mark.parametrize("pace", [1, 8, 20])
def test_however_fast_a_call_ends_before_its_lease_and_any_call_before_an_absence_is_believed(
    pace: float,
) -> None:
    timing = STANDARD.at_pace(pace)
    assert timing.head_start + timing.deadline + timing.margin == timing.lease
    assert timing.margin > timedelta(0)
    # Two looks, the first a settle time after the end: also a call that a clock that was set
    # forward took the lease from is over by then.
    assert 2 * timing.settle > timing.deadline


def test_people_are_told_of_an_unknown_outcome_within_90_seconds() -> None:
    slowest = STANDARD.lease + STANDARD.tick + STANDARD.alarm + STANDARD.tick
    assert slowest + timedelta(seconds=5) <= timedelta(seconds=90)
