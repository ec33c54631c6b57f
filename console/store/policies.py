"""Every policy that was ever proposed, as it was written, and the one in force."""

from datetime import datetime

from sqlalchemy import JSON, ColumnElement, String, Text, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.policy_change import PolicyState
from console.store.base import Base, Instant


class PolicyRow(Base):
    __tablename__ = "policies"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the text."""
    text: Mapped[str] = mapped_column(Text)
    """TOML, as in policy.toml."""
    state: Mapped[str] = mapped_column(String(10), index=True)
    from_file: Mapped[bool]
    """True where it was found in policy.toml, False where an administrator typed it."""
    by: Mapped[str] = mapped_column(String(120))
    """Who proposed it."""
    at: Mapped[datetime] = mapped_column(Instant)
    agreed: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """``id`` and ``name`` of every administrator who agreed, in order."""
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it came into force, or was refused."""
    reason: Mapped[str] = mapped_column(Text, default="")


def in_force(db: Session) -> PolicyRow | None:
    return _newest(db, PolicyRow.state == str(PolicyState.IN_FORCE))


def proposed(db: Session) -> PolicyRow | None:
    return _newest(db, PolicyRow.state == str(PolicyState.PROPOSED))


def last_of_file(db: Session) -> PolicyRow | None:
    """The last one that was found in policy.toml, whatever became of it."""
    return _newest(db, PolicyRow.from_file.is_(True))


def held(db: Session, number: int) -> PolicyRow | None:
    """This one, held against every other writer until the transaction ends."""
    return db.get(PolicyRow, number, with_for_update=True, populate_existing=True)


def newest(db: Session, *, limit: int) -> list[PolicyRow]:
    return list(db.scalars(select(PolicyRow).order_by(PolicyRow.number.desc()).limit(limit)))


def add(db: Session, row: PolicyRow) -> bool:
    """Gives it the next number. False where somebody else took that at the same moment: several
    parts start at once."""
    row.number = (db.scalar(select(func.max(PolicyRow.number))) or 0) + 1
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError:
        return False
    return True


def _newest(db: Session, condition: ColumnElement[bool]) -> PolicyRow | None:
    query = select(PolicyRow).where(condition)
    return db.scalars(query.order_by(PolicyRow.number.desc()).limit(1)).one_or_none()
