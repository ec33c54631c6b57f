"""Brings the database to this version's schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from console.store.engine import Sessions


def migrate(sessions: Sessions) -> None:
    """Runs what is missing, in order. Two at once wait for each other."""
    with sessions.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
