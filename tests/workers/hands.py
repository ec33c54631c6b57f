"""What a worker does to deliveries, by hand, and how they stand then."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from console.domain.delivery import DeliveryEvent
from console.store.audit import EntryRow
from console.store.deliveries import DeliveryRow
from tests.stage import Stage
from workers import claims, recording
from workers.errand import Errand, Outcome

LATE = "late answer, state kept"


def take(stage: Stage, worker: str = "one:1") -> dict[str, Errand]:
    """Everything that is due, by channel."""
    taken = claims.take(stage.sessions, stage.desk, worker=worker, limit=100)
    return {one.channel: one for one in taken}


def answer(stage: Stage, errand: Errand, worker: str = "one:1", **how: Any) -> None:
    """The network's answer arrives: accepted, unless ``event`` says otherwise."""
    outcome = Outcome(
        errand=errand,
        event=how.pop("event", DeliveryEvent.ACCEPT),
        ended_at=datetime.now(UTC),
        milliseconds=1,
        **how,
    )
    recording.settle(stage.sessions, stage.desk, worker=worker, outcomes=[outcome])


def put(stage: Stage, **values: Any) -> None:
    with stage.sessions.engine.begin() as connection:
        connection.execute(update(DeliveryRow).values(**values))


def put_of(stage: Stage, message: str, **values: Any) -> None:
    """As `put`, for the deliveries of one message."""
    of_it = update(DeliveryRow).where(DeliveryRow.message_id == message)
    with stage.sessions.engine.begin() as connection:
        connection.execute(of_it.values(**values))


def row(stage: Stage, channel: str) -> DeliveryRow:
    with stage.sessions.read() as db:
        return db.scalars(select(DeliveryRow).where(DeliveryRow.channel == channel)).one()


def recorded(stage: Stage, action: str) -> int:
    with stage.sessions.read() as db:
        return db.query(EntryRow).filter(EntryRow.action == action).count()


def long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)
