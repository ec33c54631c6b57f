"""Sealed credentials: what a channel signs in with, and what was offered to take its place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id


class Standing(StrEnum):
    CURRENT = "current"
    OFFERED = "offered"
    """Written by a person, and not tried yet."""
    REFUSED = "refused"
    """Tried, and of no use: what it was is gone, why is kept."""


class CredentialRow(Base):
    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("channel", "setting", "standing"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(ForeignKey("register.name"))
    setting: Mapped[str] = mapped_column(String(40))
    """The key in channels.toml that says ``sealed``."""
    standing: Mapped[str] = mapped_column(String(10))
    key_id: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(Instant)
    why: Mapped[str] = mapped_column(String(300), default="")
    """Why it was refused."""


def of_channel(db: Session, channel: str, standing: Standing) -> Mapping[str, CredentialRow]:
    """Setting -> its row."""
    query = select(CredentialRow).where(
        CredentialRow.channel == channel, CredentialRow.standing == str(standing)
    )
    return {row.setting: row for row in db.scalars(query)}


def everything(db: Session) -> Sequence[CredentialRow]:
    query = select(CredentialRow)
    return list(db.scalars(query.order_by(CredentialRow.channel, CredentialRow.setting)))


def channels_offered(db: Session) -> Sequence[str]:
    """The channels with something to try."""
    offered = CredentialRow.standing == str(Standing.OFFERED)
    return list(db.scalars(select(CredentialRow.channel).where(offered).distinct()))
