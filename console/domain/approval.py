"""A sign-off: one approver's decision about these exact words."""

from datetime import datetime
from enum import StrEnum


class ApprovalState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


class ApprovalEvent(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    SUPERSEDE = "supersede"
    LAPSE = "lapse"


NEXT = {
    (ApprovalState.ASKED, ApprovalEvent.GRANT): ApprovalState.GRANTED,
    (ApprovalState.ASKED, ApprovalEvent.REFUSE): ApprovalState.REFUSED,
    (ApprovalState.ASKED, ApprovalEvent.SUPERSEDE): ApprovalState.SUPERSEDED,
    (ApprovalState.GRANTED, ApprovalEvent.SUPERSEDE): ApprovalState.SUPERSEDED,
    (ApprovalState.ASKED, ApprovalEvent.LAPSE): ApprovalState.LAPSED,
}


class Proof(StrEnum):
    """What an approver has to show besides the link."""

    PIN = "pin"
    SESSION = "session"
    """Signed in, with a second factor proved just now."""
    BUTTON = "button"


def signs(approval_digest: str, revision: str) -> bool:
    """True where the sign-off was asked for exactly this revision."""
    return approval_digest == revision


def expired(approve_by: datetime, now: datetime) -> bool:
    return now >= approve_by
