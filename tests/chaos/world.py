"""One seed's installation: its processes started, broken, frozen, brought back."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from console import faultpoints
from console.actions.desk import Desk
from console.cli.web import _after_fork, _Server
from console.settings_tables import Practice as PracticePlace
from console.web.context import KEY
from tests.chaos import planted, processes
from tests.chaos.scenario import Plan
from workers.practice import Practice
from workers.run import supervise

LOOK = 0.1
"""Seconds between two looks at who is frozen: each reads two files of every part."""


class World:
    """`nurse` is called often: it starts what died, thaws what was frozen."""

    def __init__(self, desk: Desk, app: Any, plan: Plan, folder: Path, plant: str) -> None:
        self.plan, self.folder, self.plant = plan, folder, plant
        self.log = folder / "said.txt"
        self.marks = folder / "faults"
        self.marks.mkdir()
        self.chance = random.Random(f"world {plan.seed}")
        self.leaders: dict[str, int] = {}
        self.healing = False
        self._later: list[tuple[float, Callable[[], object]]] = []
        self._thawing: set[int] = set()
        self._starting: set[str] = set()
        self._look_at = 0.0
        self.listening = socket.socket()
        self.listening.bind(("127.0.0.1", 0))
        self.listening.listen(64)
        self.port = int(self.listening.getsockname()[1])
        self.practice = self._start_networks()
        settings = replace(desk.settings, practice=self.practice)
        self.desk = replace(desk, settings=settings)
        self._app = app
        app.extensions[KEY] = replace(app.extensions[KEY], desk=self.desk)

    def start(self) -> None:
        self.start_one("web")
        for number in range(len(self.plan.hosts)):
            self.start_one(f"host {number}")

    def start_one(self, name: str) -> None:
        self._starting.discard(name)
        run = self._web if name == "web" else lambda: self._host(int(name[5:]))
        self.leaders[name] = processes.fork_group(run, self.log)

    @property
    def hosts(self) -> list[str]:
        return [name for name in self.leaders if name.startswith("host")]

    def workers(self) -> list[int]:
        return [pid for name in self.hosts for pid in processes.children(self.leaders[name])]

    def parts_of_web(self) -> list[int]:
        """The arbiter last."""
        leader = self.leaders.get("web", 0)
        return [*processes.children(leader), leader] if leader else []

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        self._later.append((time.monotonic() + seconds, act))

    def kill(self, name: str) -> None:
        """The whole group at once: only its leases are left."""
        if leader := self.leaders.get(name):
            processes.send_group(leader, signal.SIGKILL)

    def freeze(self, pid: int, seconds: float, *, group: bool = False) -> None:
        send = processes.send_group if group else processes.send
        self._thawing.update(processes.children(pid) if group else (), (pid,))
        send(pid, signal.SIGSTOP)

        def thaw() -> None:
            send(pid, signal.SIGCONT)
            self._thawing.discard(pid)
            self._thawing.difference_update(processes.children(pid))

        self.later(seconds, thaw)

    def heal(self) -> None:
        """Whoever is frozen goes on, whoever is dead comes back at once."""
        self.healing = True
        self._later = [(min(at, time.monotonic() + 0.1), act) for at, act in self._later]

    def nurse(self) -> None:
        self._do_what_is_due()
        ended = processes.reap()
        for name, leader in list(self.leaders.items()):
            if leader in ended:
                del self.leaders[name]
                self._bury(name, leader)
        if time.monotonic() > self._look_at:
            self._look_at = time.monotonic() + LOOK
            self._find_frozen()

    def say_where(self) -> None:
        """What every part is doing, into the log: of a seed that never comes to rest."""
        for leader in self.leaders.values():
            for pid in (leader, *processes.children(leader)):
                processes.send(pid, processes.SAY_WHERE)
        time.sleep(0.5)

    def end(self) -> None:
        for leader in self.leaders.values():
            processes.send_group(leader, signal.SIGKILL)
        processes.end_all()
        self.listening.close()

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        due = [act for at, act in self._later if at <= now]
        self._later = [(at, act) for at, act in self._later if at > now]
        for act in due:
            act()

    def _find_frozen(self) -> None:
        """A part that stopped itself at a fault point goes on after a while."""
        for leader in self.leaders.values():
            for pid in (leader, *processes.children(leader)):
                if pid not in self._thawing and processes.state(pid) == "T":
                    self.freeze(pid, self.chance.choice((0.3, 1.0, 7.0)))

    def _bury(self, name: str, leader: int) -> None:
        """An init system kills what is left of a group, or orphans end by themselves."""
        if name == "web" or self.chance.random() < 0.5:
            processes.send_group(leader, signal.SIGKILL)
        processes.send_group(leader, signal.SIGCONT)
        if name not in self._starting:
            self._starting.add(name)
            pause = 0.1 if self.healing else self.chance.uniform(0.3, 1.5)
            self.later(pause, lambda: self.start_one(name))

    def _break_here(self) -> None:
        faultpoints.arm(
            {
                "SKELLAT_FAULTS": ",".join(self.plan.faults),
                "SKELLAT_FAULTS_FOLDER": str(self.marks),
            }
        )

    def _host(self, number: int) -> None:
        planted.plant(self.plant, self.desk)
        self._break_here()
        supervise(self.desk, count=self.plan.hosts[number])

    def _web(self) -> None:
        planted.plant(self.plant, self.desk)
        self._break_here()
        os.set_inheritable(self.listening.fileno(), True)
        options = {
            "bind": f"fd://{self.listening.fileno()}",
            "worker_class": "gthread",
            "workers": self.plan.web,
            "threads": 8,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 5,
            "accesslog": None,
            "loglevel": "warning",
            "post_fork": _after_fork,
            "control_socket_disable": True,
        }
        with suppress(SystemExit):
            _Server(self._app, options).run()

    def _start_networks(self) -> PracticePlace:
        read, write = os.pipe()

        def run() -> None:
            with Practice() as practice:
                os.write(write, f"{practice.port} {practice.smtp_port}\n".encode())
                signal.pause()

        self.networks = processes.fork_group(run, self.log)
        os.close(write)
        with os.fdopen(read) as ports:
            port, smtp = ports.readline().split()
        return PracticePlace(url=f"http://127.0.0.1:{port}", smtp=f"127.0.0.1:{smtp}")
