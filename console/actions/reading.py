"""Reads the store into cards. Nothing here changes anything."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import cards, compose, holding
from console.actions.desk import Desk
from console.actions.errors import NotFound
from console.actions.sign_off_cards import sign_off_card
from console.connecting import where_to_look
from console.domain.delivery import DeliveryState
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState
from console.domain.recipient import masked
from console.store import approvals, incidents, messages, outbox, people
from console.store import progress as progress_rows
from console.store.approvals import ApprovalRow
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow, PictureRow

Names = Mapping[str | None, str]
FEW = 20
"""Deliveries of one channel that are shown one by one. More are counted, and only those in trouble
shown."""


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


def message(db: Session, desk: Desk, message_id: str) -> cards.MessageSheet:
    """Raises `NotFound`."""
    row = _message_row(db, message_id)
    names = _names(db)
    return cards.MessageSheet(
        incident=_incident(db.get_one(IncidentRow, row.incident_id), names),
        message=_message(row, names),
        variants=tuple(messages.variants(db, row.id, row.revision)),
        sign_offs=tuple(
            sign_off_card(db, one, names[one.approver_id])
            for one in approvals.of_message(db, row.id)
        ),
        **_deliveries(db, desk, message_id),
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
    return cards.progress(_all(progress_rows.counts(db, message_id)))


def unsettled(
    db: Session, desk: Desk, message_id: str, *, without_failed: bool
) -> list[tuple[cards.Delivery, int]]:
    """One delivery for each trouble that people were told of, and how many have the same."""
    found = progress_rows.unsettled(db, message_id, without_failed=without_failed)
    order = _order(desk)
    found = sorted(found, key=lambda one: order.get(one.example.channel, len(order)))
    held = holding.held(db)
    return [(_delivery(desk, one.example, (), held), one.number) for one in found]


class _Deliveries(TypedDict):
    deliveries: tuple[cards.Delivery, ...]
    groups: tuple[cards.Group, ...]
    progress: cards.Progress


def _deliveries(db: Session, desk: Desk, message_id: str) -> _Deliveries:
    """In the order of config/channels.toml: each with its attempts where a channel has few of them,
    else in groups."""
    order = _order(desk)
    counted = progress_rows.counts(db, message_id)
    many = [place for place, states in counted.items() if sum(states.values()) > FEW]
    rows = progress_rows.of_message(db, message_id, set(counted) - set(many))
    rows.sort(key=lambda row: order.get(row.channel, len(order)))
    many.sort(key=lambda place: order.get(place[0], len(order)))
    return {
        "deliveries": _with_attempts(db, desk, rows),
        "groups": tuple(_group(db, desk, message_id, one, counted[one]) for one in many),
        "progress": cards.progress(_all(counted)),
    }


def _group(
    db: Session,
    desk: Desk,
    message_id: str,
    place: progress_rows.Place,
    states: Mapping[DeliveryState, int],
) -> cards.Group:
    rows: list[DeliveryRow] = []
    if DeliveryState.FAILED in states or DeliveryState.UNCERTAIN in states:
        rows = progress_rows.troubled(db, message_id, place, most=cards.MOST_LISTED)
    channel, newest = desk.channel(place[0]), progress_rows.newest(db, message_id, place)
    return cards.Group(
        channel=place[0],
        title=channel.title if channel else place[0],
        account=newest.account,
        language=place[1],
        progress=cards.progress(states),
        changed_at=newest.changed_at,
        listed=_with_attempts(db, desk, rows),
    )


def _with_attempts(
    db: Session, desk: Desk, rows: Sequence[DeliveryRow]
) -> tuple[cards.Delivery, ...]:
    attempts: dict[str, list[cards.Attempt]] = defaultdict(list)
    for attempt, outcome in outbox.attempts_of(db, [row.id for row in rows]):
        attempts[attempt.delivery_id].append(_attempt(attempt, outcome))
    held = holding.held(db)
    return tuple(_delivery(desk, row, tuple(attempts[row.id]), held) for row in rows)


def _order(desk: Desk) -> Mapping[str, int]:
    return {channel.name: place for place, channel in enumerate(desk.channels)}


def _all(
    counted: Mapping[progress_rows.Place, Mapping[DeliveryState, int]],
) -> Counter[DeliveryState]:
    return sum((Counter(states) for states in counted.values()), Counter())


def sign_off(db: Session, approval_id: str) -> cards.SignOff:
    """Raises `NotFound`."""
    row = db.get(ApprovalRow, approval_id)
    if row is None:
        raise NotFound("sign-off", approval_id)
    return sign_off_card(db, row, _names(db)[row.approver_id])


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


def _attempt(row: AttemptRow, outcome: OutcomeRow | None) -> cards.Attempt:
    return cards.Attempt(
        worker=row.worker,
        started_at=row.started_at,
        ended_at=outcome.ended_at if outcome else None,
        outcome=outcome.outcome if outcome else "",
        reason=outcome.reason if outcome else "",
        status=outcome.status if outcome else None,
        detail=outcome.detail if outcome else "",
        milliseconds=outcome.milliseconds if outcome else None,
    )


def _delivery(
    desk: Desk, row: DeliveryRow, attempts: tuple[cards.Attempt, ...], held: holding.Held
) -> cards.Delivery:
    channel, state = desk.channel(row.channel), DeliveryState(row.state)
    mode = Mode.EXERCISE if row.exercise else Mode.ACTUAL
    where = where_to_look(channel, mode, desk.settings) if channel else ""
    return cards.Delivery(
        id=row.id,
        channel=row.channel,
        title=channel.title if channel else row.channel,
        network=row.network,
        account=row.account,
        language=row.language,
        recipient=masked(row.recipient),
        text=row.text,
        state=state,
        tries=row.tries,
        due_at=row.due_at,
        reference=row.reference,
        url=row.url,
        reason=row.reason,
        detail=row.detail,
        changed_at=row.changed_at,
        alarmed_at=row.alarmed_at,
        doubtful=row.doubtful,
        findable=channel.findable if channel else False,
        where=where,
        practised=bool(where) and where == desk.settings.practice.url,
        attempts=attempts,
        way=row.way,
        not_before=row.not_before,
        hold=holding.on(held, row.channel) if state is DeliveryState.QUEUED else None,
    )
