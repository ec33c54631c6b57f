"""The register of channels: one row for every account, who keeps it, and what its checks found."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    String,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.delivery import DeliveryState
from console.domain.rounds import ALL_KEPT
from console.store.base import Base, Instant, new_id
from console.store.deliveries import DeliveryRow


class ChannelRow(Base):
    """An account of the council; also one that Skellat does not post to."""

    __tablename__ = "register"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    """As in channels.toml, where it is configured there."""
    ours: Mapped[bool]
    """Whether Skellat posts to it: it is configured in channels.toml."""
    practice: Mapped[bool] = mapped_column(default=False)
    """Whether even actual messages stay on the practice networks."""
    status: Mapped[str] = mapped_column(String(20))
    network: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    handle: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[str] = mapped_column(String(200), default="")
    """The network's own id, pinned: a handle can be taken over."""
    owner: Mapped[str] = mapped_column(String(120), default="")
    """The post that answers for it, not a person: posts outlast people."""
    kept_in: Mapped[str] = mapped_column(String(200), default="")
    """Where the credential lives; never the credential."""
    second_factor: Mapped[str] = mapped_column(String(200), default="")
    recovery_mailbox: Mapped[str] = mapped_column(String(254), default="")
    recovery_phone: Mapped[str] = mapped_column(String(60), default="")
    if_lost: Mapped[str] = mapped_column(Text, default="")
    signpost: Mapped[str] = mapped_column(String(200), default="")
    """Where a parked account sends its readers."""
    rotated_at: Mapped[datetime | None] = mapped_column(Instant)
    """When somebody last said that its password or token was changed."""
    promoted_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """The first of the two people that a pilot needs."""
    added_at: Mapped[datetime] = mapped_column(Instant)


class CustodyRow(Base):
    """Who keeps, or kept, the keys of a channel."""

    __tablename__ = "custodies"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(ForeignKey("register.name"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)


class CheckRow(Base):
    """What one check found. The old ones show how an account grew and changed."""

    __tablename__ = "checks"
    __table_args__ = (Index("ix_checks_channel_at", "channel", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(ForeignKey("register.name"))
    at: Mapped[datetime] = mapped_column(Instant)
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    account: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[str] = mapped_column(String(200), default="")
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    followers: Mapped[int | None]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    left: Mapped[int | None]
    resets_at: Mapped[datetime | None] = mapped_column(Instant)


class HoldRow(Base):
    """A channel that nothing leaves on for now; `EVERYTHING` holds all of them."""

    __tablename__ = "holds"

    channel: Mapped[str] = mapped_column(String(60), primary_key=True)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(200))


EVERYTHING = "*"
"""No channel can be named so."""


def everything(db: Session, channels: Collection[str] | None = None) -> list[ChannelRow]:
    """These channels, or all."""
    query = select(ChannelRow).order_by(ChannelRow.title, ChannelRow.name)
    if channels is not None:
        query = query.where(ChannelRow.name.in_(channels))
    return list(db.scalars(query))


def statuses(db: Session) -> Mapping[str, str]:
    rows = db.execute(select(ChannelRow.name, ChannelRow.status))
    return {name: status for name, status in rows}  # noqa: C416 - a row is no pair to mypy


def custodies(db: Session, channels: Collection[str] | None = None) -> list[CustodyRow]:
    """Of these channels, or of all; also those that have ended."""
    query = select(CustodyRow).order_by(CustodyRow.since, CustodyRow.id)
    if channels is not None:
        query = query.where(CustodyRow.channel.in_(channels))
    return list(db.scalars(query))


def latest_checks(db: Session, channels: Collection[str] | None = None) -> Mapping[str, CheckRow]:
    """Channel -> its newest check; of these channels, or of all in the register."""
    query = select(CheckRow).join(ChannelRow, _is_newest())
    if channels is not None:
        query = query.where(ChannelRow.name.in_(channels))
    return {row.channel: row for row in db.scalars(query)}


class Checked(NamedTuple):
    """A channel, with what its newest check found; None where there was none."""

    name: str
    status: str
    ours: bool
    added_at: datetime
    account_id: str
    at: datetime | None
    passed: bool | None
    found_id: str | None
    expires_at: datetime | None
    left: int | None
    resets_at: datetime | None


def checked(db: Session) -> list[Checked]:
    """Every channel of the register."""
    rows = db.execute(
        select(
            ChannelRow.name,
            ChannelRow.status,
            ChannelRow.ours,
            ChannelRow.added_at,
            ChannelRow.account_id,
            CheckRow.at,
            CheckRow.passed,
            CheckRow.account_id,
            CheckRow.expires_at,
            CheckRow.left,
            CheckRow.resets_at,
        ).outerjoin(CheckRow, _is_newest())
    )
    return [Checked(*row) for row in rows]


def _is_newest() -> ColumnElement[bool]:
    """The check is the channel's newest: one look at the end of an index for each channel, since
    after years there are hundreds of thousands of checks."""
    newest = (
        select(func.max(CheckRow.at))
        .where(CheckRow.channel == ChannelRow.name)
        .correlate(ChannelRow)
        .scalar_subquery()
    )
    return (CheckRow.channel == ChannelRow.name) & (CheckRow.at == newest)


def checks_of(db: Session, channel: str, most: int) -> list[CheckRow]:
    """The newest first."""
    query = select(CheckRow).where(CheckRow.channel == channel).order_by(CheckRow.at.desc())
    return list(db.scalars(query.limit(most)))


def newest_passed(db: Session, channel: str) -> CheckRow | None:
    query = select(CheckRow).where(CheckRow.channel == channel, CheckRow.passed)
    return db.scalar(query.order_by(CheckRow.at.desc()).limit(1))


def thin(db: Session, channel: str, now: datetime) -> None:
    """Of the checks that are older than `ALL_KEPT`, the last of each day stays."""
    old = select(CheckRow.id, CheckRow.at).where(
        CheckRow.channel == channel, CheckRow.at < now - ALL_KEPT
    )
    last = {at.date(): id for id, at in db.execute(old.order_by(CheckRow.at, CheckRow.id))}
    stale = old.where(CheckRow.id.not_in(last.values()))
    gone = [id for id, _ in db.execute(stale)]
    if gone:
        db.execute(delete(CheckRow).where(CheckRow.id.in_(gone)))


def last_passed(db: Session, channel: str) -> datetime | None:
    query = select(func.max(CheckRow.at)).where(CheckRow.channel == channel, CheckRow.passed)
    return db.scalar(query)


def proofs(db: Session) -> Mapping[str, datetime]:
    """Channel -> the first check that passed since its credential was last changed."""
    query = (
        select(CheckRow.channel, func.min(CheckRow.at))
        .join(ChannelRow, ChannelRow.name == CheckRow.channel)
        .where(CheckRow.passed, CheckRow.at >= ChannelRow.rotated_at)
        .group_by(CheckRow.channel)
    )
    return {channel: at for channel, at in db.execute(query)}  # noqa: C416 - no pair to mypy


LastSent: TypeAlias = Mapping[tuple[str, bool], datetime]
"""(Channel, whether in an exercise) -> when something was last accepted on it."""


def last_sent(db: Session, channels: Collection[str] | None = None) -> LastSent:
    """Of these channels, or of all in the register. Each is one look at the end of an index: after
    years there are hundreds of thousands of deliveries."""
    query = select(ChannelRow.name, _newest(exercise=False), _newest(exercise=True))
    if channels is not None:
        query = query.where(ChannelRow.name.in_(channels))
    return {
        (channel, exercise): at
        for channel, *each in db.execute(query)
        for exercise, at in zip((False, True), each, strict=True)
        if at is not None
    }


def _newest(*, exercise: bool) -> ScalarSelect[Any]:
    return (
        select(func.max(DeliveryRow.changed_at))
        .where(
            DeliveryRow.state == str(DeliveryState.SENT),
            DeliveryRow.channel == ChannelRow.name,
            DeliveryRow.exercise == exercise,
        )
        .scalar_subquery()
    )


def waiting(db: Session, channel: str | None) -> int:
    """Deliveries that are queued on it, or on all."""
    query = select(func.count()).where(DeliveryRow.state == str(DeliveryState.QUEUED))
    if channel is not None:
        query = query.where(DeliveryRow.channel == channel)
    return db.scalar(query) or 0


def holds(db: Session) -> list[HoldRow]:
    return list(db.scalars(select(HoldRow).order_by(HoldRow.at)))
