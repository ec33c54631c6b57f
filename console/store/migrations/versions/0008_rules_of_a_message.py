"""How bad a message says it is, and the rules that it was sent for approval under."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages",
        sa.Column("severity", sa.String(length=10), nullable=False, server_default=""),
    )
    op.add_column("messages", sa.Column("rules", sa.JSON(), nullable=True))
