"""Deliveries in trouble: which people have to be told of, and what nobody has settled yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from console.domain.delivery import DeliveryState, Timing
from console.store.base import Instant
from console.store.deliveries import UNTOLD, WAITING, DeliveryRow
from console.store.incidents import IncidentRow
from console.store.order import NOW, held, unsendable
from console.store.recipients import not_wanted

MOST_SHOWN = 50
"""Lines of `unsettled`: more than any page has room for."""


@dataclass(frozen=True)
class Trouble:
    """A delivery that people are told of now."""

    delivery: str
    message: str
    incident: str
    channel: str
    state: DeliveryState


@dataclass(frozen=True)
class Unsettled:
    """Deliveries of one message on one channel that people were told of, and left as they are."""

    message: str
    incident: str
    """Its title."""
    exercise: bool
    channel: str
    state: DeliveryState


def moments(now: datetime, timing: Timing) -> Mapping[str, datetime]:
    """What `any_untold` compares with: since when something has to stand to be trouble."""
    return {
        "now": now,
        "late": now - timing.late,
        "sought": now - timing.alarm,
        "doubted": now - timing.lease - timing.alarm,
    }


def any_untold() -> ColumnElement[bool]:
    """Whether `tell` would find something at `moments`."""
    return or_(exists().where(_ended_badly()), exists().where(_late()))


def tell(db: Session, now: datetime, timing: Timing) -> list[Trouble]:
    """Marks what is in trouble as told, each of it once, and returns it."""
    untold = (
        select(DeliveryRow.id)
        .where(or_(_ended_badly(), _late()))
        .order_by(DeliveryRow.id)
        .with_for_update(skip_locked=True)
        .cte()
    )
    rows = db.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(select(untold.c.id)))
        .values(alarmed_at=NOW)
        .returning(
            DeliveryRow.id,
            DeliveryRow.message_id,
            DeliveryRow.incident_id,
            DeliveryRow.channel,
            DeliveryRow.state,
        )
        .execution_options(synchronize_session=False),
        moments(now, timing),
    )
    return [Trouble(*row[:4], DeliveryState(row[4])) for row in rows]


def unsettled(db: Session, *, now: datetime, within: timedelta) -> Sequence[Unsettled]:
    """What people were told of ``within`` this time and is in trouble still, newest first."""
    rows = db.execute(_unsettled(), {"now": now, "told_since": now - within})
    return [Unsettled(*row[:4], DeliveryState(row[4])) for row in rows]


@cache
def _unsettled() -> Select[str, str, bool, str, str]:
    """Built once: every page asks it, and building it took ten times as long as the database."""
    open_ = [
        str(one)
        for one in DeliveryState
        if one not in (DeliveryState.SENT, DeliveryState.CANCELLED)
    ]
    failed = DeliveryRow.state == str(DeliveryState.FAILED)
    columns = (
        DeliveryRow.message_id,
        IncidentRow.title,
        DeliveryRow.exercise,
        DeliveryRow.channel,
        DeliveryRow.state,
    )
    return (
        select(*columns)
        .join(IncidentRow, IncidentRow.id == DeliveryRow.incident_id)
        .where(
            DeliveryRow.alarmed_at > _moment("told_since"),
            DeliveryRow.state.in_(open_),
            # What failed and is not wanted any more leaves nothing to do.
            or_(~failed, and_(~unsendable(), ~not_wanted())),
        )
        .group_by(*columns)
        .order_by(DeliveryRow.exercise, func.max(DeliveryRow.alarmed_at).desc())
        .limit(MOST_SHOWN)
    )


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=Instant())


def _ended_badly() -> ColumnElement[bool]:
    """Failed, and still wanted; or of unknown outcome, where nobody can look or looking takes too
    long."""
    failed = and_(DeliveryRow.state == str(DeliveryState.FAILED), ~unsendable())
    unknown = and_(
        DeliveryRow.state == str(DeliveryState.UNCERTAIN),
        or_(
            DeliveryRow.due_at.is_(None),
            DeliveryRow.changed_at <= _moment("sought"),
            # Looked for, not found, sent again and unknown again, for two minutes.
            and_(DeliveryRow.created_at <= _moment("late"), DeliveryRow.tries >= 2),
        ),
    )
    return and_(text(UNTOLD), or_(failed, unknown))


def _late() -> ColumnElement[bool]:
    """Released long ago and not sent yet; sooner where an earlier try may be public. One that a
    person has sent again is late when it waits as long once more, or is tried a second time. What
    somebody holds is told as held, not as late."""
    since = DeliveryRow.created_at
    tried = DeliveryRow.tries >= 2
    late = and_(since <= _moment("late"), or_(tried, DeliveryRow.changed_at <= _moment("late")))
    doubtful = and_(since <= _moment("doubted"), DeliveryRow.doubtful, tried)
    queued = DeliveryRow.state == str(DeliveryState.QUEUED)
    # The first says nothing that the others do not, and lets the database begin with the oldest.
    begun = since <= _moment("doubted")
    return and_(text(WAITING), begun, or_(late, doubtful), ~and_(queued, held()), ~unsendable())
