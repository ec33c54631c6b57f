"""A delivery: one message to one channel; its states and when it is tried again."""

from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(seconds=45)
"""How long a claim holds before another worker may act on the delivery."""
DEADLINE = timedelta(seconds=20)
"""The longest one call to a network may take, from first to last byte."""
MARGIN = timedelta(seconds=5)
"""No call starts unless DEADLINE + MARGIN fits into what is left of the lease."""
SETTLE = timedelta(seconds=15)
"""How long after the call's end a network's word that it does not have the post is not believed."""
FIRST_LOOK = timedelta(seconds=2)
"""When it is first asked: that it has the post is believed at once."""


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    CLAIM = "claim"
    CANCEL = "cancel"
    ACCEPT = "accept"
    REFUSE = "refuse"
    POSTPONE = "postpone"
    LOSE = "lose"
    CONFIRM = "confirm"
    DISPROVE = "disprove"
    RESEND = "resend"


NEXT = {
    (DeliveryState.QUEUED, DeliveryEvent.CLAIM): DeliveryState.SENDING,
    (DeliveryState.QUEUED, DeliveryEvent.CANCEL): DeliveryState.CANCELLED,
    (DeliveryState.SENDING, DeliveryEvent.ACCEPT): DeliveryState.SENT,
    (DeliveryState.SENDING, DeliveryEvent.REFUSE): DeliveryState.FAILED,
    (DeliveryState.SENDING, DeliveryEvent.POSTPONE): DeliveryState.QUEUED,
    (DeliveryState.SENDING, DeliveryEvent.LOSE): DeliveryState.UNCERTAIN,
    (DeliveryState.UNCERTAIN, DeliveryEvent.CONFIRM): DeliveryState.SENT,
    (DeliveryState.UNCERTAIN, DeliveryEvent.DISPROVE): DeliveryState.QUEUED,
    (DeliveryState.FAILED, DeliveryEvent.RESEND): DeliveryState.QUEUED,
    (DeliveryState.UNCERTAIN, DeliveryEvent.RESEND): DeliveryState.QUEUED,
}

SETTLED = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED})


def next_try(tries: int, now: datetime, *, jitter: float, retry_after: float | None) -> datetime:
    """When to try again: 2, 4, 8 … 120 s, spread by ``jitter`` (0 to 1), or the network's own time.

    A network that names a time is believed up to an hour.
    """
    if retry_after is not None:
        return now + timedelta(seconds=min(max(retry_after, 1.0), 3600.0) + jitter)
    pause = min(2.0 ** max(tries, 1), 120.0)
    return now + timedelta(seconds=pause * (0.75 + 0.5 * jitter))


def fits(lease_until: datetime, now: datetime) -> bool:
    """True where a call that starts now is over well before the lease is."""
    return now + DEADLINE + MARGIN <= lease_until
