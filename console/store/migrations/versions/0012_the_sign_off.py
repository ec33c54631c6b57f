"""Marks on sign-offs, who is reading one, and codes that are read out over the telephone."""

import sqlalchemy as sa
from alembic import context, op

from console.domain.approval import mark
from console.store.base import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    no = sa.false()
    op.add_column(
        "approvals", sa.Column("mark", sa.String(length=64), nullable=False, server_default="")
    )
    _mark_what_was_granted()
    op.add_column(
        "approvals", sa.Column("wrong_signed_in", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("approvals", _instant("links_void_at", nullable=True))
    op.add_column("approvals", _instant("reading_at", nullable=True))
    op.add_column(
        "approvals",
        sa.Column("reading_signed_in", sa.Boolean(), nullable=False, server_default=no),
    )
    op.add_column("links", sa.Column("spoken", sa.Boolean(), nullable=False, server_default=no))
    op.create_table(
        "spoken_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("approval_id", sa.String(length=32), nullable=False),
        _instant("made_at"),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name="fk_spoken_codes_approval_id_approvals"
        ),
        sa.PrimaryKeyConstraint("code_hash", name="pk_spoken_codes"),
    )
    op.create_index("ix_spoken_codes_approval_id", "spoken_codes", ["approval_id"])
    op.create_table(
        "spoken_code_tries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        _instant("tried_at"),
        sa.PrimaryKeyConstraint("id", name="pk_spoken_code_tries"),
    )
    op.create_index("ix_spoken_code_tries_place", "spoken_code_tries", ["place"])
    op.create_index("ix_spoken_code_tries_tried_at", "spoken_code_tries", ["tried_at"])


def _mark_what_was_granted() -> None:
    """Once, and never again: a sign-off without mark that turns up later was not made by us."""
    secret = context.config.attributes.get("secret", "")
    if not secret:
        return
    rows = sa.table(
        "approvals",
        *map(sa.column, ("id", "message_id", "digest", "approver_id", "proof", "state", "mark")),
        sa.column("languages", sa.JSON()),
        sa.column("decided_at", Instant()),
    )
    db = op.get_bind()
    for one in db.execute(sa.select(rows).where(rows.c.state == "granted")).all():
        made = mark(
            secret,
            message=one.message_id,
            digest=one.digest,
            approver=one.approver_id,
            proof=one.proof,
            languages=one.languages,
            decided_at=one.decided_at,
        )
        db.execute(sa.update(rows).where(rows.c.id == one.id).values(mark=made))
