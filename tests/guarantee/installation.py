"""An installation whose workers are real processes that a test may kill, freeze and thaw."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import delete, select

from console import settings
from console.settings_tables import Practice as PracticePlace
from console.store.deliveries import DeliveryRow
from console.store.mails import MailRow
from tests.stage import Stage
from tests.waiting import until
from workers.practice import Practice

PACE = 10
"""Everything ten times as fast: a lease is 4.5 s, a call ends after 2 s, a look waits 1.5 s."""
LEASE, DEADLINE, SETTLE = 45 / PACE, 20 / PACE, 15 / PACE
MAIL = "residents-email"
REPEATABLE = ("bluesky", "radio", "public-page")


def outside() -> dict[str, str]:
    """This machine's environment, without anything of ours."""
    return {name: value for name, value in os.environ.items() if "SKELLAT" not in name}


class Preloaded:
    """Asks `tests.guarantee.preloaded` for processes."""

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.guarantee.preloaded"],
            cwd=settings.ROOT,
            env={**outside(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(self, *arguments: str, environment: Mapping[str, str], log: Path) -> int:
        wanted = {"arguments": arguments, "environment": environment, "log": str(log)}
        pid: int = self._ask(wanted)
        return pid

    def ended(self, pid: int) -> int | None:
        code: int | None = self._ask({"ended": pid})
        return code

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _ask(self, wanted: Mapping[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@dataclass
class Workers:
    """One `skellat worker` and its children."""

    pid: int
    preloaded: Preloaded
    log: Path
    faults: Path
    """Where the faults that happened leave their marks."""
    code: int | None = None

    def children(self) -> list[int]:
        """The workers themselves, those that live."""
        if not alive(self.pid):
            return []
        return [one.pid for one in psutil.Process(self.pid).children() if alive(one.pid)]

    def happened(self, number: int = 0) -> bool:
        return (self.faults / str(number)).exists()

    def hits(self, point: str) -> int:
        passed = self.faults / "passed"
        return passed.read_text().split().count(point) if passed.exists() else 0

    def frozen(self) -> list[int]:
        """Workers that stopped themselves at a fault point."""
        return [pid for pid in self.children() if psutil.Process(pid).status() == "stopped"]

    def until_frozen(self) -> int:
        (pid,) = until(self.frozen)
        return pid

    def ended(self) -> bool:
        if self.code is None:
            self.code = self.preloaded.ended(self.pid)
        return self.code is not None

    def kill(self, *, with_children: bool = False) -> None:
        """The machine it ran on is gone; or only the supervisor, whose children live on."""
        children = self.children() if with_children else []
        for pid in (self.pid, *children):
            os.kill(pid, signal.SIGKILL)
        until(self.ended)
        until(lambda: not any(alive(pid) for pid in children))

    def stop(self) -> int:
        """As `docker compose stop` does. Returns the exit code."""
        if not self.ended():
            os.kill(self.pid, signal.SIGTERM)
            try:
                until(self.ended, 40)
            except AssertionError:
                self._tell_where_it_hangs()
                raise
        assert self.code is not None
        return self.code

    def _tell_where_it_hangs(self) -> None:
        """Ends it in a way that prints the stack of every thread."""
        for pid in (*self.children(), self.pid):
            os.kill(pid, signal.SIGABRT)
            os.kill(pid, signal.SIGCONT)
        until(self.ended)
        print(self.said()[-20_000:])

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


def alive(pid: int) -> bool:
    """False for a process that only waits to be buried, too."""
    try:
        return psutil.Process(pid).status() not in ("zombie", "dead")
    except psutil.NoSuchProcess:
        return False


@dataclass
class Installation:
    """A council's database, practice networks as its judge, and whatever workers a test starts."""

    stage: Stage
    practice: Practice
    home: Path
    preloaded: Preloaded
    environment: dict[str, str]
    started: list[Workers] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def start(self, workers: int = 1, faults: str = "", **environment: str) -> Workers:
        """`skellat worker --count N`; ``faults`` is what SKELLAT_FAULTS is to be."""
        number = next(self._numbers)
        folder = self.home / f"faults-{number}"
        folder.mkdir()
        armed = {"SKELLAT_FAULTS": faults, "SKELLAT_FAULTS_FOLDER": str(folder)}
        log = self.home / f"worker-{number}.log"
        pid = self.preloaded.start(
            *("worker", "--dir", str(self.home), "--count", str(workers)),
            environment={**self.environment, **armed, **environment},
            log=log,
        )
        self.started.append(Workers(pid, self.preloaded, log, folder))
        return self.started[-1]

    def misbehave(self, network: str, fault: str, times: int = 1, **more: float) -> None:
        self.practice.faults.put({"network": network, "fault": fault, "times": times, **more})

    def all_misbehave(self, fault: str, times: int = 1, **more: float) -> None:
        for network in ("mastodon", "bluesky", "smtp", "webhook"):
            self.misbehave(network, fault, times, **more)

    def without_mails(self) -> None:
        """Nobody is written to, so that every call of a worker is to a channel."""
        with self.stage.sessions.begin() as db:
            db.execute(delete(MailRow))

    def rows(self, message: str) -> dict[str, DeliveryRow]:
        """The message's deliveries by channel."""
        with self.stage.sessions.read() as db:
            found = db.scalars(select(DeliveryRow).where(DeliveryRow.message_id == message))
            return {one.channel: one for one in found}

    def begun(self, message: str) -> bool:
        """A worker has or had one of its deliveries: unlike `holders`, true for good."""
        return any(row.tries for row in self.rows(message).values())

    def holders(self, message: str) -> set[int]:
        """Process ids of the workers that hold one of the message's deliveries right now."""
        rows = self.rows(message).values()
        return {int(one.worker.rpartition(":")[2]) for one in rows if one.state == "sending"}

    def posts(self, text: str = "") -> "Counter[str]":
        """How often these words stand on each network, the public page among them."""
        found = Counter(one.network for one in self.practice.log.entries() if text in one.text)
        pages = (self.home / "public").rglob("entries/*/*.json")
        if on_page := sum(text in json.loads(one.read_text())["text"] for one in pages):
            found["public-page"] = on_page
        return found

    def settled(self, message: str) -> bool:
        """Nothing moves any more: sent, failed, cancelled, or a person's to decide."""
        return all(
            row.state in ("sent", "failed", "cancelled")
            or (row.state == "uncertain" and row.due_at is None)
            for row in self.rows(message).values()
        )

    def until_settled(self, message: str, seconds: float = 60) -> dict[str, str]:
        try:
            until(lambda: self.settled(message), seconds)
        except AssertionError:
            self._tell_what_moves(message)
            raise
        return self.stage.states(message)

    def _tell_what_moves(self, message: str) -> None:
        for channel, row in self.rows(message).items():
            print(channel, row.state, "due", row.due_at, "tries", row.tries, row.reason)
        for one in self.started:
            print(one.log.name, one.said()[-4000:])

    def close(self) -> None:
        for one in self.started:
            for pid in one.children():
                os.kill(pid, signal.SIGCONT)
        codes = [one.stop() for one in self.started]
        # One that is told to end before it has come to listen ends like that, and holds nothing.
        assert set(codes) <= {0, -signal.SIGKILL, -signal.SIGTERM}, [
            one.said() for one in self.started
        ]


def install(stage: Stage, practice: Practice, home: Path, preloaded: Preloaded) -> Installation:
    """The same stage, at `PACE`, its channels leading to these practice networks."""
    environment = {
        "SKELLAT_PACE": str(PACE),
        "SKELLAT_DATABASE_URL": stage.desk.settings.database_url,
        "SKELLAT_PRACTICE_URL": practice.url,
        "SKELLAT_PRACTICE_SMTP": f"{practice.host}:{practice.smtp_port}",
    }
    place = PracticePlace(url=practice.url, smtp=environment["SKELLAT_PRACTICE_SMTP"])
    known = replace(stage.desk.settings, practice=place)
    known = replace(known, timing=known.timing.at_pace(PACE))
    stage = replace(stage, desk=replace(stage.desk, settings=known))
    return Installation(stage, practice, home, preloaded, environment)
