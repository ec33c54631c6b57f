"""What was released by one person alone, and who looked back at it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look_backs",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nag_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_by", sa.String(length=32), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_look_backs_message_id_messages"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_look_backs_by_id_users"),
        sa.ForeignKeyConstraint(["looked_by"], ["users.id"], name="fk_look_backs_looked_by_users"),
        sa.PrimaryKeyConstraint("message_id", name="pk_look_backs"),
    )
    op.create_index("ix_look_backs_nag_at", "look_backs", ["nag_at"])
