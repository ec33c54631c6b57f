"""The approvers' rota: shifts, and who is away."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, DateTime, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.rota import Absence, Shift
from console.store.base import Base, Instant, new_id


class ShiftRow(Base):
    __tablename__ = "shifts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    begin: Mapped[datetime] = mapped_column(DateTime())
    """On the council's clock, as ``until``: it has no zone."""
    until: Mapped[datetime] = mapped_column(DateTime())
    rank: Mapped[int]
    every: Mapped[int]
    days: Mapped[list[int]] = mapped_column(JSON)
    last: Mapped[date | None] = mapped_column(Date)

    def value(self) -> Shift:
        return Shift(
            person=self.user_id,
            begin=self.begin,
            until=self.until,
            rank=self.rank,
            every=self.every,
            days=frozenset(self.days),
            last=self.last,
        )


class AbsenceRow(Base):
    __tablename__ = "absences"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    begin: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    said_at: Mapped[datetime] = mapped_column(Instant)
    """Whoever was asked before that went away since."""

    def value(self) -> Absence:
        return Absence(self.user_id, self.begin, self.until)


def shifts(db: Session) -> list[ShiftRow]:
    return list(db.scalars(select(ShiftRow).order_by(ShiftRow.begin, ShiftRow.rank, ShiftRow.id)))


def absences(db: Session, now: datetime) -> list[AbsenceRow]:
    """Those that are not over."""
    query = select(AbsenceRow).where(AbsenceRow.until > now)
    return list(db.scalars(query.order_by(AbsenceRow.begin, AbsenceRow.id)))
