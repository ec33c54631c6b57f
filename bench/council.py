"""A council to measure: its configuration written out, its processes running as in production."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.peer import Peer, latencies
from console import settings
from console.actions import approvals
from console.cli import redis
from console.cli.stack import Ports, Stack, answers, choose_ports, environment_of, own_address
from console.doorbell import Doorbell
from console.store.engine import Sessions
from tests.stage import PIN, Stage, set_up, stage_on

SECRET = "whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g="
TEXT = "Heavy snow on Glen Road. Stay at home unless you must travel. Next update at 9 am."
WORKERS = 2


@dataclass
class Council:
    """Everything runs; `release` publishes one message."""

    stage: Stage
    doorbell: Doorbell
    ports: Ports

    def release(self) -> tuple[str, float]:
        """Has a new message signed. Returns its id and the moment of the commit."""
        self.stage.now = datetime.now(UTC)
        message = self.stage.draft(text=TEXT)
        self.stage.submit(message)
        sheet = self.stage.sheet(message)
        with self.stage.sessions.begin() as db:
            approvals.grant(
                db,
                self.stage.desk,
                approval_id=self.stage.approvals(message)["Approver"].id,
                digest=sheet.message.digest,
                pin=PIN,
                now=datetime.now(UTC),
            )
        committed = time.monotonic()
        self.doorbell.ring(WORKERS)
        return message, committed

    def settled(self, message: str, seconds: float = 30) -> None:
        """Waits until every delivery is on the record as sent; anything else is no measurement."""
        until = time.monotonic() + seconds
        while (states := set(self.stage.states(message).values())) != {"sent"}:
            assert time.monotonic() < until, f"{states} after {seconds} s"
            time.sleep(0.25)


@contextmanager
def council(peer: Peer, channels: int, *, web: bool = False) -> Iterator[Council]:
    """Workers, private Redis, practice mailbox and SQLite as `skellat up` starts them."""
    home = Path(tempfile.mkdtemp(prefix="skellat-bench-"))
    try:
        ports = choose_ports(0)
        addresses = _configure(home / "config", peer, channels)
        environment = {
            **addresses,
            "SKELLAT_CONFIG": str(home / "config"),
            "SKELLAT_BASE_URL": own_address(ports),
        }
        os.environ.update(environment)
        with Stack(home, environment_of(ports, os.environ | environment)) as stack:
            yield _start(stack, ports, web=web)
    finally:
        shutil.rmtree(home)


def _start(stack: Stack, ports: Ports, *, web: bool) -> Council:
    stack.private = redis.start(stack.home, stack.environment, print)
    assert stack.private is not None, "the bench needs a Redis"
    stack.environment["SKELLAT_REDIS_URL"] = stack.private.url
    known = settings.load(stack.home, stack.environment)
    sessions = Sessions(known.database_url)
    set_up(sessions)
    stack.start("practice", "--port", str(ports.practice), "--smtp-port", str(ports.smtp))
    stack.wait("practice", lambda: answers(f"http://127.0.0.1:{ports.practice}/log"))
    stack.start("worker", "--count", str(WORKERS))
    stack.start("web", "--port", str(ports.web))
    stack.wait("web", lambda: answers(f"{known.console.base_url}/readyz"))
    if not web:
        stack.parts.pop("web").terminate()
    time.sleep(1)
    return Council(stage_on(sessions, known), Doorbell(known.redis_url), ports)


def _configure(folder: Path, peer: Peer, channels: int) -> dict[str, str]:
    """The shipped configuration with webhooks for channels; returns the secrets' environment."""
    shutil.copytree(settings.ROOT / "config", folder)
    (folder / "secret").write_text(SECRET)
    tables, addresses = [], {}
    for place, milliseconds in enumerate(latencies(channels)):
        name = f"channel-{place:03}"
        variable = f"BENCH_{name.upper().replace('-', '_')}"
        addresses[variable] = f"{peer.url}/{milliseconds}/{name}"
        keys = {
            "network": "webhook",
            "account": name,
            "url": f"env:{variable}",
            "secret": f"file:{folder / 'secret'}",
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        tables.append("\n".join([f"[{name}]", *lines, "private_network = true"]))
    (folder / "channels.toml").write_text("\n\n".join(tables) + "\n")
    return addresses
