"""What ends when somebody loses their account, or a role: sign-offs, requests, invitations."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.domain import granting, invitation
from console.domain import rules as kept_rules
from console.domain.approval import NEXT as NEXT_APPROVAL
from console.domain.approval import ApprovalEvent, ApprovalState
from console.domain.granting import GrantEvent, GrantState
from console.domain.invitation import InvitationEvent, InvitationState
from console.domain.message import MessageState
from console.domain.policy import Rules
from console.domain.states import after
from console.store import approvals, grants, invitations, messages
from console.store.approvals import ApprovalRow
from console.store.audit import Actor, record
from console.store.grants import GrantRow
from console.store.invitations import InvitationRow
from console.store.mails import MailRow
from console.store.messages import MessageRow
from console.store.people import UserRow


def end_sign_offs(db: Session, person: UserRow, by: Actor, now: datetime) -> None:
    """Links of the person lapse, and what they signed of a message that still waits for others
    counts no more. The duty officer is told where too few are left who were asked."""
    for message_id in approvals.waiting_on(db, person.id):
        message = messages.locked(db, message_id)
        if message is None or message.state != MessageState.AWAITING:
            continue
        rows = approvals.of_message(db, message_id, fresh=True)
        ended = [one for one in rows if one.approver_id == person.id and _end(one, now)]
        for row in ended:
            _on_record(db, message, row, person, by, now)
        if ended and len(_still(rows, message)) < _rules(message).sign_offs:
            _tell_the_officer(db, message, ended[-1], now)


def end_requests(db: Session, person: UserRow, by: Actor, now: datetime) -> None:
    """Invitations that the person made; and roles that they asked for, or would have had."""
    for one in invitations.in_state(db, str(InvitationState.OPEN), by=person.id):
        # Somebody may be accepting it: then it is no longer open, and what it asks for ends below.
        kept = invitations.locked(db, one.id)
        if kept is not None and kept.state == InvitationState.OPEN:
            withdraw(db, kept, by, now)
    for row in grants.touching(db, str(GrantState.ASKED), person.id):
        settle(row, GrantEvent.LAPSE, None, now)
        detail = {"role": row.role, "reason": f"{person.name} lost their account or role"}
        subject = f"user:{row.user_id}"
        record(db, actor=by, action="role request lapsed", subject=subject, detail=detail, now=now)


def settle(row: GrantRow, event: GrantEvent, by: str | None, now: datetime) -> None:
    """Raises `NotAllowed` where it is decided already."""
    row.state = str(after(granting.NEXT, GrantState(row.state), event))
    row.decided_by, row.decided_at = by, now


def withdraw(db: Session, row: InvitationRow, by: Actor, now: datetime) -> None:
    """Its links make no account any more. Raises `NotAllowed`."""
    state = after(invitation.NEXT, InvitationState(row.state), InvitationEvent.WITHDRAW)
    row.state, row.settled_at = str(state), now
    detail = {"name": row.name, "email": row.email}
    subject = f"invitation:{row.id}"
    record(db, actor=by, action="invitation withdrawn", subject=subject, detail=detail, now=now)


def _end(row: ApprovalRow, now: datetime) -> bool:
    asked = row.state == ApprovalState.ASKED
    event = ApprovalEvent.LAPSE if asked else ApprovalEvent.SUPERSEDE
    if (ApprovalState(row.state), event) not in NEXT_APPROVAL:
        return False
    row.state = str(after(NEXT_APPROVAL, ApprovalState(row.state), event))
    row.decided_at = now
    return True


def _still(rows: list[ApprovalRow], message: MessageRow) -> set[str]:
    """Who is still asked for these words, or has signed them."""
    counts = {str(ApprovalState.ASKED), str(ApprovalState.GRANTED)}
    return {one.approver_id for one in rows if one.state in counts and one.digest == message.digest}


def _rules(message: MessageRow) -> Rules:
    return kept_rules.load(message.rules) if message.rules is not None else Rules()


def _tell_the_officer(
    db: Session, message: MessageRow, approval: ApprovalRow, now: datetime
) -> None:
    officer = message.submitted_by or message.drafted_by
    db.add(
        MailRow(
            purpose="approver gone",
            user_id=officer,
            subject_id=approval.id,
            state="due",
            due_at=now,
        )
    )


def _on_record(
    db: Session,
    message: MessageRow,
    row: ApprovalRow,
    person: UserRow,
    by: Actor,
    now: datetime,
) -> None:
    detail = {"approval": row.id, "approver": person.name, "is": row.state}
    record(
        db,
        actor=by,
        action="sign-off ended with its approver",
        subject=f"message:{message.id}",
        incident=message.incident_id,
        detail=detail,
        now=now,
    )
