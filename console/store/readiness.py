"""Whether the database answers, and has the schema of this version."""

from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from console.store.engine import Sessions
from console.store.migrate import up_to_date


class Database(StrEnum):
    READY = "ready"
    UNREACHABLE = "unreachable"
    OTHER_SCHEMA = "other schema"


def database(sessions: Sessions) -> Database:
    try:
        return Database.READY if up_to_date(sessions) else Database.OTHER_SCHEMA
    except SQLAlchemyError:
        return Database.UNREACHABLE
