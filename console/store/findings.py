"""Findings: what was seen on an account that nobody here did, until a person settles it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.drift import Kind, Sent
from console.store.base import Base, Instant, new_id
from console.store.deliveries import DeliveryRow


class FindingRow(Base):
    __tablename__ = "findings"
    __table_args__ = (UniqueConstraint("channel", "kind", "reference"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(ForeignKey("register.name"))
    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(300))
    """The network's own name of the post; of a change, the finding's own: it is found once."""
    before: Mapped[str] = mapped_column(Text, default="")
    found: Mapped[str] = mapped_column(Text, default="")
    """The post's words, or what stands there now."""
    url: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Instant)
    """When it was published, or first seen."""
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    """When people were mailed of it."""
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    settled_how: Mapped[str] = mapped_column(String(20), default="")


def unsettled(db: Session, channel: str | None = None) -> list[FindingRow]:
    """Of one channel, or of all; the newest first."""
    query = select(FindingRow).where(FindingRow.settled_at.is_(None))
    if channel is not None:
        query = query.where(FindingRow.channel == channel)
    return list(db.scalars(query.order_by(FindingRow.seen_at.desc(), FindingRow.id)))


def of_channel(db: Session, channel: str, most: int) -> list[FindingRow]:
    """What is not settled first, and then the newest."""
    query = select(FindingRow).where(FindingRow.channel == channel)
    order = (FindingRow.settled_at.is_not(None), FindingRow.seen_at.desc(), FindingRow.id)
    return list(db.scalars(query.order_by(*order).limit(most)))


def since(db: Session, moment: datetime) -> list[FindingRow]:
    """Seen at or after this moment, the oldest first."""
    query = select(FindingRow).where(FindingRow.seen_at >= moment)
    return list(db.scalars(query.order_by(FindingRow.seen_at, FindingRow.id)))


def known(db: Session, channel: str, references: Collection[str]) -> set[str]:
    """Those of the posts that were found before, whatever became of it."""
    query = select(FindingRow.reference).where(
        FindingRow.channel == channel,
        FindingRow.kind == str(Kind.STRANGER),
        FindingRow.reference.in_(references),
    )
    return set(db.scalars(query))


def counted(db: Session) -> Sequence[tuple[Kind, int]]:
    """Kind -> how many nobody has settled."""
    open_ = FindingRow.settled_at.is_(None)
    rows = db.execute(select(FindingRow.kind, func.count()).where(open_).group_by(FindingRow.kind))
    return [(Kind(kind), number) for kind, number in rows]


def sent(db: Session, channel: str, since: datetime) -> list[Sent]:
    """Every delivery that was tried on the channel and changed since then."""
    rows = db.execute(
        select(
            DeliveryRow.reference,
            DeliveryRow.text,
            DeliveryRow.tries,
            DeliveryRow.created_at,
            DeliveryRow.changed_at,
        ).where(
            DeliveryRow.channel == channel, DeliveryRow.tries > 0, DeliveryRow.changed_at >= since
        )
    )
    return [Sent(*row) for row in rows]
