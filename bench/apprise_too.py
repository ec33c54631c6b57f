"""The same channels on the same servers through Apprise, the library that most would reach for."""

import asyncio
import logging
import time
from collections.abc import Iterator

import apprise as library

from bench.council import TEXT
from bench.fanout import SLOWEST
from bench.figures import Figure
from bench.peer import Peer, latencies


def apprise(peer: Peer, runs: int) -> Iterator[Figure]:
    for channels in (20, 200):
        what = f"Apprise's async_notify to the same {channels} channels on the same server"
        yield Figure(f"apprise_{channels}", what, "×", apprise_ratios(peer, channels, runs))


def apprise_ratios(peer: Peer, channels: int, runs: int) -> list[float]:
    """From the call to the last acceptance, against the slowest channel's own latency. The first
    run is not counted."""
    logging.getLogger("apprise").setLevel(logging.ERROR)
    everything = library.Apprise()
    for place, milliseconds in enumerate(latencies(channels)):
        assert everything.add(f"json://127.0.0.1:{peer.port}/{milliseconds}/channel-{place:03}")
    return [_ratio(peer, everything, channels) for _ in range(runs + 1)][1:]


def _ratio(peer: Peer, everything: library.Apprise, channels: int) -> float:
    peer.calls()
    called = time.monotonic()
    assert asyncio.run(everything.async_notify(body=TEXT))
    calls = peer.calls()
    assert len(calls) == channels
    return (max(one.accepted for one in calls) - called) * 1000 / SLOWEST
