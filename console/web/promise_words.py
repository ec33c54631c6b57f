"""A promised next update in words: how long there is, or how long it is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from console.actions.promising import Promise
from console.domain.moment import Moment

SOON = 10
"""Minutes before it is due from which it is shown in amber."""


@dataclass(frozen=True)
class Countdown:
    """What stands on the pages while an update is owed."""

    promise: Promise
    heading: str
    what: str
    colour: str
    """``red`` when it is due, ``amber`` when it soon is, else empty."""
    said: str
    """What is read out: it changes when it is due, not every minute."""

    @property
    def due(self) -> bool:
        return self.colour == "red"


def countdown(standing: Sequence[Promise], now: datetime, zone: ZoneInfo) -> Countdown | None:
    """Of the first to come; None where nothing is promised."""
    if not standing:
        return None
    first = standing[0]
    when = str(Moment(first.due_at.astimezone(zone), now.astimezone(zone)))
    if first.overdue(now):
        late = int((now - first.due_at).total_seconds() // 60)
        heading = f"The update is {_span(late)} overdue" if late else "The update is due now"
        what = f"People were told to expect one by {when}. Send it, even if nothing has changed."
        return Countdown(first, heading, what, "red", "The promised update is due")
    left = ceil((first.due_at - now).total_seconds() / 60)
    what = f"People were told to expect it by {when}."
    colour = "amber" if left <= SOON else ""
    said = f"The promised update is due by {when}"
    return Countdown(first, f"Next update in {_span(left)}", what, colour, said)


def _span(minutes: int) -> str:
    """``1 minute``, ``42 minutes``, ``2 h 5 min``, ``3 days``."""
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
