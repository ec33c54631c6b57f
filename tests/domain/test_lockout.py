"""How long a wrong try is waited for, and whom that spares."""

from datetime import UTC, datetime, timedelta

import pytest

from console.domain import lockout
from console.domain.lockout import Scope, Tries

NOW = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)


def seconds(scope: Scope, failures: int) -> float:
    return lockout.delay(scope, failures).total_seconds()


def test_the_wait_grows_to_half_a_minute_and_no_further() -> None:
    grown = [seconds(Scope.PAIR, failures) for failures in range(10)]
    assert grown == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert seconds(Scope.PAIR, 10**9) == 30


@pytest.mark.parametrize("scope", Scope)
def test_the_first_mistakes_cost_nothing(scope: Scope) -> None:
    assert seconds(scope, lockout.FREE[scope] - 1) == 0
    assert seconds(scope, lockout.FREE[scope]) == 1


def test_a_try_waits_for_the_longest_of_what_is_counted() -> None:
    tries = {Scope.PAIR: Tries(4, NOW), Scope.ACCOUNT: Tries(90, NOW), Scope.ADDRESS: Tries(1, NOW)}
    assert lockout.wait(tries, NOW) == lockout.Wait(NOW + timedelta(seconds=30))
    assert lockout.wait(tries, NOW + timedelta(seconds=30)) is None


def test_an_account_takes_a_hundred_guesses_and_no_more() -> None:
    def found(failures: int) -> lockout.Wait | None:
        later = NOW + timedelta(days=3)
        return lockout.wait({Scope.ACCOUNT: Tries(failures, NOW)}, later)

    assert found(99) is None
    off = found(100)
    assert off is not None
    assert off.off


def test_a_device_that_is_known_is_never_switched_off() -> None:
    found = lockout.wait({Scope.DEVICE: Tries(10_000, NOW)}, NOW)
    assert found == lockout.Wait(NOW + timedelta(seconds=30))


@pytest.mark.parametrize("scope", Scope)
def test_what_is_long_past_counts_no_more(scope: Scope) -> None:
    tries, forgiven = Tries(500, NOW), lockout.FORGIVEN[scope]
    assert lockout.counted(scope, tries, NOW + forgiven - timedelta(seconds=1)) == 500
    assert lockout.counted(scope, tries, NOW + forgiven) == 0
