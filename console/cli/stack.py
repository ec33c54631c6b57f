"""Everything on one machine: starts each part, waits until it answers, ends all of it."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import click
import requests

from console.cli import redis
from console.cli.forked import Forked
from console.stop import Stop

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 35.0
"""More than a worker needs to finish what is in flight."""
LOCAL = "127.0.0.1"


class PortTaken(Exception):
    """Another program listens on this port."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(f"port {port} is taken")
        self.port, self.option = port, option


class Occupied(Exception):
    """Another Skellat runs in this state folder."""


class NotUp(Exception):
    """A part did not start. ``log`` is the file with its last words."""

    def __init__(self, part: str, log: Path) -> None:
        super().__init__(f"{part} did not start")
        self.part, self.log = part, log


@dataclass(frozen=True)
class Ports:
    web: int
    practice: int
    smtp: int


def launch(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """`skellat ARGUMENTS` as a program of its own."""
    with log.open("ab") as file:
        # A session of its own: Ctrl-C comes to us alone, and we end the parts in order.
        return subprocess.Popen(
            [sys.executable, "-m", "console.cli", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


Part: TypeAlias = subprocess.Popen[bytes] | Forked
Launch: TypeAlias = Callable[[Sequence[str], Mapping[str, str], Path], Part]


@dataclass
class Stack:
    """The parts that were started, ended in reverse order however the block is left."""

    home: Path
    environment: dict[str, str]
    launch: Launch = launch
    private: redis.Redis | None = None
    """The Redis that was found or started, to be stopped last."""
    parts: dict[str, Part] = field(default_factory=dict)
    commands: dict[str, list[str]] = field(default_factory=dict)

    def start(self, part: str, *arguments: str) -> None:
        """Runs `skellat PART ...` beside us; what it says goes to a file in the state folder."""
        self.commands[part] = [part, "--dir", str(self.home), *arguments]
        self._launch(part)

    def log_of(self, part: str) -> Path:
        return self.home / "logs" / f"{part}.log"

    def wait(self, part: str, ready: Callable[[], bool]) -> None:
        """Until it answers. Raises `NotUp` where it ends first or takes too long."""
        until = time.monotonic() + SECONDS_TO_START
        while not ready():
            if self.parts[part].poll() is not None or time.monotonic() > until:
                raise NotUp(part, self.log_of(part))
            time.sleep(0.05)

    def watch(self, stop: Stop) -> None:
        """Until the stop: a part that ends by itself is started again and said so."""
        while not stop.wait(0.5):
            for part, running in list(self.parts.items()):
                if running.poll() is not None:
                    click.echo(f"{part} ended; starting it again (see {self.log_of(part)})")
                    stop.wait(1.0)
                    self._launch(part)

    def _launch(self, part: str) -> None:
        log = self.log_of(part)
        log.parent.mkdir(parents=True, exist_ok=True)
        self.parts[part] = self.launch(self.commands[part], self.environment, log)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        what: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        until = time.monotonic() + SECONDS_TO_STOP
        for running in reversed(self.parts.values()):
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
        for running in reversed(self.parts.values()):
            try:
                running.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                running.wait()
        if self.private is not None:
            self.private.stop()


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Holds the state folder for this process. Raises `Occupied`."""
    # POSIX's lock, not BSD's: a fork does not have it, so a part that outlives us holds nothing.
    with (home / "lock").open("w") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Occupied from None
        yield


def choose_ports(wanted: int) -> Ports:
    """The console's port and the two above it; 0 takes three that are free.

    Raises `PortTaken`.
    """
    if wanted == 0:
        return Ports(*_free(3))
    ports = Ports(wanted, wanted + 1, wanted + 2)
    for port in (ports.web, ports.practice, ports.smtp):
        if _taken(port):
            raise PortTaken(port, "--port")
    return ports


def environment_of(ports: Ports, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the parts have to know of each other."""
    return {
        **base,
        "SKELLAT_PRACTICE_URL": f"http://{LOCAL}:{ports.practice}",
        "SKELLAT_PRACTICE_SMTP": f"{LOCAL}:{ports.smtp}",
    }


def own_address(ports: Ports) -> str:
    return f"http://{LOCAL}:{ports.web}"


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def stop_on_signals() -> Stop:
    """Asked by Ctrl-C, SIGTERM, or a terminal that goes away."""
    return Stop((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


def _taken(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOCAL, port))
        except (OSError, OverflowError):
            return True
    return False


def _free(count: int) -> list[int]:
    trials = [socket.socket() for _ in range(count)]
    for trial in trials:
        trial.bind((LOCAL, 0))
    ports = [trial.getsockname()[1] for trial in trials]
    for trial in trials:
        trial.close()
    return ports
