"""Deliveries (the outbox), the attempts to make them and how each attempt ended."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from console.store.base import Base, Instant, new_id

UNTOLD = "state IN ('failed', 'uncertain') AND (alarmed_at IS NULL OR alarmed_at < changed_at)"
WAITING = "state IN ('queued', 'sending') AND alarmed_at IS NULL"
AGAIN = "tries > 1"
"""Written out: a database uses such an index only for a query that says the same words."""


def _only(where: str, name: str, *columns: str) -> Index:
    """An index of just these rows."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class DeliveryRow(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "channel", "language", "recipient"),
        Index("ix_deliveries_state_due_at", "state", "due_at"),
        # The order in which they are claimed, however many wait.
        Index("ix_deliveries_turn", "state", desc("weight"), "due_at", "id"),
        # Its end tells at once when something was last accepted on a channel.
        Index("ix_deliveries_last", "state", "channel", "exercise", "changed_at"),
        # The few of those that took more than one try.
        _only(AGAIN, "ix_deliveries_again", "state", "exercise", "changed_at", "channel"),
        # How far each channel of a message is, however long its list.
        Index("ix_deliveries_counted", "message_id", "channel", "language", "state"),
        # Trouble that nobody was told of yet, and what people were told of: both are few, whatever
        # the table holds.
        _only(UNTOLD, "ix_deliveries_untold", "state", "changed_at"),
        _only(WAITING, "ix_deliveries_waiting", "state", "created_at"),
        _only("alarmed_at IS NOT NULL", "ix_deliveries_alarmed", "state", "alarmed_at"),
        # What of the same incident goes to the same place, before and after.
        Index(
            "ix_deliveries_followed", "incident_id", "channel", "language", "recipient", "number"
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    """Also the idempotency key that the network is given."""
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"))
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"))
    number: Mapped[int]
    """The message's number in its incident: later ones never go out before earlier ones."""
    kind: Mapped[str] = mapped_column(String(20))
    exercise: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(60))
    network: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    picture: Mapped[str] = mapped_column(String(64), default="")
    alt: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    """When it goes out, where that was signed; never claimed before, whatever ``due_at`` says."""
    way: Mapped[str] = mapped_column(String(10), default="")
    """How it reached the network: ``edited`` an earlier post in place, ``replied`` to one, or on
    its own."""

    state: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """Queued: not before this time. Uncertain: when the network is next asked; None: a person
    decides."""
    weight: Mapped[int] = mapped_column(default=0)
    """Milliseconds that this channel took lately: the slowest are started first."""
    tries: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[bool] = mapped_column(default=False)
    """True where an earlier try may have been published and this is another one of the same."""
    looks: Mapped[int] = mapped_column(default=0)
    """How often in a row the network said that it does not have the post."""
    fence: Mapped[int] = mapped_column(default=0)
    """Goes up with every claim; who holds an older one may not change the state."""
    worker: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    reference: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Instant)
    """When the state last changed."""
    alarmed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When people were told of its trouble; None while there is none, or nobody was told yet."""


class AttemptRow(Base):
    """An intent: committed before the first byte leaves. Never changed."""

    __tablename__ = "attempts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), index=True)
    fence: Mapped[int]
    worker: Mapped[str] = mapped_column(String(60))
    started_at: Mapped[datetime] = mapped_column(Instant)


class OutcomeRow(Base):
    """How an attempt ended. An attempt without one may have reached the network."""

    __tablename__ = "outcomes"
    __table_args__ = (
        # Its ends tell when a message was first and last accepted.
        Index("ix_outcomes_reached", "message_id", "outcome", "ended_at"),
    )

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(32))
    """The delivery's, once more."""
    ended_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")
    milliseconds: Mapped[int]
