"""Rounds: what is done over and over for a channel, when it is due, and which worker holds it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, String, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.register import Status
from console.domain.rounds import What
from console.store.base import Base, Instant
from console.store.register import EVERYTHING, ChannelRow, CheckRow


class RoundRow(Base):
    __tablename__ = "rounds"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    """``check:NAME``, ``watch:NAME`` or ``summary:*``."""
    channel: Mapped[str] = mapped_column(String(60))
    what: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(default=0)
    """Goes up with every claim; who holds an older one changes nothing."""
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    seen_to: Mapped[datetime | None] = mapped_column(Instant)
    """Until when the account's posts were looked at."""


def name(what: What, channel: str) -> str:
    return f"{what}:{channel}"


def prepare(db: Session, wanted: Mapping[What, Collection[str]], due: datetime) -> None:
    """A row for each that has none yet, due at ``due``."""
    rows = [
        {
            "id": name(what, channel), "channel": channel, "what": str(what), "due_at": due,
            "fence": 0, "failures": 0,
        }
        for what, channels in wanted.items()
        for channel in channels
    ]  # fmt: skip
    if rows:
        insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        db.execute(insert(RoundRow).values(rows).on_conflict_do_nothing())


def any_due(db: Session, now: datetime) -> bool:
    return bool(db.scalar(select(exists().where(*_due(now)))))


def claim(db: Session, *, now: datetime, until: datetime, limit: int) -> list[RoundRow]:
    """Takes what is due, the longest due first, until ``until``: whoever never comes back loses
    it then."""
    due = (
        select(RoundRow.id)
        .where(*_due(now))
        .order_by(RoundRow.due_at, RoundRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte()
    )
    rows = db.scalars(
        update(RoundRow)
        .where(RoundRow.id.in_(select(due.c.id)))
        .values(begun_at=now, lease_until=until, fence=RoundRow.fence + 1)
        .returning(RoundRow)
        .execution_options(synchronize_session=False)
    )
    return list(rows)


def held(db: Session, id: str, fence: int) -> RoundRow | None:
    """The row of a round that ends, locked; None where another worker has taken it meanwhile."""
    row = db.get(RoundRow, id, with_for_update=True, populate_existing=True)
    return row if row and row.fence == fence and row.lease_until else None


def end(row: RoundRow, *, passed: bool, next_at: datetime) -> None:
    """It is over; due again at ``next_at``, or at once where somebody has asked meanwhile."""
    row.lease_until = None
    row.failures = 0 if passed else row.failures + 1
    if row.begun_at is None or row.due_at <= row.begun_at:
        row.due_at = next_at


def ask(db: Session, channel: str, now: datetime) -> None:
    """The channel's check is due now."""
    prepare(db, {What.CHECK: [channel]}, now)
    db.execute(update(RoundRow).where(RoundRow.id == name(What.CHECK, channel)).values(due_at=now))


def under_way(db: Session, channel: str, now: datetime) -> bool:
    """Whether the channel's check is due, or held by a worker."""
    row = db.get(RoundRow, name(What.CHECK, channel))
    return row is not None and (row.due_at <= now or bool(row.lease_until))


def unchecked(
    db: Session, channels: Collection[str], *, since: datetime, now: datetime
) -> list[str]:
    """Those that nobody has checked since then, and whose check is not due anyway."""
    newer = exists().where(CheckRow.channel == RoundRow.channel, CheckRow.at > since)
    wanted = RoundRow.id.in_([name(What.CHECK, one) for one in channels])
    return list(db.scalars(select(RoundRow.channel).where(wanted, RoundRow.due_at > now, ~newer)))


def begin_anew(db: Session, channel: str, now: datetime) -> None:
    """The channel's account is another one from now on: nothing before this is its own."""
    db.execute(delete(CheckRow).where(CheckRow.channel == channel))
    values = {"due_at": now, "seen_to": now, "lease_until": None}
    db.execute(update(RoundRow).where(RoundRow.channel == channel).values(values))


def take_summary(db: Session, *, now: datetime, next_at: datetime) -> bool:
    """True for one worker, once: the summary is due, and is this one's to write."""
    taken = db.scalar(
        update(RoundRow)
        .where(RoundRow.id == name(What.SUMMARY, EVERYTHING), RoundRow.due_at <= now)
        .values(due_at=next_at, begun_at=now, fence=RoundRow.fence + 1)
        .returning(RoundRow.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def summary_due(db: Session, now: datetime) -> bool:
    row = db.get(RoundRow, name(What.SUMMARY, EVERYTHING))
    return row is not None and row.due_at <= now


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is parked, given up or not ours is neither checked nor looked at."""
    resting = (str(Status.PARKED), str(Status.RETIRED))
    awake = select(ChannelRow.name).where(ChannelRow.ours, ChannelRow.status.not_in(resting))
    return (
        RoundRow.due_at <= now,
        RoundRow.what != str(What.SUMMARY),
        or_(RoundRow.lease_until.is_(None), RoundRow.lease_until <= now),
        RoundRow.channel.in_(awake),
    )
