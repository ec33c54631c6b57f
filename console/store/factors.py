"""Second factors: passkeys, authenticator apps, recovery codes; and challenges that are spent."""

from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, String, Text, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id
from console.store.people import SignInRow, UserRow


class PasskeyRow(Base):
    """A passkey: its public half, and what its owner calls it."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the id that its device gave it, which may be long."""
    credential_id: Mapped[str] = mapped_column(Text)
    """Base64url, as are the next."""
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int]
    transports: Mapped[list[str]] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class TotpRow(Base):
    """A person's authenticator app. Its secret is kept encrypted."""

    __tablename__ = "totp"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    last_counter: Mapped[int]
    """The half minute of the newest code that was taken: none is taken twice."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryCodeRow(Base):
    """A code on paper, in place of a second factor that is lost. Only its hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SpentRow(Base):
    """A passkey's challenge that was answered: an answer counts once."""

    __tablename__ = "spent_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(Instant, index=True)


ENROLLED = (
    exists().where(TotpRow.user_id == UserRow.id) | exists().where(PasskeyRow.user_id == UserRow.id)
).label("enrolled")


def sign_in(db: Session, token_hash: str) -> tuple[SignInRow, UserRow, bool] | None:
    """The session of a cookie, whose it is, and whether they have a second factor."""
    row = db.execute(
        select(SignInRow, UserRow, ENROLLED)
        .join(UserRow, UserRow.id == SignInRow.user_id)
        .where(SignInRow.token_hash == token_hash)
    ).one_or_none()
    return (row[0], row[1], bool(row[2])) if row else None


def enrolled(db: Session, user_id: str) -> bool:
    return bool(db.scalars(select(ENROLLED).where(UserRow.id == user_id)).one_or_none())


def totp(db: Session, user_id: str) -> TotpRow | None:
    return db.get(TotpRow, user_id)


def passkeys_of(db: Session, user_id: str) -> list[PasskeyRow]:
    found = select(PasskeyRow).where(PasskeyRow.user_id == user_id)
    return list(db.scalars(found.order_by(PasskeyRow.created_at, PasskeyRow.id)))


def passkey(db: Session, credential_hash: str) -> tuple[PasskeyRow, UserRow] | None:
    row = db.execute(
        select(PasskeyRow, UserRow)
        .join(UserRow, UserRow.id == PasskeyRow.user_id)
        .where(PasskeyRow.credential_hash == credential_hash)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def codes_left(db: Session, user_id: str) -> int:
    unused = (RecoveryCodeRow.user_id == user_id) & RecoveryCodeRow.used_at.is_(None)
    return db.scalars(select(func.count()).select_from(RecoveryCodeRow).where(unused)).one()


def use_counter(db: Session, user_id: str, counter: int, now: datetime) -> bool:
    """Takes this half minute's code; False where it, or a later one, was taken before."""
    taken = db.execute(
        update(TotpRow)
        .where(TotpRow.user_id == user_id, TotpRow.last_counter < counter)
        .values(last_counter=counter, last_used_at=now)
        .returning(TotpRow.user_id)
        .execution_options(synchronize_session=False)
    )
    return taken.one_or_none() is not None


def use_code(db: Session, user_id: str, code_hash: str, now: datetime) -> bool:
    """Takes a recovery code; False where there is none such, or it was taken before."""
    taken = db.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.code_hash == code_hash,
            RecoveryCodeRow.user_id == user_id,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCodeRow.code_hash)
        .execution_options(synchronize_session=False)
    )
    return taken.one_or_none() is not None


def forget_codes(db: Session, user_id: str) -> None:
    db.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))


def forget_all(db: Session, user_id: str) -> None:
    """Every second factor of a person, and their recovery codes."""
    for table in (TotpRow, PasskeyRow, RecoveryCodeRow):
        db.execute(delete(table).where(table.user_id == user_id))


def spend(db: Session, challenge_hash: str, *, now: datetime, kept: timedelta) -> bool:
    """Marks a challenge as answered; False where it was before."""
    db.execute(delete(SpentRow).where(SpentRow.spent_at < now - kept))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    spent = db.execute(
        insert(SpentRow)
        .values(challenge_hash=challenge_hash, spent_at=now)
        .on_conflict_do_nothing()
        .returning(SpentRow.challenge_hash)
    )
    return spent.one_or_none() is not None
