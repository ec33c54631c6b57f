"""The approvers' rota, and whose turn it is to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(table: str) -> "sa.ForeignKeyConstraint":
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{table}_user_id_users")


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("begin", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        _person("shifts"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_user_id", "shifts", ["user_id"])
    op.create_table(
        "absences",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        _instant("begin"),
        _instant("until"),
        _instant("said_at"),
        _person("absences"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_user_id", "absences", ["user_id"])
    op.add_column("approvals", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("approvals", _instant("turn_at", nullable=True))
    op.execute("UPDATE approvals SET turn_at = asked_at")  # everybody was asked at once
    op.add_column("messages", _instant("unanswered_at", nullable=True))
