"""An invitation: one address, asked by a mailed link to make its account, once and in time."""

from datetime import datetime, timedelta
from enum import StrEnum

GOOD_FOR = timedelta(days=3)
"""How long a mailed link makes an account."""


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class InvitationEvent(StrEnum):
    ACCEPT = "accept"
    WITHDRAW = "withdraw"


NEXT = {
    (InvitationState.OPEN, InvitationEvent.ACCEPT): InvitationState.ACCEPTED,
    (InvitationState.OPEN, InvitationEvent.WITHDRAW): InvitationState.WITHDRAWN,
}


class Stage(StrEnum):
    """Where an invitation stands for whoever has its link."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NEWER = "a newer link was mailed"


def stage(state: InvitationState, *, newest: bool, expires_at: datetime, now: datetime) -> Stage:
    """``newest``: whether it is the link that was mailed last."""
    if state is InvitationState.ACCEPTED:
        return Stage.ACCEPTED
    if state is InvitationState.WITHDRAWN:
        return Stage.WITHDRAWN
    if not newest:
        return Stage.NEWER
    return Stage.EXPIRED if now >= expires_at else Stage.OPEN
