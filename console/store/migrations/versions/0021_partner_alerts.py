"""The alerts that partners sent, and what each was drafted as."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_alerts",
        sa.Column("sender", sa.String(length=255), nullable=False),
        sa.Column("identifier", sa.String(length=255), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_partner_alerts_incident_id_incidents"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_partner_alerts_message_id_messages"
        ),
        sa.PrimaryKeyConstraint("sender", "identifier", name="pk_partner_alerts"),
    )
    op.create_index("ix_partner_alerts_incident_id", "partner_alerts", ["incident_id"])
    op.create_index("ix_partner_alerts_message_id", "partner_alerts", ["message_id"])
