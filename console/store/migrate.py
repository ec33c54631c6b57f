"""Brings the database to this version's schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from console.store.engine import Sessions


def migrate(sessions: Sessions, secret: str = "", *, to: str = "head") -> None:
    """Runs what is missing, in order, up to a revision. Two at once wait for each other. ``secret``
    is the installation's, by which sign-offs of before it had marks are given theirs."""
    with sessions.engine.connect() as connection:
        config = _config()
        config.attributes.update(connection=connection, secret=secret)
        command.upgrade(config, to)
        connection.commit()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
