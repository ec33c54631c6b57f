"""The guarantee: paces of channels, whom an alarm was raised for, quick claims of long queues."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_paces"),
    )
    op.add_column("deliveries", sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_deliveries_turn", "deliveries", ["state", sa.text("weight DESC"), "due_at", "id"]
    )
    op.create_index(
        "ix_deliveries_followed",
        "deliveries",
        ["incident_id", "channel", "language", "recipient", "number"],
    )
    op.drop_index("ix_deliveries_incident_id_channel", "deliveries")
