"""When a delivery is tried again, and when a call may still start."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.delivery import DEADLINE, LEASE, MARGIN, fits, next_try

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


def test_a_call_that_might_outlast_the_lease_does_not_start() -> None:
    until = NOW + LEASE
    assert fits(until, NOW)
    assert fits(until, until - DEADLINE - MARGIN)
    assert not fits(until, until - DEADLINE - MARGIN + timedelta(milliseconds=1))
