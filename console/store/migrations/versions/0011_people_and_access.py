"""Invitations, roles that wait for a second administrator, and mail to who has no account."""

import sqlalchemy as sa
from alembic import op

from console.store.base import new_id

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, length: int, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _of_user(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_users"
    return sa.ForeignKeyConstraint([column], ["users.id"], name=name)


def upgrade() -> None:
    _invitations()
    _grants()
    _mails()
    _api_tokens()


def _invitations() -> None:
    op.create_table(
        "invitations",
        _words("id", 32),
        _words("email", 254),
        _words("name", 120),
        sa.Column("roles", sa.JSON(), nullable=False),
        _words("state", 10),
        _words("invited_by", 32, nullable=True),
        _instant("made_at"),
        _instant("expires_at"),
        sa.Column("sending", sa.Integer(), nullable=False),
        _instant("settled_at", nullable=True),
        _words("user_id", 32, nullable=True),
        _of_user("invitations", "invited_by"),
        _of_user("invitations", "user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
    )
    op.create_index("ix_invitations_email", "invitations", ["email"])
    op.create_table(
        "invitation_links",
        _words("token_hash", 64),
        _words("invitation_id", 32),
        sa.Column("sending", sa.Integer(), nullable=False),
        _instant("made_at"),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name="fk_invitation_links_invitation_id_invitations",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitation_links"),
    )
    op.create_index("ix_invitation_links_invitation_id", "invitation_links", ["invitation_id"])


def _grants() -> None:
    op.create_table(
        "grants",
        _words("id", 32),
        _words("user_id", 32),
        _words("role", 30),
        _words("state", 10),
        _words("asked_by", 32, nullable=True),
        _instant("asked_at"),
        _words("decided_by", 32, nullable=True),
        _instant("decided_at", nullable=True),
        _of_user("grants", "user_id"),
        _of_user("grants", "asked_by"),
        _of_user("grants", "decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_user_id", "grants", ["user_id"])
    op.create_index("ix_grants_state", "grants", ["state"])


def _mails() -> None:
    # SQLite alters no column: the table is written anew, with its own names for what it has.
    with op.batch_alter_table("mails") as mails:
        mails.alter_column("user_id", existing_type=sa.String(length=32), nullable=True)
        mails.add_column(
            sa.Column("address", sa.String(length=254), nullable=False, server_default="")
        )


def _api_tokens() -> None:
    op.add_column("api_tokens", sa.Column("id", sa.String(32), nullable=False, server_default=""))
    db = op.get_bind()
    tokens = sa.table("api_tokens", sa.column("token_hash"), sa.column("id"))
    for (token_hash,) in db.execute(sa.select(tokens.c.token_hash)).all():
        mine = tokens.c.token_hash == token_hash
        db.execute(sa.update(tokens).where(mine).values(id=new_id()))
    op.create_index("ix_api_tokens_id", "api_tokens", ["id"], unique=True)
