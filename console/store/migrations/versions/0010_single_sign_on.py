"""Who is whom at the council's OpenID provider, and which of its answers were used."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "single_sign_on_identities",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_single_sign_on_identities_user_id_users"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_single_sign_on_identities"),
        sa.UniqueConstraint(
            "user_id", "issuer", name="uq_single_sign_on_identities_user_id_issuer"
        ),
    )
    op.create_table(
        "single_sign_on_used",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_single_sign_on_used"),
    )
    op.create_index("ix_single_sign_on_used_used_at", "single_sign_on_used", ["used_at"])
