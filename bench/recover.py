"""A worker killed in the middle of a fan-out: how soon another has sent what it held, and how soon
a person knows of what must not be sent again."""

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.council import WORKERS, Council, Destination, council, spread, wait
from bench.figures import Figure
from bench.peer import Peer
from console.store.deliveries import DeliveryRow

MAIL = Destination("mail", recipients=1, network="smtp")
"""Neither repeatable nor readable. The mailbox takes the mail and never answers."""
MID_FANOUT = 0.15
"""Seconds after the claim: some are sent, most are not."""
BY_LEASE = 90.0


@dataclass(frozen=True)
class Killed:
    """What was being sent at that moment."""

    message: str
    held: frozenset[str]
    """Ids of the webhooks: sending them again leaves one."""
    moment: float
    at: datetime


def recover(peer: Peer, runs: int) -> Iterator[Figure]:
    with council(peer, [*spread(20), MAIL]) as running:
        _never_answer(running)
        found = [_worker(peer, running) for _ in range(runs)]
        held = [_held(running, one) for one, _ in found]
    what = "worker killed mid-fan-out of 20 -> the last that it held is sent by another"
    yield Figure("recover_s", what, "s", [recovered for _, recovered in found], goal=10)
    what = "worker killed during a mail -> it is put before a person"
    yield Figure("held_s", what, "s", held, goal=90)
    with council(peer, [*spread(20), MAIL]) as running:
        _never_answer(running)
        one, recovered = _host(peer, running)
        what = "the same, all workers and their supervisor killed: by the leases (45 s)"
        yield Figure("recover_host_s", what, "s", [recovered])
        what = "the same for the mail"
        yield Figure("held_host_s", what, "s", [_held(running, one)], goal=90)


def _never_answer(running: Council) -> None:
    running.fault(network="smtp", fault="hang after storing", times=1000, seconds=120)


def _worker(peer: Peer, running: Council) -> tuple[Killed, float]:
    """Kills the worker that has the mail."""
    time.sleep(random.uniform(0.5, 1.5))
    peer.calls()
    message = running.release().message
    worker = _sender(running, message)
    killed = _killed(running, message, worker)
    os.kill(int(worker.rpartition(":")[2]), signal.SIGKILL)
    recovered = _recovered(peer, running, killed)
    wait(lambda: len(running.family("worker")) == 1 + WORKERS, 30)
    return killed, recovered


def _host(peer: Peer, running: Council) -> tuple[Killed, float]:
    """Kills all at once; the next that are started know nothing of the dead."""
    time.sleep(1)
    peer.calls()
    message = running.release().message
    _sender(running, message)
    killed = _killed(running, message)
    first = running.stack.parts["worker"]
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    running.stack.start("worker", "--count", str(WORKERS))
    return killed, _recovered(peer, running, killed)


def _sender(running: Council, message: str) -> str:
    """Who is sending the mail, once somebody is, and is in the middle of the others."""
    wait(lambda: running.states(message, "smtp") == {"sending": 1}, 10)
    time.sleep(MID_FANOUT)
    return _mail(running, message).worker


def _killed(running: Council, message: str, worker: str = "") -> Killed:
    held = frozenset(
        one.id
        for one in running.deliveries(message)
        if one.state == "sending" and one.network == "webhook" and worker in (one.worker, "")
    )
    assert held, "the worker had nothing else in hand"
    return Killed(message, held, time.monotonic(), datetime.now(UTC))


def _recovered(peer: Peer, running: Council, killed: Killed) -> float:
    running.settled(killed.message, BY_LEASE)
    calls = peer.calls()
    assert {one.key for one in calls} >= killed.held
    return max(one.accepted for one in calls if one.key in killed.held) - killed.moment


def _held(running: Council, killed: Killed) -> float:
    """Until the mail's outcome is on the record as unknown and people were told of it."""

    def told() -> bool:
        mail = _mail(running, killed.message)
        return mail.state == "uncertain" and mail.alarmed_at is not None

    wait(told, 2 * BY_LEASE, 0.5)
    alarmed = _mail(running, killed.message).alarmed_at
    assert alarmed is not None
    return (alarmed - killed.at).total_seconds()


def _mail(running: Council, message: str) -> DeliveryRow:
    return next(one for one in running.deliveries(message) if one.network == "smtp")
