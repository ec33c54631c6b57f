"""The record can be searched: an index of its words, filled as entries are written."""

import sqlalchemy as sa
from alembic import op

from console.store.words_index import words_of

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_POSTGRESQL = r"""
CREATE FUNCTION audit_words_of(e audit) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    said text := e.detail;
    sent text;
    world text;
    channel text := substring(e.detail FROM '"channel":"((?:[^"\\]|\\.)*)"');
    state text := substring(e.detail FROM '"state":"((?:[^"\\]|\\.)*)"');
    words text[];
BEGIN
    IF e.incident <> '' THEN
        SELECT mode INTO world FROM incidents WHERE id = e.incident;
    END IF;
    IF e.action = 'message sent for approval' THEN
        SELECT string_agg(v.subject || ' ' || v.text, ' ') INTO sent FROM variants v
         WHERE v.message_id = substr(e.subject, 9)
           AND v.revision::text = substring(e.detail FROM '"revision":(\d+)');
    END IF;
    said := regexp_replace(said, '"(?:[^"\\]|\\.)*":|\\[bfnrt"\\/]', ' ', 'g');
    said := left(concat_ws(' ', e.number, e.actor, e.action, e.subject, e.incident, said, sent),
                 200000);
    IF octet_length(said) > length(said) AND getdatabaseencoding() = 'UTF8' THEN
        said := regexp_replace(normalize(said, NFD), '[\u0300-\u036F]', '', 'g');
        said := regexp_replace(said,
            '[\u0080-\u00A9\u00AB-\u00B1\u00B4\u00B6-\u00B8\u00BB\u00BF\u00D7'
            '\u00F7\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF\u3000-\u3003]', ' ', 'g');
    END IF;
    said := translate(lower(said),
        E'\t\n\x0b\f\r!"#$%%&\'()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 37));
    SELECT array_agg(DISTINCT word) INTO words
      FROM unnest(string_to_array(said, ' ')) AS word
     WHERE octet_length(word) BETWEEN 1 AND 500;
    RETURN array_to_tsvector(array_remove(words || ARRAY[
        'who' || encode(convert_to(e.actor, 'UTF8'), 'hex'),
        'did' || encode(convert_to(e.action, 'UTF8'), 'hex'),
        'of' || encode(convert_to(e.incident, 'UTF8'), 'hex'),
        'on' || encode(convert_to(channel, 'UTF8'), 'hex'),
        'now' || encode(convert_to(state, 'UTF8'), 'hex'),
        'in' || encode(convert_to(world, 'UTF8'), 'hex')], NULL));
END $$;
CREATE FUNCTION audit_words_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_words (number, words) VALUES (NEW.number, audit_words_of(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_words_of_entry AFTER INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_words_keep();
INSERT INTO audit_words (number, words) SELECT number, audit_words_of(audit) FROM audit;
"""


def upgrade() -> None:
    # By these a page finds who has acted, and when, without reading the record.
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_index("ix_audit_at", "audit", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        _in_sqlite()
    else:
        _in_postgresql()


def _in_sqlite() -> None:
    # Without content it keeps the words' index and no second copy of the record; without places of
    # words in their text it is a third of the size, and asks for all of several words.
    run = op.get_bind().exec_driver_sql
    run(
        "CREATE VIRTUAL TABLE audit_words USING fts5"
        "(words, content='', detail='none', tokenize='unicode61 remove_diacritics 2')"
    )
    run(
        "CREATE TRIGGER audit_words_of_entry AFTER INSERT ON audit BEGIN"  # noqa: S608
        f" INSERT INTO audit_words (rowid, words) VALUES (new.number, {words_of('new')}); END"
    )
    run(
        "INSERT INTO audit_words (rowid, words)"  # noqa: S608
        f" SELECT number, {words_of('a')} FROM audit a"
    )


def _in_postgresql() -> None:
    op.create_table(
        "audit_words",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.dialects.postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_words"),
    )
    op.get_bind().exec_driver_sql(_POSTGRESQL)
    # What is not yet sorted into the index is read at every search: so little of it.
    op.create_index(
        "ix_audit_words_words",
        "audit_words",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": "256"},
    )
