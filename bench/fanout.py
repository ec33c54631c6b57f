"""From the commit of the last sign-off to the last channel's acceptance, by real workers."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.council import Council, council, spread
from bench.figures import Figure, percentile
from bench.peer import Call, Peer, latencies

SLOWEST = max(latencies(2))
GOALS = {20: 1.05, 60: 1.08, 200: 1.20}
FIRST = 60
"""Releases that the first byte is taken from."""


@dataclass(frozen=True)
class Fanout:
    """One release, as the networks saw it."""

    committed: float
    calls: list[Call]

    @property
    def ratio(self) -> float:
        """Against the slowest channel's own latency: 1 is as fast as can be."""
        return (max(one.accepted for one in self.calls) - self.committed) * 1000 / SLOWEST

    @property
    def first_byte_ms(self) -> float:
        return (min(one.arrived for one in self.calls) - self.committed) * 1000


def fanout(peer: Peer, runs: int) -> Iterator[Figure]:
    first: list[float] = []
    for channels, goal in GOALS.items():
        found = fanouts(peer, channels, FIRST if channels == 20 and runs >= 7 else runs)
        what = f"last sign-off to last of {channels} channels; 2 worker processes, SQLite FULL"
        yield Figure(f"fanout_{channels}", what, "×", [one.ratio for one in found], goal=goal)
        first = first or [one.first_byte_ms for one in found]
    what = "last sign-off to first byte at the first of 20 networks, p95 of all releases"
    yield Figure("first_byte_p95_ms", what, "ms", [percentile(first, 0.95)], goal=60)
    yield Figure("first_byte_ms", "the same, every release", "ms", first)


def fanouts(peer: Peer, channels: int, runs: int) -> list[Fanout]:
    """The first message after the workers' start is sent too, and not counted."""
    with council(peer, spread(channels)) as running:
        return [_release(peer, running) for _ in range(runs + 1)][1:]


def _release(peer: Peer, running: Council) -> Fanout:
    # At any moment between two sweeps, as it comes.
    time.sleep(random.uniform(0.1, 1.1))
    peer.calls()
    released = running.release()
    running.settled(released.message)
    return Fanout(released.committed, once_each(peer, running, released.message))


def once_each(peer: Peer, running: Council, message: str) -> list[Call]:
    """The calls since the last time: this message's deliveries, each exactly once."""
    calls = peer.calls()
    arrived = sorted(one.key for one in calls)
    assert arrived == sorted(one.id for one in running.deliveries(message)), "not once each"
    return calls
