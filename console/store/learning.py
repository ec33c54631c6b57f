"""What a year's incidents and exercises can be learnt from, counted in the database."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from console.domain.delivery import DeliveryEvent, DeliveryState
from console.domain.message import Kind
from console.store.audit import BY_A_PERSON, EntryRow
from console.store.base import Instant
from console.store.deliveries import AGAIN, DeliveryRow, OutcomeRow
from console.store.incidents import IncidentRow
from console.store.look_backs import LookBackRow
from console.store.messages import MessageRow
from console.store.order import NOW

ACCEPTED = str(DeliveryEvent.ACCEPT)
_OVER = (str(Kind.ALL_CLEAR), str(Kind.CANCEL))


_BEGIN, _END = bindparam("begin", type_=Instant()), bindparam("end", type_=Instant())


@dataclass(frozen=True)
class Span:
    """From ``begin`` on, and before ``end``."""

    begin: datetime
    end: datetime


def _of(span: Span) -> dict[str, Any]:
    return {"begin": span.begin, "end": span.end}


def released(db: Session, span: Span, mode: str) -> Sequence[Any]:
    """Every message that was released in that time: its id, kind and moments, and the incident's id
    and title; the oldest first."""
    in_time = (MessageRow.released_at >= span.begin, MessageRow.released_at < span.end)
    return _released(db, IncidentRow.mode == mode, *in_time)


def released_of(db: Session, incidents: Collection[str]) -> Sequence[Any]:
    """As `released`, of these incidents."""
    return _released(db, MessageRow.incident_id.in_(incidents), MessageRow.released_at.is_not(None))


def _released(db: Session, *wanted: ColumnElement[bool]) -> Sequence[Any]:
    query = (
        select(
            MessageRow.id,
            MessageRow.kind,
            MessageRow.submitted_at,
            MessageRow.released_at,
            MessageRow.incident_id,
            IncidentRow.title,
        )
        .join(IncidentRow, IncidentRow.id == MessageRow.incident_id)
        .where(*wanted)
        .order_by(MessageRow.released_at, MessageRow.id)
    )
    return db.execute(query).all()


def reached(db: Session, messages: Collection[str]) -> dict[str, tuple[datetime, datetime]]:
    """Message -> when a network accepted it first and last. Two looks at an index for each."""
    query = select(MessageRow.id, _moment(func.min), _moment(func.max))
    found = db.execute(query.where(MessageRow.id.in_(messages)))
    return {message: (first, last) for message, first, last in found if first}


def _moment(which: Callable[[Any], Any]) -> ScalarSelect[Any]:
    return (
        select(which(OutcomeRow.ended_at))
        .where(OutcomeRow.message_id == MessageRow.id, OutcomeRow.outcome == ACCEPTED)
        .scalar_subquery()
    )


def by_channel(db: Session, span: Span, *, exercise: bool) -> Sequence[Any]:
    """Channel, state, and how many deliveries came to that state in that time. Counted on an index,
    for each pair that is in it: a year has tens of thousands."""
    return db.execute(_BY_CHANNEL, _of(span) | {"exercise": exercise}).all()


def _by_channel() -> Select[Any]:
    pair = _pairs()
    number = (
        select(func.count())
        .where(
            DeliveryRow.state == pair.c.state,
            DeliveryRow.channel == pair.c.channel,
            DeliveryRow.exercise == bindparam("exercise", type_=Boolean()),
            DeliveryRow.changed_at >= _BEGIN,
            DeliveryRow.changed_at < _END,
        )
        .scalar_subquery()
    )
    known = pair.c.channel.is_not(None)
    counted = select(pair.c.channel, pair.c.state, number.label("number")).where(known).subquery()
    return select(counted).where(counted.c.number > 0).order_by(counted.c.channel)


def _pairs() -> CTE:
    """Each state with each channel that has it, and once with none: from one to the next in the
    index, whatever lies between them."""
    states = union_all(*(select(literal(str(one)).label("state")) for one in DeliveryState))
    state = states.subquery().c.state
    nearest = select(func.min(DeliveryRow.channel))
    first = nearest.where(DeliveryRow.state == state).scalar_subquery()
    pair = select(state, first.label("channel")).cte("pair", recursive=True)
    later = (DeliveryRow.state == pair.c.state, DeliveryRow.channel > pair.c.channel)
    following = nearest.where(*later).scalar_subquery()
    return pair.union_all(select(pair.c.state, following).where(pair.c.channel.is_not(None)))


def sent_again(db: Session, span: Span, *, exercise: bool) -> dict[str, int]:
    """Channel -> how many of its deliveries were sent, and took more than one try."""
    query = (
        select(DeliveryRow.channel, func.count().label("number"))
        .where(
            text(AGAIN),
            DeliveryRow.state == str(DeliveryState.SENT),
            *_ended(span, exercise=exercise),
        )
        .group_by(DeliveryRow.channel)
    )
    return {one.channel: one.number for one in db.execute(query)}


def _ended(span: Span, *, exercise: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        DeliveryRow.exercise == exercise,
        DeliveryRow.changed_at >= span.begin,
        DeliveryRow.changed_at < span.end,
    )


def look_backs(db: Session, span: Span) -> list[LookBackRow]:
    query = select(LookBackRow).where(LookBackRow.at >= span.begin, LookBackRow.at < span.end)
    return list(db.scalars(query.order_by(LookBackRow.at)))


def without_all_clear(db: Session, span: Span, mode: str, now: datetime) -> Sequence[Any]:
    """Incidents whose last message said that something is so, whose end has passed, and of which
    nothing says that it is over; with the moment of that end."""
    return db.execute(_WITHOUT_ALL_CLEAR, _of(span) | {"mode": mode, "now": now}).all()


def _without_all_clear() -> Select[IncidentRow, datetime | None]:
    newest = (
        select(MessageRow.incident_id, func.max(MessageRow.number).label("number"))
        .where(MessageRow.released_at.is_not(None))
        .group_by(MessageRow.incident_id)
        .subquery()
    )
    return (
        select(IncidentRow, MessageRow.expires_at)
        .join(newest, newest.c.incident_id == IncidentRow.id)
        .join(
            MessageRow,
            (MessageRow.incident_id == newest.c.incident_id)
            & (MessageRow.number == newest.c.number),
        )
        .where(
            IncidentRow.mode == bindparam("mode", type_=String()),
            IncidentRow.opened_at >= _BEGIN,
            IncidentRow.opened_at < _END,
            MessageRow.kind.not_in(_OVER),
            MessageRow.expires_at < NOW,
        )
        .order_by(IncidentRow.opened_at)
    )


def incidents(db: Session, span: Span, mode: str) -> list[IncidentRow]:
    query = select(IncidentRow).where(*_opened(span, mode))
    return list(db.scalars(query.order_by(IncidentRow.opened_at)))


def opened(db: Session, span: Span, mode: str) -> int:
    """How many incidents."""
    return db.scalar(select(func.count()).where(*_opened(span, mode))) or 0


def _opened(span: Span, mode: str) -> tuple[ColumnElement[bool], ...]:
    begin, end = IncidentRow.opened_at >= span.begin, IncidentRow.opened_at < span.end
    return IncidentRow.mode == mode, begin, end


def took_part(db: Session, incidents: Collection[str]) -> dict[str, list[str]]:
    """Incident -> the people who did something in it. From one to the next in the index, whatever
    lies between them: an incident has hundreds of entries of a few people."""
    found: dict[str, list[str]] = {}
    for incident, actor in db.execute(_TOOK_PART, {"incidents": [*incidents] or [""]}):
        found.setdefault(incident, []).append(actor)
    return found


def _took_part() -> Select[Any]:
    by_a_person = text(BY_A_PERSON)
    nearest = select(func.min(EntryRow.actor_id)).where(by_a_person)
    first = nearest.where(EntryRow.incident == IncidentRow.id).scalar_subquery()
    some = IncidentRow.id.in_(bindparam("incidents", type_=String(), expanding=True))
    pair = select(IncidentRow.id, first.label("person")).where(some).cte("pair", recursive=True)
    later = (EntryRow.incident == pair.c.id, EntryRow.actor_id > pair.c.person)
    following = nearest.where(*later).scalar_subquery()
    pair = pair.union_all(select(pair.c.id, following).where(pair.c.person.is_not(None)))
    of_both = (EntryRow.incident == pair.c.id, EntryRow.actor_id == pair.c.person)
    name = select(EntryRow.actor).where(by_a_person, *of_both).limit(1).scalar_subquery()
    named = select(pair.c.id, name.label("name")).where(pair.c.person.is_not(None)).subquery()
    return select(named.c.id, named.c.name).order_by(named.c.name)


def channels_of(db: Session, incidents: Collection[str]) -> dict[str, list[str]]:
    """Incident -> the channels on which something of it was sent."""
    of_incidents = select(MessageRow.id, MessageRow.incident_id)
    rows = db.execute(of_incidents.where(MessageRow.incident_id.in_(incidents)))
    incident_of = {one.id: one.incident_id for one in rows}
    # The state is no condition: SQLite, which knows no statistics here, would go by it alone.
    each = (DeliveryRow.message_id, DeliveryRow.channel, DeliveryRow.state)
    query = select(*each).where(DeliveryRow.message_id.in_(incident_of)).group_by(*each)
    found: dict[str, set[str]] = {}
    for message, channel, state in db.execute(query):
        if state == DeliveryState.SENT:
            found.setdefault(incident_of[message], set()).add(channel)
    return {incident: sorted(channels) for incident, channels in found.items()}


_TOOK_PART = _took_part()
_BY_CHANNEL = _by_channel()
_WITHOUT_ALL_CLEAR = _without_all_clear()
"""Built once: building one took as long as SQLite's answer."""
