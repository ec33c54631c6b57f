"""When a message goes out, how a delivery reached its network, and what was promised."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("messages", sa.Column("publish_at", moment, nullable=True))
    op.add_column("deliveries", sa.Column("not_before", moment, nullable=True))
    way = sa.Column("way", sa.String(length=10), nullable=False, server_default="")
    op.add_column("deliveries", way)
    op.create_table(
        "promises",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("nag_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_promises_message_id_messages"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_promises_incident_id_incidents"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["messages.id"], name="fk_promises_ended_by_messages"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_promises"),
    )
    op.create_index("ix_promises_incident_id", "promises", ["incident_id"])
    op.create_index("ix_promises_nag_at", "promises", ["nag_at"])
