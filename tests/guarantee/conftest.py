"""Installations with workers that are real processes, on SQLite, on PostgreSQL, and on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guarantee.installation import Installation, Preloaded, install
from tests.stage import Stage
from workers.practice import Practice


@pytest.fixture(scope="session")
def preloaded() -> Iterator[Preloaded]:
    found = Preloaded()
    yield found
    found.close()


@pytest.fixture
def practice() -> Iterator[Practice]:
    with Practice() as running:
        yield running


@pytest.fixture
def installation(
    stage: Stage, practice: Practice, tmp_path: Path, preloaded: Preloaded
) -> Iterator[Installation]:
    """On both databases."""
    found = install(stage, practice, tmp_path, preloaded)
    yield found
    found.close()


@pytest.fixture
def sqlite_installation(
    sqlite_stage: Stage, practice: Practice, tmp_path: Path, preloaded: Preloaded
) -> Iterator[Installation]:
    found = install(sqlite_stage, practice, tmp_path, preloaded)
    yield found
    found.close()


@pytest.fixture
def postgres_installation(
    postgres_stage: Stage, practice: Practice, tmp_path: Path, preloaded: Preloaded
) -> Iterator[Installation]:
    found = install(postgres_stage, practice, tmp_path, preloaded)
    yield found
    found.close()
