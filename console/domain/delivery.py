"""A delivery: one message to one channel; its states, its waits, when it is tried again."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self


@dataclass(frozen=True)
class Timing:
    """How long Skellat waits for what. The proof lies in how they compare, not in the seconds: a
    call ends well before its lease, and an absence is believed only after any call has ended."""

    lease: timedelta = timedelta(seconds=45)
    """How long a claim holds before another worker may act on the delivery."""
    deadline: timedelta = timedelta(seconds=20)
    """The longest one call to a network may take, from first to last byte."""
    margin: timedelta = timedelta(seconds=5)
    """No call starts unless deadline + margin fits into what is left of the lease."""
    settle: timedelta = timedelta(seconds=15)
    """How long after a call's end a network's word that it has no such post is not believed."""
    first_look: timedelta = timedelta(seconds=2)
    """When it is first asked: that it has the post is believed at once."""
    alarm: timedelta = timedelta(seconds=35)
    """How long an unknown outcome may be looked for before people are told. With a whole lease
    before it, and a mail after it, that is within 90 s of the first byte."""
    late: timedelta = timedelta(seconds=120)
    """How long after its release people are told that a delivery has still not been sent."""
    bounces: timedelta = timedelta(seconds=60)
    """Between two looks into the mailbox for what came back: it comes for minutes, or days."""
    tick: timedelta = timedelta(seconds=1)
    """Between two looks of a worker without a ring: all that a lost ring can cost."""
    mail: timedelta = timedelta(seconds=40)
    """How long an internal mail is one worker's; after that it is due again."""
    pause: timedelta = timedelta(seconds=2)
    """Before the second try of what was not sent; doubled with every further one."""
    longest_pause: timedelta = timedelta(seconds=120)

    @property
    def head_start(self) -> timedelta:
        """How long after its claim a call may still start."""
        return self.lease - self.deadline - self.margin

    @property
    def longest_hold(self) -> timedelta:
        """After its claim, any call has ended, by a clock that nobody can set."""
        return self.head_start + self.deadline

    def absent_from(self, given_up: datetime, *, lapsed: bool) -> datetime:
        """When a network that has no post is believed. ``lapsed``: the lease ran out, maybe only
        because a clock was set forward, so that the call may not even have begun."""
        return given_up + self.settle + (self.longest_hold if lapsed else timedelta(0))

    def at_pace(self, pace: float) -> Self:
        """Everything ``pace`` times as fast, for tests that live through many leases."""
        return type(self)(**{one.name: getattr(self, one.name) / pace for one in fields(self)})


STANDARD = Timing()


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
    BOUNCE = "bounce"
    """What was accepted came back later: it did not arrive."""


NEXT = {
    (DeliveryState.QUEUED, DeliveryEvent.CLAIM): DeliveryState.SENDING,
    (DeliveryState.QUEUED, DeliveryEvent.CANCEL): DeliveryState.CANCELLED,
    # Another try of what may already be public will not leave any more.
    (DeliveryState.QUEUED, DeliveryEvent.LOSE): DeliveryState.UNCERTAIN,
    (DeliveryState.SENDING, DeliveryEvent.ACCEPT): DeliveryState.SENT,
    (DeliveryState.SENDING, DeliveryEvent.REFUSE): DeliveryState.FAILED,
    (DeliveryState.SENDING, DeliveryEvent.POSTPONE): DeliveryState.QUEUED,
    (DeliveryState.SENDING, DeliveryEvent.LOSE): DeliveryState.UNCERTAIN,
    (DeliveryState.UNCERTAIN, DeliveryEvent.CONFIRM): DeliveryState.SENT,
    (DeliveryState.UNCERTAIN, DeliveryEvent.DISPROVE): DeliveryState.QUEUED,
    (DeliveryState.SENT, DeliveryEvent.BOUNCE): DeliveryState.FAILED,
    (DeliveryState.UNCERTAIN, DeliveryEvent.BOUNCE): DeliveryState.FAILED,
    (DeliveryState.FAILED, DeliveryEvent.RESEND): DeliveryState.QUEUED,
    (DeliveryState.UNCERTAIN, DeliveryEvent.RESEND): DeliveryState.QUEUED,
}

SETTLED = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED})


LONGEST_RETRY_AFTER = timedelta(hours=1)
"""A network that names a time is believed up to this."""


def next_try(
    tries: int,
    now: datetime,
    *,
    jitter: float,
    retry_after: float | None,
    timing: Timing = STANDARD,
) -> datetime:
    """When to try again: 2, 4, 8 … 120 s, spread by ``jitter`` (0 to 1), or the network's own time,
    ``retry_after`` in seconds."""
    if retry_after is not None:
        named = min(max(retry_after, 1.0), LONGEST_RETRY_AFTER.total_seconds())
        return now + timedelta(seconds=named + jitter)
    pause = min(timing.pause * 2.0 ** min(max(tries, 1) - 1, 20), timing.longest_pause)
    return now + pause * (0.75 + 0.5 * jitter)
