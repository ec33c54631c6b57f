"""Recipient lists, their uploads, when the daily chores were done, and counts by channel."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _words(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "recipients",
        _words("id", 32),
        _words("channel", 60),
        _words("address", 254),
        _words("state", 12),
        _instant("added_at"),
        _instant("changed_at"),
        _words("by", 120),
        _words("reason", 40),
        _words("message_id", 32),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
        sa.UniqueConstraint("channel", "address", name="uq_recipients_channel_address"),
    )
    op.create_index("ix_recipients_channel_state", "recipients", ["channel", "state"])
    op.create_table(
        "uploads",
        _words("id", 32),
        _words("channel", 60),
        _words("user_id", 32),
        _instant("at"),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_table(
        "chores",
        _words("name", 40),
        _instant("done_at"),
        sa.PrimaryKeyConstraint("name", name="pk_chores"),
    )
    op.create_index(
        "ix_deliveries_counted", "deliveries", ["message_id", "channel", "language", "state"]
    )
