"""What signing in needs besides the session: its first half, known devices, tries, reset links."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id
from console.store.people import SignInRow


class HalfRow(Base):
    """Somebody whose password was right and whose second factor is waited for."""

    __tablename__ = "half_sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class KnownDeviceRow(Base):
    """A browser that somebody has signed in on, by the hash of its cookie."""

    __tablename__ = "known_devices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    known_since: Mapped[datetime] = mapped_column(Instant)


class TriesRow(Base):
    """Wrong passwords or codes in a row, counted for one account, address or device."""

    __tablename__ = "sign_in_tries"

    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)


class ResetRow(Base):
    """A link that lets somebody choose a new password, once. Only its hash is kept."""

    __tablename__ = "password_resets"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


def half(db: Session, token_hash: str) -> HalfRow | None:
    return db.get(HalfRow, token_hash)


def forget_stale_halves(db: Session, now: datetime) -> None:
    db.execute(delete(HalfRow).where(HalfRow.expires_at <= now))


def known_device(db: Session, token_hash: str, user_id: str) -> KnownDeviceRow | None:
    return db.scalars(
        select(KnownDeviceRow).where(
            KnownDeviceRow.token_hash == token_hash, KnownDeviceRow.user_id == user_id
        )
    ).first()


def has_devices(db: Session, user_id: str) -> bool:
    query = select(KnownDeviceRow.id).where(KnownDeviceRow.user_id == user_id).limit(1)
    return db.scalar(query) is not None


def rename_device(db: Session, before: str, after: str) -> None:
    """The browser carries another token from now on."""
    db.execute(
        update(KnownDeviceRow).where(KnownDeviceRow.token_hash == before).values(token_hash=after)
    )


def tries(db: Session, scopes: list[str]) -> dict[str, TriesRow]:
    found = db.scalars(
        select(TriesRow).where(TriesRow.scope.in_(scopes)).execution_options(populate_existing=True)
    )
    return {row.scope: row for row in found}


def lock_tries(db: Session, scopes: list[str], now: datetime) -> dict[str, TriesRow]:
    """The counters, held until the transaction ends, so that tries at once count one by one."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = [{"scope": scope, "failures": 0, "last_at": now} for scope in sorted(scopes)]
    db.execute(insert(TriesRow).values(fresh).on_conflict_do_nothing())
    found = db.scalars(
        select(TriesRow)
        .where(TriesRow.scope.in_(scopes))
        .order_by(TriesRow.scope)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.scope: row for row in found}


def forget_tries(db: Session, scopes: list[str]) -> None:
    db.execute(delete(TriesRow).where(TriesRow.scope.in_(scopes)))


def forget_old_tries(db: Session, before: datetime) -> None:
    """A few with every try, so that the table does not grow for ever."""
    old = select(TriesRow.scope).where(TriesRow.last_at < before).limit(100)
    db.execute(
        delete(TriesRow)
        .where(TriesRow.scope.in_(old.with_for_update(skip_locked=True)))
        .execution_options(synchronize_session=False)
    )


def reset(db: Session, token_hash: str) -> ResetRow | None:
    return db.get(ResetRow, token_hash)


def end_all(db: Session, user_id: str, now: datetime, *, but: str = "", device: str = "") -> int:
    """Ends every session of a person, ``but`` the one with this public id, and forgets their
    devices, but the one whose token has the hash ``device``, their half sign-ins and reset links.
    Returns how many sessions ended."""
    ended = db.execute(
        update(SignInRow)
        .where(SignInRow.user_id == user_id, SignInRow.id != but)
        .where(SignInRow.revoked_at.is_(None), SignInRow.expires_at > now)
        .values(revoked_at=now)
        .returning(SignInRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    for table in (HalfRow, ResetRow, KnownDeviceRow):
        # A half sign-in, a link and a device have hashes of their own: only a device can match.
        mine = (table.user_id == user_id) & (table.token_hash != device)
        db.execute(delete(table).where(mine).execution_options(synchronize_session=False))
    return len(ended)


def touch(db: Session, session_id: str, now: datetime, *, every: timedelta) -> None:
    """Notes that the session is in use; once in a while only."""
    db.execute(
        update(SignInRow)
        .where(
            SignInRow.id == session_id,
            (SignInRow.last_seen <= now - every) | SignInRow.last_seen.is_(None),
        )
        .values(last_seen=now)
        .execution_options(synchronize_session=False)
    )


def give_back(db: Session, scope: str, last_at: datetime) -> None:
    """Takes one failure off a counter; ``last_at`` is when the one before was."""
    db.execute(
        update(TriesRow)
        .where(TriesRow.scope == scope, TriesRow.failures > 0)
        .values(failures=TriesRow.failures - 1, last_at=last_at)
        .execution_options(synchronize_session=False)
    )


def resets_of(db: Session, user_id: str) -> list[ResetRow]:
    return list(db.scalars(select(ResetRow).where(ResetRow.user_id == user_id)))
