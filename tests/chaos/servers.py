"""The servers of one lane, kept over many seeds: its own Redis, PostgreSQL and wall clock."""

import mmap
import os
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from console.cli import redis
from tests.chaos.processes import send, state
from tests.real.postgres import SETTINGS, Postgres, find_binaries

LIBRARY = "clock.so"


def build_clock(folder: Path) -> Path | None:
    """The library that moves the clock, where this machine can build and load one."""
    source, built = Path(__file__).with_name("clock.c"), folder / LIBRARY
    compiler = shutil.which("cc") or shutil.which("c++")
    if compiler is None:
        return None
    command = [compiler, "-shared", "-fPIC", "-O1", "-x", "c", "-o", str(built), str(source)]
    made = subprocess.run([*command, "-ldl"], capture_output=True, check=False)
    return built if made.returncode == 0 else None


class Clock:
    """Everything under this lane reads its wall clock moved by these seconds."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        path.chmod(0o644)
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 8)

    @property
    def moved(self) -> int:
        return int(struct.unpack("q", self._shared[:])[0])

    def move(self, seconds: int) -> None:
        self._shared[:] = struct.pack("q", seconds)


class OwnRedis:
    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""

    def start(self) -> None:
        """A no-op where it runs."""
        place = {"PATH": os.environ.get("PATH", "")}
        running = redis.start(self.folder, place, say=lambda _: None)
        assert running is not None, "no Redis server here: apt install redis-server"
        self.url = running.url

    def kill(self) -> None:
        if pid := redis.answers(self.url):
            send(pid, signal.SIGKILL)

    def forget(self) -> None:
        with redis.connect(self.url) as client:
            client.flushall()


class OwnPostgres:
    """`restart` works from any process of the lane, not only from the one that started it."""

    def __init__(self, fill: Callable[[str], object]) -> None:
        self._server = Postgres()
        self._server.copy_of("people", fill)
        self.url = self._server.url("seed")

    @property
    def folder(self) -> Path:
        return self._server.folder

    def fresh(self) -> None:
        self._server.sql('drop database if exists "seed" with (force)')
        self._server.create("seed", "people")

    def down(self, *, immediately: bool) -> None:
        """As `pg_ctl stop -m fast`, or `-m immediate`, after which it has to recover."""
        pid = self._pid()
        if pid:
            send(pid, signal.SIGQUIT if immediately else signal.SIGINT)

    def up(self) -> None:
        if self._pid():
            return
        (self.folder / "data/postmaster.pid").unlink(missing_ok=True)
        given = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._server.run(find_binaries() / "postgres", "-D", "data", "-k", self.folder, *given)

    def wait(self) -> None:
        until = time.monotonic() + 20
        while not self._answers() and time.monotonic() < until:
            self.up()
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg

        try:
            self._server.sql("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        # Not immediately: that would leave its shared memory behind.
        self.down(immediately=False)
        until = time.monotonic() + 10
        while self._pid() and time.monotonic() < until:
            time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pid(self) -> int:
        """Of the running server; 0 where it ended or is only waited for."""
        try:
            pid = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0
        return pid if state(pid) not in ("", "Z") else 0
