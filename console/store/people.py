"""People: accounts, their sign-in sessions and their API tokens."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[list[str]] = mapped_column(JSON)
    password_hash: Mapped[str] = mapped_column(String(255))
    pin_hash: Mapped[str] = mapped_column(String(255), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    phone: Mapped[str] = mapped_column(String(40), default="")
    """For being rung up when a sign-off is waited for."""


class SignInRow(Base):
    """A signed-in browser. Only the hash of its cookie's token is kept."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), index=True, unique=True, default=new_id)
    """What pages and the record call it."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    proved_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its owner last proved anything: a password, or a second factor."""
    strong_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a second factor was last proved."""
    agent: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(60), default="")
    last_seen: Mapped[datetime | None] = mapped_column(Instant)


class ApiTokenRow(Base):
    """A program's bearer token, tied to a user. Only its hash is kept."""

    __tablename__ = "api_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), index=True, unique=True, default=new_id)
    """What pages and the record call it."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


def by_email(db: Session, email: str) -> UserRow | None:
    return db.scalars(select(UserRow).where(UserRow.email == email)).one_or_none()


def everybody(db: Session) -> list[UserRow]:
    return list(db.scalars(select(UserRow).order_by(UserRow.name, UserRow.id)))


def sign_in_named(db: Session, session_id: str) -> SignInRow | None:
    return db.scalars(select(SignInRow).where(SignInRow.id == session_id)).one_or_none()


def locked(db: Session, user_id: str) -> UserRow | None:
    """Held until the transaction ends: nobody else changes the roles meanwhile. Rows that only name
    the person, such as a new mail's, are not kept waiting."""
    query = select(UserRow).where(UserRow.id == user_id).with_for_update(key_share=True)
    return db.scalars(query.execution_options(populate_existing=True)).one_or_none()


def locked_actives(db: Session) -> list[UserRow]:
    """Every open account, held until the transaction ends and always in the same order."""
    query = select(UserRow).where(UserRow.active).order_by(UserRow.id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(db.scalars(query))


def last_sign_ins(db: Session) -> dict[str, datetime]:
    """Person -> when they last signed in."""
    query = select(SignInRow.user_id, func.max(SignInRow.created_at)).group_by(SignInRow.user_id)
    return {row[0]: row[1] for row in db.execute(query)}


def api_token_named(db: Session, token_id: str) -> ApiTokenRow | None:
    return db.scalars(select(ApiTokenRow).where(ApiTokenRow.id == token_id)).one_or_none()


def sign_ins_of(db: Session, user_id: str) -> list[SignInRow]:
    return list(db.scalars(select(SignInRow).where(SignInRow.user_id == user_id)))


def api_tokens_of(db: Session, user_id: str) -> list[ApiTokenRow]:
    query = select(ApiTokenRow).where(ApiTokenRow.user_id == user_id)
    return list(db.scalars(query.order_by(ApiTokenRow.created_at, ApiTokenRow.id)))


def api_token(db: Session, token_hash: str) -> tuple[ApiTokenRow, UserRow] | None:
    row = db.execute(
        select(ApiTokenRow, UserRow).join(UserRow).where(ApiTokenRow.token_hash == token_hash)
    ).one_or_none()
    return (row[0], row[1]) if row else None
