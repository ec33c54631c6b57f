"""Brings the database to this version's schema, and says whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from console.store.engine import Sessions


def migrate(sessions: Sessions) -> None:
    """Runs what is missing, in order. Two at once wait for each other."""
    with sessions.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def up_to_date(sessions: Sessions) -> bool:
    with sessions.engine.connect() as connection:
        return _at(connection) == ScriptDirectory.from_config(_config()).get_current_head()


def _at(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
