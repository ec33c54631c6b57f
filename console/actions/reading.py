"""Reads the store into cards. Nothing here changes anything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import cards, compose, delivery_cards, holding
from console.actions.desk import Desk
from console.actions.errors import NotFound
from console.actions.sign_off_cards import sign_off_cards
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState
from console.store import approvals, incidents, messages, people
from console.store import progress as progress_rows
from console.store.approvals import ApprovalRow
from console.store.deliveries import DeliveryRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow, PictureRow

Names = Mapping[str | None, str]


def front(db: Session) -> cards.Front:
    names = _names(db)
    drafts = messages.in_states(db, [str(MessageState.DRAFT)], limit=30)
    awaiting = messages.in_states(db, [str(MessageState.AWAITING)], limit=30)
    return cards.Front(
        open=_incidents(db, IncidentState.OPEN, names),
        stood_down=_incidents(db, IncidentState.STOOD_DOWN, names),
        drafts=_with_incident(db, drafts, names),
        awaiting=_with_incident(db, awaiting, names),
    )


def incident(db: Session, incident_id: str) -> cards.IncidentSheet:
    """Raises `NotFound`."""
    row = db.get(IncidentRow, incident_id)
    if row is None:
        raise NotFound("incident", incident_id)
    names = _names(db)
    rows = messages.of_incident(db, incident_id)
    return cards.IncidentSheet(_incident(row, names), tuple(_message(one, names) for one in rows))


def titled(db: Session, rows: Sequence[IncidentRow]) -> tuple[cards.Incident, ...]:
    """Many at once, without their messages."""
    names = _names(db) if rows else {}
    return tuple(_incident(one, names) for one in rows)


def message(
    db: Session, desk: Desk, message_id: str, *, every_attempt: bool = True
) -> cards.MessageSheet:
    """``every_attempt``: see `delivery_cards.deliveries`. Raises `NotFound`."""
    row = _message_row(db, message_id)
    names = _names(db)
    return cards.MessageSheet(
        incident=_incident(db.get_one(IncidentRow, row.incident_id), names),
        message=_message(row, names),
        variants=tuple(messages.variants(db, row.id, row.revision)),
        sign_offs=sign_off_cards(db, approvals.of_message(db, row.id), names),
        **delivery_cards.deliveries(db, desk, message_id, every_attempt=every_attempt),
    )


def proposals(db: Session, desk: Desk, message_id: str) -> compose.Proposals:
    """What each channel would be given if the draft were sent for approval now."""
    row = _message_row(db, message_id)
    return compose.propose(db, desk, db.get_one(IncidentRow, row.incident_id), row)


def words(db: Session, message_id: str) -> tuple[cards.Incident, cards.Message]:
    """A message without what became of it: no delivery or sign-off is read. Raises `NotFound`."""
    row = _message_row(db, message_id)
    names = _names(db)
    return _incident(db.get_one(IncidentRow, row.incident_id), names), _message(row, names)


def progress(db: Session, message_id: str) -> cards.Progress:
    """How far the message is, over all of its channels."""
    return cards.progress(delivery_cards.total(progress_rows.counts(db, message_id)))


def unsettled(
    db: Session, desk: Desk, message_id: str, *, without_failed: bool
) -> list[tuple[cards.Delivery, int]]:
    """One delivery for each trouble that people were told of, and how many have the same."""
    found = progress_rows.unsettled(db, message_id, without_failed=without_failed)
    order = delivery_cards.order(desk)
    found = sorted(found, key=lambda one: order.get(one.example.channel, len(order)))
    held = holding.held(db)
    return [(delivery_cards.delivery(desk, one.example, (), held), one.number) for one in found]


def sign_offs(db: Session, message_id: str) -> list[tuple[int, cards.SignOff]]:
    """Each with the revision of the words that it was about."""
    rows = approvals.of_message(db, message_id)
    found = sign_off_cards(db, rows, _names(db))
    return [(row.revision, card) for row, card in zip(rows, found, strict=True)]


def sign_off(db: Session, approval_id: str) -> cards.SignOff:
    """Raises `NotFound`."""
    row = db.get(ApprovalRow, approval_id)
    if row is None:
        raise NotFound("sign-off", approval_id)
    return sign_off_cards(db, [row], _names(db))[0]


def message_of_sign_off(db: Session, approval_id: str) -> str:
    return db.get_one(ApprovalRow, approval_id).message_id


def message_of_delivery(db: Session, delivery_id: str) -> str:
    row = db.get(DeliveryRow, delivery_id)
    if row is None:
        raise NotFound("delivery", delivery_id)
    return row.message_id


def picture(db: Session, sha256: str) -> tuple[str, bytes]:
    """Media type and bytes. Raises `NotFound`."""
    row = db.get(PictureRow, sha256)
    if row is None:
        raise NotFound("picture", sha256)
    return row.media_type, row.content


def last_exercise(db: Session) -> cards.Incident | None:
    """The newest exercise, for "last exercise 41 days ago"."""
    row = db.scalars(
        select(IncidentRow)
        .where(IncidentRow.mode == str(Mode.EXERCISE))
        .order_by(IncidentRow.opened_at.desc())
        .limit(1)
    ).one_or_none()
    return _incident(row, _names(db)) if row else None


def _message_row(db: Session, message_id: str) -> MessageRow:
    row = db.get(MessageRow, message_id)
    if row is None:
        raise NotFound("message", message_id)
    return row


def _names(db: Session) -> Names:
    return defaultdict(str, {row.id: row.name for row in people.everybody(db)})


def _incidents(db: Session, state: IncidentState, names: Names) -> tuple[cards.Incident, ...]:
    return tuple(_incident(row, names) for row in incidents.newest(db, state=str(state), limit=30))


def _with_incident(
    db: Session, rows: Sequence[MessageRow], names: Names
) -> tuple[tuple[cards.Message, cards.Incident], ...]:
    return tuple(
        (_message(row, names), _incident(db.get_one(IncidentRow, row.incident_id), names))
        for row in rows
    )


def _incident(row: IncidentRow, names: Names) -> cards.Incident:
    return cards.Incident(
        id=row.id,
        type=row.type,
        title=row.title,
        mode=Mode(row.mode),
        state=IncidentState(row.state),
        opened_by=names[row.opened_by],
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        policy_digest=row.policy_digest,
    )


def _message(row: MessageRow, names: Names) -> cards.Message:
    return cards.Message(
        id=row.id,
        incident_id=row.incident_id,
        number=row.number,
        kind=Kind(row.kind),
        state=MessageState(row.state),
        facts=row.facts,
        text=row.text,
        edits=row.edits,
        translations=row.translations,
        channels=None if row.channels is None else tuple(row.channels),
        picture=row.picture or "",
        alt=row.alt,
        severity=row.severity,
        expires_at=row.expires_at,
        publish_at=row.publish_at,
        version=row.version,
        revision=row.revision,
        digest=row.digest,
        reason=row.reason,
        drafted_by=names[row.drafted_by],
        created_at=row.created_at,
        submitted_by=names[row.submitted_by],
        submitted_at=row.submitted_at,
        approve_by=row.approve_by,
        released_at=row.released_at,
        settled_at=row.settled_at,
    )
