"""Who took part in an incident, by an index of what people did: a broadcast has 500 entries."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    by_a_person = sa.text("incident != '' AND actor_id != ''")
    op.create_index(
        "ix_audit_took_part",
        "audit",
        ["incident", "actor_id"],
        sqlite_where=by_a_person,
        postgresql_where=by_a_person,
    )
