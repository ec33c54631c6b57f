"""Whether the database answers, and has the schema of this version."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from console.store.engine import Sessions


class Database(StrEnum):
    READY = "ready"
    UNREACHABLE = "unreachable"
    OTHER_SCHEMA = "other schema"


def database(sessions: Sessions) -> Database:
    try:
        return Database.READY if _schema(sessions) == newest() else Database.OTHER_SCHEMA
    except SQLAlchemyError:
        return Database.UNREACHABLE


@cache
def newest() -> str:
    """The schema of this version. Read from the names of the migrations: Alembic, asked for it,
    takes 11 MB of every web process."""
    versions = Path(__file__).parent / "migrations/versions"
    return max(one.name.partition("_")[0] for one in versions.glob("[0-9]*_*.py"))


def _schema(sessions: Sessions) -> str:
    with sessions.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
