"""What a year's incidents and exercises can be learnt from, counted in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from console.domain.delivery import DeliveryState
from console.domain.message import Kind
from console.store.audit import EntryRow
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.store.incidents import IncidentRow
from console.store.look_backs import LookBackRow
from console.store.messages import MessageRow

_OVER = (str(Kind.ALL_CLEAR), str(Kind.CANCEL))


@dataclass(frozen=True)
class Span:
    """From ``begin`` on, and before ``end``."""

    begin: datetime
    end: datetime


def released(db: Session, span: Span) -> Sequence[Any]:
    """Every message that was released in that time, with its incident, the oldest first."""
    query = (
        select(MessageRow, IncidentRow)
        .join(IncidentRow, IncidentRow.id == MessageRow.incident_id)
        .where(MessageRow.released_at >= span.begin, MessageRow.released_at < span.end)
        .order_by(MessageRow.released_at, MessageRow.id)
    )
    return db.execute(query).all()


def published(db: Session, messages: Collection[str]) -> dict[str, tuple[datetime, datetime]]:
    """Message -> when its first and its last delivery that was sent reached a network."""
    query = (
        select(DeliveryRow.message_id, func.min(OutcomeRow.ended_at), func.max(OutcomeRow.ended_at))
        .join(AttemptRow, AttemptRow.delivery_id == DeliveryRow.id)
        .join(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
        .where(
            DeliveryRow.message_id.in_(messages),
            DeliveryRow.state == str(DeliveryState.SENT),
            OutcomeRow.outcome == "accept",
        )
        .group_by(DeliveryRow.message_id)
    )
    return {message: (first, last) for message, first, last in db.execute(query)}


def by_channel(db: Session, span: Span) -> Sequence[Any]:
    """Channel, whether it was an exercise, and how its deliveries ended; how many were tried more
    than once."""
    again = func.sum(case((DeliveryRow.tries > 1, 1), else_=0))
    query = (
        select(
            DeliveryRow.channel,
            DeliveryRow.exercise,
            DeliveryRow.state,
            func.count().label("number"),
            again.label("again"),
        )
        .where(DeliveryRow.created_at >= span.begin, DeliveryRow.created_at < span.end)
        .group_by(DeliveryRow.channel, DeliveryRow.exercise, DeliveryRow.state)
        .order_by(DeliveryRow.channel)
    )
    return db.execute(query).all()


def look_backs(db: Session, span: Span) -> list[LookBackRow]:
    query = select(LookBackRow).where(LookBackRow.at >= span.begin, LookBackRow.at < span.end)
    return list(db.scalars(query.order_by(LookBackRow.at)))


def without_all_clear(db: Session, span: Span, now: datetime) -> Sequence[Any]:
    """Incidents whose last message said that something is so, whose end has passed, and of which
    nothing says that it is over; with the moment of that end."""
    newest = (
        select(MessageRow.incident_id, func.max(MessageRow.number).label("number"))
        .where(MessageRow.released_at.is_not(None))
        .group_by(MessageRow.incident_id)
        .subquery()
    )
    query = (
        select(IncidentRow, MessageRow.expires_at)
        .join(newest, newest.c.incident_id == IncidentRow.id)
        .join(
            MessageRow,
            (MessageRow.incident_id == newest.c.incident_id)
            & (MessageRow.number == newest.c.number),
        )
        .where(
            IncidentRow.opened_at >= span.begin,
            IncidentRow.opened_at < span.end,
            MessageRow.kind.not_in(_OVER),
            MessageRow.expires_at < now,
        )
        .order_by(IncidentRow.opened_at)
    )
    return db.execute(query).all()


def incidents(db: Session, span: Span, mode: str) -> list[IncidentRow]:
    query = select(IncidentRow).where(
        IncidentRow.mode == mode,
        IncidentRow.opened_at >= span.begin,
        IncidentRow.opened_at < span.end,
    )
    return list(db.scalars(query.order_by(IncidentRow.opened_at)))


def took_part(db: Session, incidents: Collection[str]) -> dict[str, list[str]]:
    """Incident -> the people who did something in it."""
    query = (
        select(EntryRow.incident, EntryRow.actor)
        .where(EntryRow.incident.in_(incidents), EntryRow.actor_id != "")
        .distinct()
        .order_by(EntryRow.actor)
    )
    found: dict[str, list[str]] = {}
    for incident, actor in db.execute(query):
        found.setdefault(incident, []).append(actor)
    return found


def channels_of(db: Session, incidents: Collection[str]) -> dict[str, list[str]]:
    """Incident -> the channels on which something of it was sent."""
    query = (
        select(DeliveryRow.incident_id, DeliveryRow.channel)
        .where(DeliveryRow.incident_id.in_(incidents), DeliveryRow.state == str(DeliveryState.SENT))
        .distinct()
        .order_by(DeliveryRow.channel)
    )
    found: dict[str, list[str]] = {}
    for incident, channel in db.execute(query):
        found.setdefault(incident, []).append(channel)
    return found
