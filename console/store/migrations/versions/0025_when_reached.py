"""When a message reached its channels, and which deliveries took more than one try, by indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OF_THE_DELIVERY = """
UPDATE outcomes SET message_id = (
    SELECT deliveries.message_id FROM attempts
    JOIN deliveries ON deliveries.id = attempts.delivery_id
    WHERE attempts.id = outcomes.attempt_id
)
"""


def upgrade() -> None:
    message = sa.Column("message_id", sa.String(length=32), nullable=False, server_default="")
    op.add_column("outcomes", message)
    op.execute(OF_THE_DELIVERY)
    op.create_index("ix_outcomes_reached", "outcomes", ["message_id", "outcome", "ended_at"])
    few = sa.text("tries > 1")
    op.create_index(
        "ix_deliveries_again",
        "deliveries",
        ["state", "exercise", "changed_at", "channel"],
        sqlite_where=few,
        postgresql_where=few,
    )
