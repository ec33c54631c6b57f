"""Rounds, by which workers check channels and look at accounts, and what they found there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "rounds",
        _words("id", 80),
        _words("channel", 60),
        _words("what", 10),
        _instant("due_at"),
        _instant("begun_at", nullable=True),
        _instant("lease_until", nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _instant("seen_to", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
    )
    op.create_index("ix_rounds_due_at", "rounds", ["due_at"])
    op.create_table(
        "findings",
        _words("id", 32),
        _words("channel", 60),
        _words("kind", 20),
        _words("reference", 300),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        _instant("at"),
        _instant("seen_at"),
        _instant("told_at", nullable=True),
        _instant("settled_at", nullable=True),
        _words("settled_by", 120),
        _words("settled_how", 20),
        sa.ForeignKeyConstraint(
            ["channel"], ["register.name"], name="fk_findings_channel_register"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint(
            "channel", "kind", "reference", name="uq_findings_channel_kind_reference"
        ),
    )
    op.create_index("ix_findings_seen_at", "findings", ["seen_at"])
