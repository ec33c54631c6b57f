"""Messages for which too few of those who were asked can still sign, while others could be."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.store.order import NOW
from console.store.people import UserRow
from console.store.rota import AbsenceRow

_ASKED, _GRANTED = str(ApprovalState.ASKED), str(ApprovalState.GRANTED)
_THERE = exists().where(UserRow.id == ApprovalRow.approver_id, UserRow.active)
_WENT = exists().where(
    AbsenceRow.user_id == ApprovalRow.approver_id,
    AbsenceRow.begin <= NOW,
    AbsenceRow.until > NOW,
    # Somebody who was asked in spite of it is counted on: nobody else was there.
    AbsenceRow.said_at > ApprovalRow.turn_at,
)
_OF_IT = and_(
    ApprovalRow.message_id == MessageRow.id,
    ApprovalRow.revision == MessageRow.revision,
    ApprovalRow.digest == MessageRow.digest,
)
_TURN_CAME = and_(
    ApprovalRow.turn_at.is_not(None),
    # The first were asked by the web's clock, which may be ahead of the database's.
    or_(ApprovalRow.turn == 0, ApprovalRow.turn_at <= NOW),
)
_UNASKED = exists().where(_OF_IT, ApprovalRow.state == _ASKED, ~_TURN_CAME, _THERE)
_COUNTED = (
    select(func.count())
    .select_from(ApprovalRow)
    .where(
        _OF_IT,
        or_(
            ApprovalRow.state == _GRANTED,
            # Whose links are void may still sign at the console; nobody counts on it.
            and_(
                ApprovalRow.state == _ASKED,
                _TURN_CAME,
                _THERE,
                ~_WENT,
                ApprovalRow.links_void_at.is_(None),
            ),
        ),
    )
    .scalar_subquery()
)
_STALLED = and_(
    MessageRow.state == str(MessageState.AWAITING),
    MessageRow.approve_by > NOW,
    _UNASKED,
    func.coalesce(MessageRow.rules["sign_offs"].as_integer(), 1) > _COUNTED,
)


def any_stalled() -> ColumnElement[bool]:
    return exists().where(_STALLED)


def messages(db: Session, now: datetime) -> list[str]:
    return list(db.scalars(select(MessageRow.id).where(_STALLED), {"now": now}))


def closed(db: Session, message_id: str) -> frozenset[str]:
    """Who was to sign it, and whose account is closed."""
    query = select(ApprovalRow.approver_id).where(ApprovalRow.message_id == message_id, ~_THERE)
    return frozenset(db.scalars(query))


def gone(db: Session, message_id: str, now: datetime) -> frozenset[str]:
    """Who went away since they were asked."""
    query = select(ApprovalRow.approver_id).where(ApprovalRow.message_id == message_id, _WENT)
    return frozenset(db.scalars(query, {"now": now}))
