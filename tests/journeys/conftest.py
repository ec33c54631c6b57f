"""One running demo for all journeys of a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.demo import Demo, start_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home: Path = tmp_path_factory.mktemp("demo")
    running = start_demo(home)
    yield running
    assert running.stop() == 0
