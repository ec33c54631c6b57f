"""How far a message is, counted in the database: a list of recipients has no end of rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from console.domain.delivery import DeliveryState
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.store.recipients import not_wanted

Place = tuple[str, str]
"""Channel and language."""
_TROUBLE = [str(DeliveryState.UNCERTAIN), str(DeliveryState.FAILED)]
_ON_ITS_WAY = [str(DeliveryState.QUEUED), str(DeliveryState.SENDING)]
_OVER = [str(DeliveryState.SENT), str(DeliveryState.CANCELLED)]


class Standing(NamedTuple):
    """Where one delivery stands, and what it is: these columns of its row."""

    id: str
    channel: str
    network: str
    account: str
    language: str
    recipient: str
    text: str
    exercise: bool
    state: str
    tries: int
    due_at: datetime | None
    not_before: datetime | None
    reference: str
    url: str
    way: str
    reason: str
    detail: str
    changed_at: datetime
    alarmed_at: datetime | None
    doubtful: bool


def counts(db: Session, message_id: str) -> dict[Place, dict[DeliveryState, int]]:
    rows = db.execute(
        select(DeliveryRow.channel, DeliveryRow.language, DeliveryRow.state, func.count())
        .where(DeliveryRow.message_id == message_id)
        .group_by(DeliveryRow.channel, DeliveryRow.language, DeliveryRow.state)
    )
    found: dict[Place, dict[DeliveryState, int]] = {}
    for channel, language, state, number in rows:
        found.setdefault((channel, language), {})[DeliveryState(state)] = number
    return found


def on_its_way(db: Session, incident_id: str) -> list[tuple[str, int]]:
    """The messages of the incident of which something has not left yet, with their numbers."""
    rows = db.execute(
        select(DeliveryRow.message_id, DeliveryRow.number)
        .where(DeliveryRow.incident_id == incident_id, DeliveryRow.state.in_(_ON_ITS_WAY))
        .distinct()
        .order_by(DeliveryRow.number)
    )
    return [(message_id, number) for message_id, number in rows]


def _standing() -> Select[Any]:
    return select(*(getattr(DeliveryRow, name) for name in Standing._fields))


def of_message(
    db: Session, message_id: str, places: Collection[Place] | None = None
) -> list[Standing]:
    """All of its deliveries, or those of these places."""
    query = _standing().where(DeliveryRow.message_id == message_id)
    if places is not None:
        place = tuple_(DeliveryRow.channel, DeliveryRow.language)
        query = query.where(place.in_(sorted(places)))
    rows = db.execute(query.order_by(DeliveryRow.created_at, DeliveryRow.id))
    return [Standing(*row) for row in rows]


def troubled(db: Session, message_id: str, place: Place, *, most: int) -> list[Standing]:
    """Of one place: what a person has to see, first what may be public."""
    query = (
        _standing()
        .where(
            DeliveryRow.message_id == message_id,
            DeliveryRow.channel == place[0],
            DeliveryRow.language == place[1],
            DeliveryRow.state.in_(_TROUBLE),
        )
        .order_by(DeliveryRow.state.desc(), DeliveryRow.id)
        .limit(most)
    )
    return [Standing(*row) for row in db.execute(query)]


def newest(db: Session, message_id: str, place: Place) -> Standing:
    """The delivery of a place that changed last."""
    query = (
        _standing()
        .where(
            DeliveryRow.message_id == message_id,
            DeliveryRow.channel == place[0],
            DeliveryRow.language == place[1],
        )
        .order_by(DeliveryRow.changed_at.desc())
        .limit(1)
    )
    return Standing(*db.execute(query).one())


class Tried(NamedTuple):
    """One attempt; of its outcome None where it has none yet."""

    delivery_id: str
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    reason: str | None
    status: int | None
    detail: str | None
    milliseconds: int | None


def attempts_of(db: Session, delivery_ids: Sequence[str]) -> list[Tried]:
    """In the order in which they were begun."""
    rows = db.execute(
        select(
            AttemptRow.delivery_id,
            AttemptRow.worker,
            AttemptRow.started_at,
            OutcomeRow.ended_at,
            OutcomeRow.outcome,
            OutcomeRow.reason,
            OutcomeRow.status,
            OutcomeRow.detail,
            OutcomeRow.milliseconds,
        )
        .outerjoin(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
        .where(AttemptRow.delivery_id.in_(delivery_ids))
        .order_by(AttemptRow.started_at, AttemptRow.id)
    )
    return [Tried(*row) for row in rows]


@dataclass(frozen=True)
class Alike:
    """Deliveries of one channel with the same trouble, and one of them."""

    example: Standing
    number: int


def unsettled(db: Session, message_id: str, *, without_failed: bool) -> Sequence[Alike]:
    """What people were told of and is in trouble still, by channel and what happened. Not those who
    were set aside, or left, since."""
    wanted: list[ColumnElement[bool]] = [
        DeliveryRow.message_id == message_id,
        DeliveryRow.alarmed_at.is_not(None),
        DeliveryRow.state.not_in(_OVER),
        or_(DeliveryRow.state != str(DeliveryState.FAILED), ~not_wanted()),
    ]
    if without_failed:
        wanted.append(DeliveryRow.state != str(DeliveryState.FAILED))
    tried = DeliveryRow.tries > 0
    asked = DeliveryRow.due_at.is_(None)
    rows = db.execute(
        select(func.min(DeliveryRow.id).label("example"), func.count().label("many"))
        .where(and_(*wanted))
        .group_by(
            DeliveryRow.channel,
            DeliveryRow.language,
            DeliveryRow.state,
            DeliveryRow.reason,
            DeliveryRow.doubtful,
            tried,
            asked,
        )
    ).all()
    number: dict[str, int] = {one.example: one.many for one in rows}
    found = db.execute(
        _standing()
        .where(DeliveryRow.id.in_(number))
        .order_by(DeliveryRow.created_at, DeliveryRow.id)
    )
    return [Alike(one, number[one.id]) for one in (Standing(*row) for row in found)]


def published(db: Session, message_id: str) -> tuple[datetime | None, datetime | None]:
    """When the first and the last delivery that was sent reached its network."""
    # Sent is asked of what was found: in a ``where`` it tempts SQLite to go through everything that
    # was ever sent.
    sent = DeliveryRow.state == str(DeliveryState.SENT)
    ended = (
        select(func.max(case((sent, OutcomeRow.ended_at))).label("at"))
        .join(AttemptRow, AttemptRow.id == OutcomeRow.attempt_id)
        .join(DeliveryRow, DeliveryRow.id == AttemptRow.delivery_id)
        .where(DeliveryRow.message_id == message_id)
        .group_by(DeliveryRow.id)
        .subquery()
    )
    first, last = db.execute(select(func.min(ended.c.at), func.max(ended.c.at))).one()
    return first, last
