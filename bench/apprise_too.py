"""The same channels on the same servers through Apprise, the library that most would reach for."""

import asyncio
import logging
import time

import apprise

from bench.council import TEXT
from bench.fanout import SLOWEST
from bench.peer import Peer, latencies


def apprise_ratios(peer: Peer, channels: int, runs: int) -> list[float]:
    """From the call to the last acceptance, against the slowest channel's own latency. The first
    run is not counted."""
    logging.getLogger("apprise").setLevel(logging.ERROR)
    everything = apprise.Apprise()
    for place, milliseconds in enumerate(latencies(channels)):
        assert everything.add(f"json://127.0.0.1:{peer.port}/{milliseconds}/channel-{place:03}")
    return [_ratio(peer, everything, channels) for _ in range(runs + 1)][1:]


def _ratio(peer: Peer, everything: apprise.Apprise, channels: int) -> float:
    peer.calls()
    called = time.monotonic()
    assert asyncio.run(everything.async_notify(body=TEXT))
    calls = peer.calls()
    assert len(calls) == channels
    return (max(one.accepted for one in calls) - called) * 1000 / SLOWEST
