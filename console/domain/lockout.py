"""How long a wrong password is waited for, so that a guesser gets nowhere and nobody is locked out.

Wrong tries in a row are counted for an account on one address, for the account as a whole, for an
address over all accounts, and for a device that the account knows. A known device is spared what
strangers did: it waits for its own mistakes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(seconds=30)
SWITCHED_OFF_AT = 100
"""NIST SP 800-63B-4, 3.2.2: at most 100 consecutive failures on one account."""


class Scope(StrEnum):
    """What tries are counted for."""

    PAIR = "pair"
    """One account on one address."""
    ACCOUNT = "account"
    """One account on all addresses together, but for devices that it knows."""
    ADDRESS = "address"
    """One address, whatever the account."""
    DEVICE = "device"
    """A device that the account knows, or a session."""


FREE = {Scope.PAIR: 3, Scope.ACCOUNT: 10, Scope.ADDRESS: 30, Scope.DEVICE: 3}
"""Wrong tries that cost nothing. An address may be a whole town hall's."""

FORGIVEN = {
    Scope.PAIR: timedelta(hours=1),
    Scope.ACCOUNT: timedelta(days=30),
    Scope.ADDRESS: timedelta(hours=1),
    Scope.DEVICE: timedelta(days=30),
}
"""A count begins anew where nothing was tried for this long, or at once where a try was right. An
account's stands for so long that 100 guesses a month are all that anybody gets."""


@dataclass(frozen=True)
class Tries:
    """Wrong tries in a row, and the last of them."""

    failures: int
    last_at: datetime


@dataclass(frozen=True)
class Wait:
    """Not yet. ``off``: not here at all any more, however long one waits."""

    until: datetime
    off: bool = False


def counted(scope: Scope, tries: Tries | None, now: datetime) -> int:
    """The wrong tries that still count."""
    if tries is None or now - tries.last_at >= FORGIVEN[scope]:
        return 0
    return tries.failures


def delay(scope: Scope, failures: int) -> timedelta:
    """1, 2, 4, 8, 16 and then 30 seconds, after those that are free."""
    over = failures - FREE[scope]
    if over < 0:
        return timedelta()
    return min(timedelta(seconds=2 ** min(over, 10)), LONGEST)


def wait(tries: Mapping[Scope, Tries], now: datetime) -> Wait | None:
    """Until when the next try has to wait, by the longest of what is counted; None: not at all."""
    failures = {scope: counted(scope, one, now) for scope, one in tries.items()}
    if failures.get(Scope.ACCOUNT, 0) >= SWITCHED_OFF_AT:
        return Wait(now + FORGIVEN[Scope.ACCOUNT], off=True)
    until = max(
        (one.last_at + delay(scope, failures[scope]) for scope, one in tries.items()), default=now
    )
    return Wait(until) if until > now else None
