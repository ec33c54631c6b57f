"""From the commit of the last sign-off to the last channel's acceptance, by real workers."""

import random
import time
from dataclasses import dataclass

from bench.council import council
from bench.peer import Call, Peer, latencies


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


SLOWEST = max(latencies(2))


def fanouts(peer: Peer, channels: int, runs: int) -> list[Fanout]:
    """The first message after the workers' start is sent too, and not counted."""
    found = []
    with council(peer, channels) as running:
        for _ in range(runs + 1):
            # At any moment between two sweeps, as it comes.
            time.sleep(random.uniform(0.2, 1.2))
            peer.calls()
            message, committed = running.release()
            running.settled(message)
            calls = peer.calls()
            names = sorted(one.name for one in calls)
            assert names == sorted(running.stage.states(message)), f"not once each: {names}"
            found.append(Fanout(committed, calls))
    return found[1:]
