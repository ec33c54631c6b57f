"""Who is at a sign-off just now, for the others to see. It holds up nothing and decides nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.people import user
from console.actions.recording import SYSTEM, on_record
from console.domain.approval import ApprovalState, expired
from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.store.people import UserRow


def is_new(db: Session, approval_id: str, now: datetime, *, signed_in: bool) -> bool:
    """True where it says something that is not known yet: it is noted once, and what somebody with
    the link said is worth less than the approver who is signed in."""
    row = db.get(ApprovalRow, approval_id)
    if row is None or row.state != ApprovalState.ASKED or expired(row.approve_by, now):
        return False
    return row.reading_at is None or (signed_in and not row.reading_signed_in)


def note(db: Session, approval_id: str, now: datetime, *, signed_in: bool) -> None:
    if not is_new(db, approval_id, now, signed_in=signed_in):
        return
    row = db.get_one(ApprovalRow, approval_id)
    message = db.get_one(MessageRow, row.message_id)
    asked = user(db.get_one(UserRow, row.approver_id))
    row.reading_at, row.reading_signed_in = now, signed_in
    detail = {"approval": row.id, "approver": asked.name, "by": "console" if signed_in else "link"}
    # Whoever has the link pressed, which need not be the approver.
    on_record(db, message, "being read", asked if signed_in else SYSTEM, now, detail)
