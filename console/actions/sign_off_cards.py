"""Approvers' sign-offs as cards: what became of their mails, their links and themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import cards
from console.domain.approval import ApprovalState, Proof
from console.store import approvals, mails
from console.store.approvals import ApprovalRow
from console.store.mails import MailRow

Fetched = Mapping[tuple[str, bool], datetime]


def sign_off_cards(
    db: Session, rows: Sequence[ApprovalRow], names: Mapping[str | None, str]
) -> tuple[cards.SignOff, ...]:
    """In the order of ``rows``. ``names``: person -> name."""
    ids = [row.id for row in rows]
    mailed, fetched = mails.newest(db, ids, "sign-off"), approvals.fetched(db, ids)
    return tuple(_card(row, names[row.approver_id], mailed.get(row.id), fetched) for row in rows)


def _card(row: ApprovalRow, approver: str, mail: MailRow | None, fetched: Fetched) -> cards.SignOff:
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
        fetched_at=fetched.get((row.id, False)),
        mail_tries=mail.tries if mail else 0,
        mail_next=mail.due_at if mail and mail.state == "due" else None,
        spoken_at=fetched.get((row.id, True)),
        reading_at=row.reading_at,
        reading_signed_in=row.reading_signed_in,
        links_void=row.links_void_at is not None,
        languages=tuple(row.languages or ()),
        alone=row.proof == Proof.ALONE,
    )
