"""What a channel that hangs costs the others, and a message that comes behind it."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.council import Council, council, spread
from bench.fanout import Fanout
from bench.figures import Figure
from bench.peer import Peer

HUNG, SECONDS = 4, 10
GOAL = 1.10


def hanging(peer: Peer, runs: int) -> Iterator[Figure]:
    """Of 20 channels, four answer after ten seconds; the slowest of the others takes 500 ms."""
    healthy = spread(20)
    stuck = [replace(one, milliseconds=SECONDS * 1000) for one in healthy[:HUNG]]
    with council(peer, [*stuck, *healthy[HUNG:]]) as running:
        names = [one.name for one in healthy[HUNG:]]
        found = [_two(peer, running, names) for _ in range(runs + 1)][1:]
    what = f"{HUNG} of 20 channels hang {SECONDS} s: last sign-off to last of the other 16"
    yield Figure("hanging_4_of_20", what, "×", [one for one, _ in found], goal=GOAL)
    what = "a message of another incident, released 1 s behind that one: the same"
    yield Figure("behind_hung", what, "×", [two for _, two in found], goal=GOAL)


def _two(peer: Peer, running: Council, healthy: Sequence[str]) -> tuple[float, float]:
    time.sleep(random.uniform(0.1, 1.1))
    peer.calls()
    first = running.release()
    time.sleep(first.committed + 1 - time.monotonic())
    second = running.release()
    for one in (first, second):
        running.settled(one.message)
    calls = [one for one in peer.calls() if one.name in healthy]
    ratios = []
    for one in (first, second):
        keys = {row.id for row in running.deliveries(one.message)}
        of_it = [call for call in calls if call.key in keys]
        assert sorted(call.name for call in of_it) == sorted(healthy), "not once each"
        ratios.append(Fanout(one.committed, of_it).ratio)
    return ratios[0], ratios[1]
