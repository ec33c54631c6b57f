"""Words in other languages, and which of them each sign-off covers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages", sa.Column("translations", sa.JSON(), nullable=False, server_default="{}")
    )
    op.add_column("approvals", sa.Column("languages", sa.JSON(), nullable=True))
