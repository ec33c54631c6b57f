"""An index whose end tells when something was last accepted on a channel."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_deliveries_state_channel", table_name="deliveries")
    op.create_index(
        "ix_deliveries_last", "deliveries", ["state", "channel", "exercise", "changed_at"]
    )
