"""A council to measure: its configuration written out, its processes running as in production."""

import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import func, select, update

from bench.peer import Peer, latencies
from console import settings
from console.actions import approvals, register
from console.cli import redis
from console.cli.stack import (
    Ports,
    PortTaken,
    Stack,
    answers,
    choose_ports,
    environment_of,
    own_address,
)
from console.domain.approval import Pin
from console.domain.register import Status
from console.doorbell import Doorbell
from console.settings import Settings
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions
from console.store.register import ChannelRow
from tests.stage import PIN, Stage, prepared, set_up, stage_on

SECRET = "whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g="
TEXT = "Heavy snow on Glen Road. Stay at home unless you must travel. Next update at 9 am."
WORKERS = 2


@dataclass(frozen=True)
class Destination:
    """One channel: a webhook to the peer, or a mailing list on the practice mailbox."""

    name: str
    milliseconds: int = 0
    recipients: int = 0
    network: str = "webhook"


def spread(channels: int) -> list[Destination]:
    """Webhooks that answer in 50 to 500 ms."""
    return [
        Destination(f"channel-{place:03}", milliseconds)
        for place, milliseconds in enumerate(latencies(channels))
    ]


@dataclass(frozen=True)
class Released:
    """A message, and the moments when its sign-off began and was committed."""

    message: str
    begun: float
    committed: float


@dataclass
class Council:
    """Everything runs; `release` publishes one message."""

    stage: Stage
    doorbell: Doorbell
    ports: Ports
    stack: Stack

    def release(self) -> Released:
        """Has a new message signed, of an incident of its own."""
        self.stage.now = datetime.now(UTC)
        message = self.stage.draft(text=TEXT)
        self.stage.submit(message)
        sheet = self.stage.sheet(message)
        approval = self.stage.approvals(message)["Approver"].id
        begun = time.monotonic()
        with self.stage.sessions.begin() as db:
            approvals.grant(
                db,
                self.stage.desk,
                approval_id=approval,
                digest=sheet.message.digest,
                proof=Pin(PIN),
                now=datetime.now(UTC),
            )
        committed = time.monotonic()
        self.doorbell.ring(WORKERS)
        return Released(message, begun, committed)

    def states(self, message: str, network: str = "webhook") -> Counter[str]:
        """How many of its deliveries are in which state."""
        of_it = (DeliveryRow.message_id == message, DeliveryRow.network == network)
        count = select(DeliveryRow.state, func.count().label("count_"))
        asked = count.where(*of_it).group_by(DeliveryRow.state)
        with self.stage.sessions.read() as db:
            return Counter({one.state: one.count_ for one in db.execute(asked)})

    def deliveries(self, message: str) -> list[DeliveryRow]:
        with self.stage.sessions.read() as db:
            return list(db.scalars(select(DeliveryRow).where(DeliveryRow.message_id == message)))

    def settled(self, message: str, seconds: float = 30, every: float = 0.25) -> None:
        """Waits until every webhook is on the record as sent; anything else is no measurement."""
        wait(lambda: set(self.states(message)) == {"sent"}, seconds, every)

    def fault(self, **fault: Any) -> None:
        """Sets a fault of the practice networks."""
        url = f"http://127.0.0.1:{self.ports.practice}/faults"
        requests.post(url, json=fault, timeout=5).raise_for_status()

    def family(self, part: str) -> list[psutil.Process]:
        """The part's first process, and its children."""
        first = psutil.Process(self.stack.parts[part].pid)
        return [first, *first.children(recursive=True)]


def wait(true: Callable[[], bool], seconds: float, every: float = 0.02) -> None:
    """Raises where it does not come true in time: what was measured then means nothing."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not after {seconds} s"
        time.sleep(every)


@contextmanager
def council(
    peer: Peer,
    destinations: Sequence[Destination] | None,
    *,
    web: bool = False,
    doorbell: bool = True,
    whole: bool = False,
) -> Iterator[Council]:
    """Workers, private Redis, practice networks and SQLite, each a program of its own; ``whole`` is
    all of them, and the web, as one `skellat up`. Without ``destinations`` the shipped channels;
    without ``doorbell`` no Redis."""
    home = Path(tempfile.mkdtemp(prefix="skellat-bench-"))
    try:
        ports = _three() if whole else choose_ports(0)
        shutil.copytree(settings.ROOT / "config", home / "config")
        addresses = {} if destinations is None else _write(home / "config", peer, destinations)
        environment = {
            **addresses,
            "SKELLAT_CONFIG": str(home / "config"),
            "SKELLAT_BASE_URL": own_address(ports),
        }
        os.environ.update(environment)
        with Stack(home, environment_of(ports, os.environ | environment)) as stack:
            yield _up(stack, ports) if whole else _start(stack, ports, web=web, doorbell=doorbell)
    finally:
        shutil.rmtree(home)


def _start(stack: Stack, ports: Ports, *, web: bool, doorbell: bool) -> Council:
    stack.environment["SKELLAT_REDIS_URL"] = _redis(stack) if doorbell else ""
    known = settings.load(stack.home, stack.environment)
    sessions = Sessions.of(known)
    set_up(sessions)
    _promote(sessions, known)
    stack.start("practice", "--port", str(ports.practice), "--smtp-port", str(ports.smtp))
    stack.wait("practice", lambda: answers(f"http://127.0.0.1:{ports.practice}/log"))
    stack.start("worker", "--count", str(WORKERS))
    stack.start("web", "--port", str(ports.web))
    stack.wait("web", lambda: answers(f"{known.console.base_url}/readyz"))
    if not web:
        stack.parts.pop("web").send_signal(signal.SIGTERM)
    time.sleep(1)
    return Council(stage_on(sessions, known), Doorbell(known.redis_url), ports, stack)


def _up(stack: Stack, ports: Ports) -> Council:
    stack.environment["SKELLAT_REDIS_URL"] = ""  # so that it starts its own
    sessions = Sessions.of(settings.load(stack.home, stack.environment))
    set_up(sessions)
    stack.start("up", "--port", str(ports.web), "--workers", str(WORKERS))
    stack.wait("up", lambda: answers(f"{own_address(ports)}/readyz"))
    socket = redis.socket_folder(stack.home / "redis") / "redis.sock"
    stack.environment["SKELLAT_REDIS_URL"] = f"unix://{socket}"
    known = settings.load(stack.home, stack.environment)
    _promote(sessions, known)
    time.sleep(1)
    return Council(stage_on(sessions, known), Doorbell(known.redis_url), ports, stack)


def _promote(sessions: Sessions, known: Settings) -> None:
    """What two people do at *Channels*: a new live channel is a pilot, and sends nothing."""
    with sessions.begin() as db:
        register.sync(db, prepared(known), datetime.now(UTC))
        db.execute(update(ChannelRow).values(status=str(Status.ACTIVE)))


def _three() -> Ports:
    """Free, and one above the other, as `skellat up` takes them."""
    while True:
        try:
            return choose_ports(random.randrange(20_000, 30_000))
        except PortTaken:
            continue


def _redis(stack: Stack) -> str:
    stack.private = redis.start(stack.home, stack.environment, print)
    assert stack.private is not None, "the bench needs a Redis"
    return stack.private.url


def _write(folder: Path, peer: Peer, destinations: Sequence[Destination]) -> dict[str, str]:
    """The channels' file; returns the secrets' environment."""
    (folder / "secret").write_text(SECRET)
    tables, addresses = [], {}
    for one in destinations:
        variable = f"BENCH_{one.name.upper().replace('-', '_')}"
        addresses[variable] = f"{peer.url}/{one.milliseconds}/{one.name}"
        keys = _MAIL if one.network == "smtp" else _webhook(folder, variable)
        tables.append(_table(one, keys))
    (folder / "channels.toml").write_text("\n\n".join(tables) + "\n")
    return addresses


_MAIL = {"practice": True}


def _webhook(folder: Path, variable: str) -> dict[str, Any]:
    secret = f"file:{folder / 'secret'}"
    return {"url": f"env:{variable}", "secret": secret, "private_network": True}


def _table(one: Destination, keys: Mapping[str, Any]) -> str:
    # Everything written here is the same in JSON and in TOML.
    whole = {"network": one.network, "account": one.name, **keys}
    if one.recipients:
        whole["recipients"] = [f"r{number}@lists.example" for number in range(one.recipients)]
    lines = [f"{key} = {json.dumps(value)}" for key, value in whole.items()]
    return "\n".join([f"[{one.name}]", *lines])
