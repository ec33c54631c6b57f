"""Words can be taken out of an entry of the record, where a later entry says so."""

import sqlalchemy as sa
from alembic import op

from console.store import append_only
from console.store.words_index import words_of

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_POSTGRESQL = """
CREATE FUNCTION audit_words_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_words SET words = audit_words_of(NEW) WHERE number = NEW.number;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_words_of_erased AFTER UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_words_anew();
"""


def upgrade() -> None:
    erased = sa.Column("erased", sa.Integer(), nullable=False, server_default="0")
    op.add_column("audit", erased)
    some = sa.text("erased > 0")
    op.create_index(
        "ix_audit_erased", "audit", ["erased"], sqlite_where=some, postgresql_where=some
    )
    dialect = op.get_bind().dialect.name
    for statement in append_only.with_erasures(dialect):
        op.execute(statement)
    run = op.get_bind().exec_driver_sql
    if dialect != "sqlite":
        run(_POSTGRESQL)
        return
    # What has no content of its own is told the words that it is to forget.
    run(
        "CREATE TRIGGER audit_words_of_erased AFTER UPDATE ON audit BEGIN"  # noqa: S608
        " INSERT INTO audit_words (audit_words, rowid, words)"
        f" VALUES ('delete', old.number, {words_of('old')});"
        f" INSERT INTO audit_words (rowid, words) VALUES (new.number, {words_of('new')}); END"
    )
