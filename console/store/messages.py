"""Messages, their frozen variants, pictures, and who contributed to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from console.domain.message import Variant
from console.store.base import Base, Instant, new_id


class PictureRow(Base):
    """A picture as it will be published: re-encoded, known by the SHA-256 of its bytes."""

    __tablename__ = "pictures"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    added_at: Mapped[datetime] = mapped_column(Instant)


class MessageRow(Base):
    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    number: Mapped[int]
    """1 for the incident's first message."""
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str] = mapped_column(Text, default="")
    """One text for every channel, in place of the words made from the facts; or empty."""
    edits: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Channel, or channel/language -> the text a person wrote for that channel alone."""
    translations: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    """Language -> the ``text`` and ``subject`` that a person wrote in it, beside the draft."""
    channels: Mapped[list[str] | None] = mapped_column(JSON)
    """The channels to publish to; None for all that are configured."""
    picture: Mapped[str | None] = mapped_column(ForeignKey("pictures.sha256"))
    alt: Mapped[str] = mapped_column(Text, default="")
    replaces: Mapped[str | None] = mapped_column(ForeignKey("messages.id"))
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    publish_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it goes out, if not as soon as it is signed."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts every save; a save that names another version than the current one is stale."""
    revision: Mapped[int] = mapped_column(default=0)
    """Counts submissions; the variants of each are kept."""
    digest: Mapped[str] = mapped_column(String(64), default="")
    severity: Mapped[str] = mapped_column(String(10), default="")
    """What the duty officer said of how bad it is; empty: as its type says."""
    rules: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What policy asked for when it was last sent for approval (`console.domain.rules.dump`)."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was sent back, rejected or stopped."""
    drafted_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    worded_at: Mapped[datetime] = mapped_column(Instant)
    """The moment that "05:18" in the words means: the last save, so that what the preview showed
    is what is sent for approval."""
    submitted_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    approve_by: Mapped[datetime | None] = mapped_column(Instant)
    unanswered_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it is told that everybody was asked and nobody answered; None: it was, or need not."""
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was withdrawn, rejected, expired or stopped."""

    @property
    def said_at(self) -> datetime:
        """The moment that its words are said at: what "05:18" and "07:30" in them go by."""
        return self.publish_at or self.worded_at


class VariantRow(Base):
    """What one channel will be given, word for word. Written at submission, never changed."""

    __tablename__ = "variants"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    network: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    picture: Mapped[str] = mapped_column(String(64), default="")
    alt: Mapped[str] = mapped_column(Text, default="")
    edited: Mapped[bool] = mapped_column(default=False)


class ContributorRow(Base):
    """Somebody who put a word, fact or picture into the message, and so may not sign it."""

    __tablename__ = "contributors"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)


def locked(db: Session, message_id: str) -> MessageRow | None:
    """The message, held against every other writer until this transaction ends."""
    return db.get(MessageRow, message_id, with_for_update=True, populate_existing=True)


def of_incident(db: Session, incident_id: str) -> list[MessageRow]:
    return list(
        db.scalars(
            select(MessageRow)
            .where(MessageRow.incident_id == incident_id)
            .order_by(MessageRow.number)
        )
    )


def in_states(db: Session, states: list[str], *, limit: int) -> list[MessageRow]:
    return list(
        db.scalars(
            select(MessageRow)
            .where(MessageRow.state.in_(states))
            .order_by(MessageRow.created_at.desc(), MessageRow.id)
            .limit(limit)
        )
    )


def overdue(db: Session, state: str, now: datetime) -> list[MessageRow]:
    """Messages in this state whose approve-by time has passed, held until the transaction ends."""
    return list(
        db.scalars(
            select(MessageRow)
            .where(MessageRow.state == state, MessageRow.approve_by <= now)
            .order_by(MessageRow.id)
            .with_for_update(skip_locked=True)
        )
    )


def unanswered(db: Session, state: str, now: datetime) -> list[MessageRow]:
    """Messages in this state for which everybody was asked and waited for, held likewise."""
    return list(
        db.scalars(
            select(MessageRow)
            .where(MessageRow.state == state, MessageRow.unanswered_at <= now)
            .order_by(MessageRow.id)
            .with_for_update(skip_locked=True)
        )
    )


def next_number(db: Session, incident_id: str) -> int:
    last = db.scalar(
        select(func.max(MessageRow.number)).where(MessageRow.incident_id == incident_id)
    )
    return (last or 0) + 1


def variants(db: Session, message_id: str, revision: int) -> list[Variant]:
    """In the order of the channels' names, and of the languages."""
    rows = db.execute(
        select(
            VariantRow.channel,
            VariantRow.network,
            VariantRow.account,
            VariantRow.language,
            VariantRow.text,
            VariantRow.subject,
            VariantRow.picture,
            VariantRow.alt,
            VariantRow.edited,
        )
        .where(VariantRow.message_id == message_id, VariantRow.revision == revision)
        .order_by(VariantRow.channel, VariantRow.language)
    )
    return [Variant(*row) for row in rows]


def contributors(db: Session, message_id: str) -> frozenset[str]:
    return frozenset(
        db.scalars(select(ContributorRow.user_id).where(ContributorRow.message_id == message_id))
    )


def contributed(db: Session, message_id: str, user_id: str) -> None:
    if db.get(ContributorRow, (message_id, user_id)) is None:
        db.add(ContributorRow(message_id=message_id, user_id=user_id))
