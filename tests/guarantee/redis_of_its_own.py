"""A Redis that a test kills, fills up, replaces by an older copy, or puts behind a slow line."""

import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis as Client

from console.cli import redis
from console.cli.redis import Redis
from tests.real.needs import missing
from tests.waiting import until


@dataclass
class OwnRedis:
    folder: Path
    server: Redis

    @property
    def url(self) -> str:
        return self.server.url

    def client(self) -> Client:
        return Client.from_url(self.url)

    def kill(self) -> None:
        assert self.server.pid
        os.kill(self.server.pid, signal.SIGKILL)
        until(self.server.ended)

    def start_again(self) -> None:
        self.server = started(self.folder)

    def copy(self) -> Path:
        """What a replica has that falls behind from here on."""
        with self.client() as client:
            client.bgrewriteaof()
            until(lambda: not client.info("persistence")["aof_rewrite_in_progress"])
        kept = self.folder / "replica"
        shutil.copytree(self.folder / "redis", kept, ignore=shutil.ignore_patterns("*.sock"))
        return kept

    def fail_over_to(self, replica: Path) -> None:
        self.kill()
        shutil.rmtree(self.folder / "redis")
        shutil.copytree(replica, self.folder / "redis")
        self.start_again()


def started(folder: Path) -> Redis:
    return redis.start(folder, env={"PATH": os.environ["PATH"]}) or missing(
        "a Redis server", "apt install redis-server, or brew install valkey"
    )


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    # A socket's path must be short, so it is not under a test's own folder.
    with tempfile.TemporaryDirectory(prefix="skellat-redis-") as folder:
        own = OwnRedis(Path(folder), started(Path(folder)))
        try:
            yield own
        finally:
            own.server.stop()


@contextmanager
def slow_line(to: OwnRedis, delay: float) -> Iterator[str]:
    """The address of a line to it on which every answer takes ``delay`` seconds longer."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.02)
        lines: list[threading.Thread] = []

        def accept() -> None:
            while not over.is_set():
                try:
                    near, _ = listening.accept()
                except TimeoutError:
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(to.url.removeprefix("unix://"))
                for ends in ((near, far, 0.0), (far, near, delay)):
                    lines.append(threading.Thread(target=_carry, args=(*ends, over)))
                    lines[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        finally:
            over.set()
            accepting.join()
            for line in lines:
                line.join()


def _carry(source: socket.socket, to: socket.socket, delay: float, over: threading.Event) -> None:
    source.settimeout(0.02)
    with source:
        while not over.is_set():
            try:
                said = source.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not said:
                # The other direction reads on the same socket, and sees this end by itself.
                return
            over.wait(delay)
            try:
                to.sendall(said)
            except OSError:
                return
