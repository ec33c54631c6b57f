"""One approver's sign-off as a card: what became of its mail, its link and itself."""

from sqlalchemy.orm import Session

from console.actions import cards
from console.domain.approval import ApprovalState, Proof
from console.store import approvals, mails
from console.store.approvals import ApprovalRow


def sign_off_card(db: Session, row: ApprovalRow, approver: str) -> cards.SignOff:
    """``approver`` is the person's name."""
    mail = next(iter(reversed(mails.about(db, row.id, "sign-off"))), None)
    return cards.SignOff(
        id=row.id,
        approver=approver,
        state=ApprovalState(row.state),
        digest=row.digest,
        asked_at=row.asked_at,
        approve_by=row.approve_by,
        decided_at=row.decided_at,
        reason=row.reason,
        mailed_at=mail.sent_at if mail else None,
        mail_error=mail.error if mail else "",
        fetched_at=approvals.fetched(db, row.id),
        mail_tries=mail.tries if mail else 0,
        mail_next=mail.due_at if mail and mail.state == "due" else None,
        spoken_at=approvals.fetched(db, row.id, spoken=True),
        reading_at=row.reading_at,
        reading_signed_in=row.reading_signed_in,
        links_void=row.links_void_at is not None,
        languages=tuple(row.languages or ()),
        alone=row.proof == Proof.ALONE,
    )
