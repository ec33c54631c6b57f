"""A stage with practice networks and a dispatcher that really sends."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from console.settings_tables import Practice as PracticePlace
from tests.stage import Stage
from workers.dispatcher import Dispatcher
from workers.practice import Practice

StartWorker = Callable[[Stage], Dispatcher]


@pytest.fixture
def practice() -> Iterator[Practice]:
    with Practice() as running:
        yield running


def on_practice(stage: Stage, practice: Practice) -> Stage:
    """The same stage, its channels leading to these practice networks."""
    place = PracticePlace(url=practice.url, smtp=f"{practice.host}:{practice.smtp_port}")
    settings = replace(stage.desk.settings, practice=place)
    return replace(stage, desk=replace(stage.desk, settings=settings))


@pytest.fixture
def wired(stage: Stage, practice: Practice) -> Stage:
    """On both databases."""
    return on_practice(stage, practice)


@pytest.fixture
def sqlite_wired(sqlite_stage: Stage, practice: Practice) -> Stage:
    return on_practice(sqlite_stage, practice)


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    """Starts dispatchers; ends them all after the test."""
    running: list[Dispatcher] = []

    def start(stage: Stage) -> Dispatcher:
        one = Dispatcher(stage.sessions, stage.desk, name=f"test:{len(running)}", threads=32)
        one.start()
        running.append(one)
        return one

    yield start
    for one in running:
        one.stop()
