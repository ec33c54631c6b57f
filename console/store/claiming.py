"""Claims what is due: the slowest channel first, and each channel at its own pace."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Update,
    bindparam,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from console.domain.channel import Pace
from console.domain.delivery import DeliveryState
from console.store.base import Instant
from console.store.deliveries import DeliveryRow
from console.store.order import NOW, held, older_on_its_way, too_early, unsendable
from console.store.paces import PaceRow

QUEUED, SENDING = str(DeliveryState.QUEUED), str(DeliveryState.SENDING)


@dataclass(frozen=True)
class Claimer:
    """Who claims, until when, and behind what: see `order.OVER`."""

    worker: str
    now: datetime
    until: datetime
    over: datetime
    lapsed_over: datetime


def one_at_a_time(db: Session) -> None:
    """Waits until no other claim is open: one that is not committed yet is seen by nobody, and an
    all clear would be claimed beside the alert that is just being claimed."""
    if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        db.execute(_LOCK)


def claim(db: Session, who: Claimer, *, limit: int, paces: Mapping[str, Pace]) -> list[DeliveryRow]:
    """Takes at most ``limit`` due deliveries. ``paces`` names the channels that have one.

    Left alone: what waits for an older post of its incident to leave the same channel, what a
    newer one has overtaken, what is past its end or whose message was stopped.
    """
    rows: list[DeliveryRow] = []
    for pace in _due_paces(db, who.now, paces):
        rows += _claim_at_pace(db, who, pace, paces[pace.channel], limit - len(rows))
    if limit > len(rows):
        values = _values(who, limit - len(rows)) | {"paced": [*paces] or [""]}
        rows += db.scalars(_CLAIM_ANY, values)
    return sorted(rows, key=lambda row: -row.weight)


def prepare(db: Session, channels: Collection[str], now: datetime) -> None:
    """A row for every channel that has a pace: its lock lets one worker at a time claim from it."""
    if not channels:
        return
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = [{"channel": name, "free_at": now} for name in channels]
    db.execute(insert(PaceRow).values(rows).on_conflict_do_nothing())


def _claim_at_pace(
    db: Session, who: Claimer, row: PaceRow, pace: Pace, limit: int
) -> list[DeliveryRow]:
    busy = db.scalar(_BUSY, {"where_to": row.channel}) or 0
    may = min(limit, pace.room(busy=busy, free_at=row.free_at, now=who.now))
    if may <= 0:
        return []
    claimed = list(db.scalars(_CLAIM_ONE, _values(who, may) | {"where_to": row.channel}))
    if pace.interval is not None:
        # A clock that was set back must not hold a channel until the old time comes again.
        begin = min(max(row.free_at, who.now), who.now + timedelta(minutes=1))
        row.free_at = begin + pace.interval * len(claimed)
    return claimed


def _due_paces(db: Session, now: datetime, paces: Mapping[str, Pace]) -> list[PaceRow]:
    if not paces:
        return []
    return list(db.scalars(_DUE_PACES, {"now": now, "paced": [*paces]}))


def _values(who: Claimer, most: int) -> dict[str, object]:
    return {
        "now": who.now,
        "over": who.over,
        "lapsed_over": who.lapsed_over,
        "claimer": who.worker,
        "leased": who.until,
        "most": most,
    }


def _due(which: ColumnElement[bool]) -> Select[str]:
    return (
        select(DeliveryRow.id)
        .where(
            which,
            DeliveryRow.state == QUEUED,
            DeliveryRow.due_at <= NOW,
            ~unsendable(),
            ~held(),
            ~too_early(),
            ~older_on_its_way(),
        )
        .order_by(DeliveryRow.weight.desc(), DeliveryRow.due_at, DeliveryRow.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
    )


def _claim(which: ColumnElement[bool]) -> Update:
    # A CTE that locks is run once; a plain subquery may be run again for every row that is looked
    # at, and then takes more than its limit: https://www.postgresql.org/docs/current/queries-with.html
    due = _due(which).cte("due")
    return (
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(select(due.c.id)), DeliveryRow.state == QUEUED)
        .values(
            state=SENDING,
            worker=bindparam("claimer"),
            fence=DeliveryRow.fence + 1,
            tries=DeliveryRow.tries + 1,
            lease_until=bindparam("leased", type_=Instant()),
            changed_at=NOW,
        )
        .returning(DeliveryRow)
        .execution_options(synchronize_session=False)
    )


_LOCK = text("SELECT pg_advisory_xact_lock(7355284)")
"""The number is ours: see migrations/env.py for the other one."""
_PACED = bindparam("paced", type_=String(), expanding=True)
_CHANNEL = bindparam("where_to", type_=String())
_CLAIM_ANY = _claim(DeliveryRow.channel.not_in(_PACED))
_CLAIM_ONE = _claim(DeliveryRow.channel == _CHANNEL)
_BUSY = select(func.count()).where(DeliveryRow.state == SENDING, DeliveryRow.channel == _CHANNEL)
_DUE_PACES = (
    select(PaceRow)
    .where(
        PaceRow.channel.in_(_PACED),
        exists().where(
            DeliveryRow.state == QUEUED,
            DeliveryRow.channel == PaceRow.channel,
            DeliveryRow.due_at <= NOW,
        ),
    )
    .order_by(PaceRow.channel)
    .with_for_update(skip_locked=True, of=PaceRow)
)
