"""Rounds: how often a channel is checked and its account looked at, and when people are told."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAILY = timedelta(days=1)
EVERY = timedelta(minutes=5)
"""Between two looks at an account: with the look itself, a stranger is seen within ten minutes."""
LONGEST = timedelta(hours=1)
"""Between two tries, where the network does not answer or takes no more calls."""
STALE = timedelta(hours=1)
"""A check that is older is made again when somebody is about to send."""
AGAIN = timedelta(hours=1)
"""How far each look overlaps the one before: networks show some posts late."""
ALL_KEPT = timedelta(days=30)
"""Checks that are older are kept once a day."""
FOLLOWED = timedelta(days=3)
"""How long it is asked what became of a message: as long as networks go on trying, and tell."""
_SUMMARY = time(9)


class What(StrEnum):
    CHECK = "check"
    WATCH = "watch"
    RETURNS = "returns"
    """What a network took and could not deliver in the end."""
    SUMMARY = "summary"


def next_round(what: What, now: datetime, *, failures: int, every: timedelta = EVERY) -> datetime:
    """After ``failures`` in a row it is tried sooner than tomorrow, and less often each time."""
    if what is What.CHECK and not failures:
        return now + DAILY
    if not failures:
        return now + every
    pause: timedelta = every * 2.0 ** min(failures - 1, 10)
    return now + max(min(pause, LONGEST), every)


def next_summary(now: datetime, zone: ZoneInfo) -> datetime:
    """The next Monday at nine, by the council's clock; a week later where it is just that."""
    today = now.astimezone(zone).date()
    monday = today + timedelta(days=-today.weekday())
    for week in range(3):
        at = datetime.combine(monday + timedelta(weeks=week), _SUMMARY, zone)
        if at > now:
            return at
    raise AssertionError("three Mondays hold one that is to come")
