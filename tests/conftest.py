"""Fixtures that every test may ask for: a free port, a real PostgreSQL, a real Redis."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from console.cli.redis import start
from tests import recorded
from tests.real import ports
from tests.real.needs import missing
from tests.real.postgres import Postgres

recorded.watch()
pytest_plugins = ["tests.plugins", "tests.staging"]


LOUD = "tests/chaos/test_chaos.py"
"""It keeps every core busy for minutes, so that whatever keeps time beside it is late."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The loud ones last. `make test` has xdist keep this order."""
    items.sort(key=lambda one: one.nodeid.startswith(LOUD))


@pytest.fixture
def free_port() -> int:
    return ports.free_port()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server itself: `copy_of(template, fill)`, `new()`, `url(name)`, `drop(name)`."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty database of this test's own."""
    name = postgres.new()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A private Redis on a unix socket, as `skellat up` starts one."""
    # Not tmp_path: a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="skellat-redis-"))
    server = start(folder)
    if server is None:
        missing("a Redis server", "apt install redis-server, or brew install valkey")
    yield server.url
    # The listeners of earlier tests end with the process; until then they would miss it aloud.
    logging.getLogger("rq.worker").setLevel(logging.CRITICAL)
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The run's Redis, emptied for this test."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server
