"""Single sign-on: who is whom at the provider, and which of its answers were used."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.audit import EntryRow
from console.store.base import Base, Instant
from console.store.people import UserRow


class IdentityRow(Base):
    """An account, tied to one person at one provider."""

    __tablename__ = "single_sign_on_identities"
    __table_args__ = (UniqueConstraint("user_id", "issuer"),)

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    roles: Mapped[list[str]] = mapped_column(JSON)
    """Those of the account's roles that are there by its groups alone."""
    tied_at: Mapped[datetime] = mapped_column(Instant)


class UsedRow(Base):
    """A sign-in that was finished: the same answer signs nobody in twice."""

    __tablename__ = "single_sign_on_used"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(Instant, index=True)


def use(db: Session, state_hash: str, now: datetime, *, forget: datetime) -> bool:
    """False where it was used before. Those used before ``forget`` can no longer be replayed."""
    db.execute(delete(UsedRow).where(UsedRow.used_at < forget))
    try:
        with db.begin_nested():
            db.add(UsedRow(state_hash=state_hash, used_at=now))
    except IntegrityError:
        return False
    return True


def identity(db: Session, issuer: str, subject: str) -> IdentityRow | None:
    return db.get(IdentityRow, (issuer, subject))


def identity_of(db: Session, user_id: str, issuer: str) -> IdentityRow | None:
    query = select(IdentityRow).where(IdentityRow.user_id == user_id, IdentityRow.issuer == issuer)
    return db.scalars(query).one_or_none()


def locked(db: Session, user_id: str) -> UserRow:
    """The account, for this transaction alone: two sign-ins at once do not tie it twice."""
    return db.get_one(UserRow, user_id, with_for_update=True, populate_existing=True)


def recorded_since(db: Session, action: str, moment: datetime) -> int:
    """How many entries of this action are on the record since then."""
    query = select(func.count()).where(
        EntryRow.action == action, EntryRow.at >= moment.isoformat(timespec="microseconds")
    )
    return db.execute(query).scalar_one()
