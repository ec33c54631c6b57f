"""The register: channels with their keepers, what their checks found, and what is held."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "register",
        _words("name", 60),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        _words("status", 20),
        _words("network", 40),
        _words("title", 120),
        _words("handle", 200),
        _words("account_id", 200),
        _words("owner", 120),
        _words("kept_in", 200),
        _words("second_factor", 200),
        _words("recovery_mailbox", 254),
        _words("recovery_phone", 60),
        sa.Column("if_lost", sa.Text(), nullable=False),
        _words("signpost", 200),
        _instant("rotated_at", nullable=True),
        sa.Column("promoted_by", sa.String(length=32), nullable=True),
        _instant("added_at"),
        sa.ForeignKeyConstraint(
            ["promoted_by"], ["users.id"], name="fk_register_promoted_by_users"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_register"),
    )
    op.create_table(
        "custodies",
        _words("id", 32),
        _words("channel", 60),
        _words("user_id", 32),
        _instant("since"),
        _instant("until", nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"], ["register.name"], name="fk_custodies_channel_register"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_custodies_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_custodies"),
    )
    op.create_index("ix_custodies_channel", "custodies", ["channel"])
    op.create_index("ix_custodies_user_id", "custodies", ["user_id"])
    op.create_table(
        "checks",
        _words("id", 32),
        _words("channel", 60),
        _instant("at"),
        sa.Column("passed", sa.Boolean(), nullable=False),
        _words("reason", 40),
        sa.Column("detail", sa.Text(), nullable=False),
        _words("account", 200),
        _words("account_id", 200),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("followers", sa.Integer(), nullable=True),
        _instant("expires_at", nullable=True),
        sa.Column("left", sa.Integer(), nullable=True),
        _instant("resets_at", nullable=True),
        sa.ForeignKeyConstraint(["channel"], ["register.name"], name="fk_checks_channel_register"),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
    )
    op.create_index("ix_checks_channel_at", "checks", ["channel", "at"])
    op.create_table(
        "holds",
        _words("channel", 60),
        _words("by", 120),
        _instant("at"),
        _words("reason", 200),
        sa.PrimaryKeyConstraint("channel", name="pk_holds"),
    )
