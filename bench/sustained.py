"""Thousands of deliveries to one fast network: how many a second, and whether more slow it down."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.council import Council, Destination, council
from bench.fanout import once_each
from bench.figures import Figure
from bench.peer import Peer

FEW, MANY = 5_000, 50_000
MILLISECONDS = 20
"""The peer's own latency."""


@dataclass(frozen=True)
class Sent:
    """One message to a channel with that many recipients."""

    release_s: float
    per_s: float
    """From the commit of the sign-off to the last acceptance."""


def sustained(peer: Peer, runs: int) -> Iterator[Figure]:
    few = sent(peer, FEW, min(runs, 3))
    what = f"deliveries a second, {FEW:,} to a {MILLISECONDS} ms peer; 2 worker processes"
    slow = [one.per_s for one in few]
    yield Figure("sustained_per_s", what, "/s", slow, goal=250, least=True)
    many = sent(peer, MANY, 1)
    what = f"the same with {MANY:,}"
    yield Figure("sustained_50000_per_s", what, "/s", [one.per_s for one in many])
    what = f"time for each delivery, of {MANY:,} against of {FEW:,}"
    ratio = sorted(slow)[len(slow) // 2] / many[0].per_s
    yield Figure("sustained_growth", what, "×", [ratio], goal=1.1)
    what = f"the last sign-off's own transaction, releasing {MANY:,} deliveries"
    yield Figure("release_50000_s", what, "s", [one.release_s for one in many])


def sent(peer: Peer, deliveries: int, runs: int) -> list[Sent]:
    with council(peer, [Destination("list", MILLISECONDS, deliveries)]) as running:
        return [_one(peer, running, deliveries) for _ in range(runs)]


def _one(peer: Peer, running: Council, deliveries: int) -> Sent:
    time.sleep(1)
    peer.calls()
    released = running.release()
    running.settled(released.message, seconds=60 + deliveries / 50, every=1)
    last = max(one.accepted for one in once_each(peer, running, released.message))
    return Sent(
        release_s=released.committed - released.begun,
        per_s=deliveries / (last - released.committed),
    )
