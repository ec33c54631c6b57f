"""MACs and checkpoints of the record, and triggers: it is added to, never changed."""

from dataclasses import asdict
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import context, op

from console.domain.audit import Entry, sealed
from console.domain.record_key import key_of
from console.store import append_only

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name, length in (
        ("audit", "key", 16),
        ("audit", "mac", 64),
        ("audit_head", "key", 16),
    ):
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column(table, column)
    op.create_table(
        "checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_checkpoints"),
    )
    _bind_what_stands()
    for statement in append_only.statements(op.get_bind().dialect.name):
        op.execute(statement)


def _bind_what_stands() -> None:
    """The first entry with a MAC, and now: until there is one, the older ones are bound by nothing
    that a writer of the database lacks."""
    secret, db = context.config.attributes.get("secret", ""), op.get_bind()
    head = sa.table("audit_head", *map(sa.column, ("number", "digest", "key")))
    number, digest = db.execute(sa.select(head.c.number, head.c.digest)).one()
    if not secret or not number:
        return
    entry = sealed(
        Entry(
            number=number + 1,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            actor="Skellat",
            actor_id="",
            action="record sealed from here on",
            subject="database",
            incident="",
            detail="{}",
            previous=digest,
        ),
        key_of(secret),
    )
    values = asdict(entry)
    del values["erased"]  # is a column since 0023
    db.execute(sa.insert(sa.table("audit", *map(sa.column, values))).values(values))
    db.execute(sa.update(head).values(number=entry.number, digest=entry.digest, key=entry.key))
