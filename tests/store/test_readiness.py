"""Whether the database answers, and has the schema of this version."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from console.store import readiness
from console.store.engine import Sessions
from console.store.migrate import migrate
from console.store.readiness import Database

MIGRATIONS = Path(readiness.__file__).parent / "migrations"


def test_the_newest_schema_is_the_one_that_alembic_would_bring() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert readiness.newest() == ScriptDirectory.from_config(config).get_current_head()


def test_a_database_is_ready_with_this_schema_and_no_other(tmp_path: Path) -> None:
    sessions = Sessions(f"sqlite:///{tmp_path / 'skellat.db'}")
    assert readiness.database(sessions) is Database.OTHER_SCHEMA  # no tables yet
    migrate(sessions)
    assert readiness.database(sessions) is Database.READY
    with sessions.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert readiness.database(sessions) is Database.OTHER_SCHEMA
    sessions.close()


def test_a_database_that_cannot_be_opened_is_unreachable(tmp_path: Path) -> None:
    sessions = Sessions(f"sqlite:///{tmp_path / 'nowhere' / 'skellat.db'}")
    assert readiness.database(sessions) is Database.UNREACHABLE
    sessions.close()
