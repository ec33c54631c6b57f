"""Triggers by which the database itself refuses to change, take out or skip what is recorded.

One change is let through: an entry may lose its words where a later entry says that it was erased.
"""

import re
from collections.abc import Iterator

from console.domain.erasure import ERASED, NOBODY

TABLES = ("audit", "checkpoints")
WHY = "the record is append-only"


def statements(dialect: str) -> list[str]:
    """Those that make the triggers. SQLite has no TRUNCATE; its REPLACE would go past a trigger
    on deletion, so that an insertion looks for itself."""
    return list(_sqlite() if dialect == "sqlite" else _postgresql())


def with_erasures(dialect: str) -> list[str]:
    """Those that let an erasure through, in the place of one that `statements` made."""
    return list(_erasures_of_sqlite() if dialect == "sqlite" else _erasures_of_postgresql())


def undone(dialect: str) -> list[str]:
    """Those that drop them again: for tests that play somebody who may do that."""
    names = (f"skellat_{table}_{what}" for table in TABLES for what in _WHAT[dialect])
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    return [f"DROP TRIGGER IF EXISTS {name} ON {name.split('_')[1]}" for name in names]


_WHAT = {
    "sqlite": ("update", "delete", "insert", "whole"),
    "postgresql": ("change", "insert", "erase", "whole"),
}
_STAYS = ("number", "at", "action", "subject", "incident", "previous", "key", "digest")


def _sqlite() -> Iterator[str]:
    for table in TABLES:
        for what in ("update", "delete"):
            yield (
                f"CREATE TRIGGER skellat_{table}_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
            )
    yield (
        "CREATE TRIGGER skellat_checkpoints_insert BEFORE INSERT ON checkpoints "
        "WHEN EXISTS (SELECT 1 FROM checkpoints WHERE number = NEW.number) "
        "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
    )
    yield (
        "CREATE TRIGGER skellat_audit_insert BEFORE INSERT ON audit "
        "WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit) "
        "BEGIN SELECT RAISE(ABORT, 'the record has no gaps'); END"
    )


def _postgresql() -> Iterator[str]:
    """ALWAYS: also in a session that says it only replicates."""
    yield (
        "CREATE FUNCTION skellat_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    yield (
        "CREATE FUNCTION skellat_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit) THEN "
        "RAISE EXCEPTION 'the record has no gaps' USING ERRCODE = 'insufficient_privilege'; "
        "END IF; RETURN NEW; END $$"
    )
    for table in TABLES:
        yield (
            f"CREATE TRIGGER skellat_{table}_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION skellat_append_only()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER skellat_{table}_change"
    yield (
        "CREATE TRIGGER skellat_audit_insert BEFORE INSERT ON audit "
        "FOR EACH ROW EXECUTE FUNCTION skellat_no_gap()"
    )


def _erasure(digest_said: str) -> str:
    """SQL: whether a change takes the words out of an entry of which a later one says so."""
    same = " AND ".join(f"NEW.{name} = OLD.{name}" for name in _STAYS)
    return (
        f"{same} AND OLD.erased = 0 AND OLD.action <> '{ERASED}' "  # noqa: S608
        f"AND NEW.actor = '{NOBODY}' AND NEW.actor_id = '' AND NEW.mac = '' AND EXISTS ("
        "SELECT 1 FROM audit later WHERE later.number = NEW.erased AND later.number > OLD.number "
        f"AND later.action = '{ERASED}' AND later.subject = 'entry:' || OLD.number "
        f"AND later.detail = NEW.detail AND {digest_said} = OLD.digest)"
    )


def _erasures_of_sqlite() -> Iterator[str]:
    allowed = _erasure("json_extract(later.detail, '$.entry_digest')")
    yield "DROP TRIGGER skellat_audit_update"
    yield (
        f"CREATE TRIGGER skellat_audit_update BEFORE UPDATE ON audit WHEN ({allowed}) IS NOT TRUE "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )
    yield (
        "CREATE TRIGGER skellat_audit_whole BEFORE INSERT ON audit WHEN NEW.erased <> 0 "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _erasures_of_postgresql() -> Iterator[str]:
    """The path is the function's own: else a temporary table could stand in for the record."""
    allowed = _erasure("later.detail::jsonb ->> 'entry_digest'")
    yield (
        "CREATE FUNCTION skellat_erasure_only() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN "
        f"IF ({allowed}) IS NOT TRUE THEN RAISE EXCEPTION '{WHY}' "
        "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$"
    )
    yield "DROP TRIGGER skellat_audit_change ON audit"
    yield (
        "CREATE TRIGGER skellat_audit_change BEFORE DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION skellat_append_only()"
    )
    yield (
        "CREATE TRIGGER skellat_audit_erase BEFORE UPDATE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION skellat_erasure_only()"
    )
    yield (
        "CREATE TRIGGER skellat_audit_whole BEFORE INSERT ON audit "
        "FOR EACH ROW WHEN (NEW.erased <> 0) EXECUTE FUNCTION skellat_append_only()"
    )
    for name in ("change", "erase", "whole"):
        yield f"ALTER TABLE audit ENABLE ALWAYS TRIGGER skellat_audit_{name}"


def grants(role: str) -> str:
    """The SQL that the tables' owner runs once, after each upgrade: the web and the workers then
    come as ``role``, which may add to the record and no more. Raises ValueError."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise ValueError(role)
    lists = ", ".join(TABLES)
    return (
        f"GRANT USAGE ON SCHEMA public TO {role};\n"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};\n"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};\n"
        f"REVOKE ALL ON {lists}, audit_head, alembic_version FROM {role};\n"
        f"GRANT SELECT, INSERT ON {lists} TO {role};\n"
        f"GRANT SELECT, UPDATE ON audit_head TO {role};\n"
        f"GRANT SELECT ON alembic_version TO {role};\n"
    )
