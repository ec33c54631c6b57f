"""The guarantee: paces of channels, whom an alarm was raised for, quick claims of long queues."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNTOLD = "state IN ('failed', 'uncertain') AND (alarmed_at IS NULL OR alarmed_at < changed_at)"
_WAITING = "state IN ('queued', 'sending') AND alarmed_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_paces"),
    )
    op.add_column("deliveries", sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_deliveries_turn", "deliveries", ["state", sa.text("weight DESC"), "due_at", "id"]
    )
    op.create_index(
        "ix_deliveries_followed",
        "deliveries",
        ["incident_id", "channel", "language", "recipient", "number"],
    )
    op.create_index("ix_deliveries_state_channel", "deliveries", ["state", "channel"])
    _index_only("untold", ["state", "changed_at"], _UNTOLD)
    _index_only("waiting", ["state", "created_at"], _WAITING)
    _index_only("alarmed", ["state", "alarmed_at"], "alarmed_at IS NOT NULL")
    op.drop_index("ix_deliveries_incident_id_channel", "deliveries")


def _index_only(name: str, columns: list[str], where: str) -> None:
    """An index of just the rows that the condition names."""
    op.create_index(
        f"ix_deliveries_{name}",
        "deliveries",
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
