"""Fixtures that put a `Stage` on SQLite and on a real PostgreSQL, each test with its own copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.record_key import keys_of
from console.store.engine import Sessions
from tests.real.postgres import Postgres
from tests.stage import SECRET, Stage, set_up, settings_for, stage_on


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and people, made once and copied for every test."""
    path = tmp_path_factory.mktemp("template") / "skellat.db"
    sessions = Sessions(f"sqlite:///{path}", keys=keys_of(SECRET))
    set_up(sessions)
    with sessions.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sessions.close()
    return path


@pytest.fixture
def sqlite_stage(tmp_path: Path, sqlite_template: Path) -> Iterator[Stage]:
    shutil.copy(sqlite_template, tmp_path / "skellat.db")
    known = settings_for(tmp_path)
    sessions = Sessions.of(known)
    yield stage_on(sessions, known)
    sessions.close()


def _fill(url: str) -> None:
    sessions = Sessions(url, keys=keys_of(SECRET))
    set_up(sessions)
    sessions.close()


@pytest.fixture
def postgres_stage(tmp_path: Path, postgres: Postgres) -> Iterator[Stage]:
    name = postgres.copy_of("stage", _fill)
    known = settings_for(tmp_path, postgres.url(name))
    sessions = Sessions.of(known)
    yield stage_on(sessions, known)
    sessions.close()
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """The same test on both databases."""
    name = "sqlite_stage" if request.param == "sqlite" else "postgres_stage"
    found: Stage = request.getfixturevalue(name)
    return found
