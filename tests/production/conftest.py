"""One installation for all tests of this folder: migrated, with people, web and practice networks.

Each test starts the workers that it needs.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from console.cli import redis
from console.cli.redis import Redis
from tests.production.council import PASSWORD, PIN, Council, lay_out
from tests.real.needs import missing
from tests.real.postgres import Postgres
from tests.waiting import until


@dataclass
class OwnRedis:
    """Not the run's: a test kills it."""

    folder: Path
    server: Redis

    def kill(self) -> None:
        assert self.server.pid
        os.kill(self.server.pid, signal.SIGKILL)
        until(self.server.ended)

    def start_again(self) -> None:
        self.server = started(self.folder)


def started(folder: Path) -> Redis:
    return redis.start(folder) or missing(
        "a Redis server", "apt install redis-server, or brew install valkey"
    )


@pytest.fixture(scope="session")
def own_redis() -> Iterator[OwnRedis]:
    # Not tmp_path: a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="skellat-redis-"))
    own = OwnRedis(folder, started(folder))
    yield own
    own.server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def council(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, own_redis: OwnRedis
) -> Iterator[Council]:
    name = postgres.new()
    home = tmp_path_factory.mktemp("production")
    made = lay_out(home, postgres.url(name), own_redis.server.url)
    done = made.skellat("migrate")
    assert done.returncode == 0, done.stderr
    _add_people(made)
    port, practice = made.base.rpartition(":")[2], made.practice.rpartition(":")[2]
    mail = made.environment["SKELLAT_PRACTICE_SMTP"].rpartition(":")[2]
    made.start("practice", "--port", practice, "--smtp-port", mail)
    made.start("web", "--port", port)
    until(lambda: _answers(f"{made.practice}/log") and _answers(f"{made.base}/healthz"))
    yield made
    for part in list(made.running):
        assert made.stop(part) == 0, made.said(part)
    postgres.drop(name)


def _add_people(council: Council) -> None:
    """Passwords and PINs come from standard input, where there is no terminal to ask."""
    for role, typed in (
        ("duty officer", [PASSWORD, PASSWORD]),
        ("approver", [PASSWORD, PASSWORD, PIN, PIN]),
    ):
        email = f"{role.replace(' ', '.')}@northbrae.example"
        arguments = ("user", "add", email, "--name", role.capitalize(), "--role", role)
        done = council.skellat(*arguments, typed="\n".join(typed) + "\n")
        assert done.returncode == 0, done.stderr
    done = council.skellat("user", "token", "duty.officer@northbrae.example", "--name", "sensor")
    assert done.returncode == 0, done.stderr
    council.token = done.stdout.strip()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
