"""What the processes cost while nothing is due: processor time and memory."""

import time
from collections.abc import Iterator, Sequence

import psutil

from bench.browser import Browser
from bench.council import Council, Destination, council, spread
from bench.figures import Figure
from bench.peer import Peer

SECONDS = 30
BYTES = 1_000_000


def rest(peer: Peer, _runs: int) -> Iterator[Figure]:
    """After a release that was watched, everything that one loads is loaded."""
    with council(peer, spread(20), web=True) as running:
        _use(running)
        idle = _idle(running)
    what = f"processor time of a worker over {SECONDS} s with nothing due, Redis connected"
    yield Figure("idle_cpu_percent", what, "%", idle, goal=0.5)
    with council(peer, spread(20), doorbell=False) as running:
        running.settled(running.release().message)
        idle = _idle(running)
    yield Figure("idle_without_redis_percent", "the same without Redis", "%", idle, goal=0.5)
    what = "web, 2 workers, their parents and Redis of `skellat up` at rest; 20 webhooks (PSS)"
    pss, everything = _at_rest(peer, spread(20))
    yield Figure("pss_mb", what, "MB", [pss], goal=220)
    what = "the same, and what it needs besides: `skellat up` itself and the practice networks"
    yield Figure("pss_whole_mb", what, "MB", [everything])
    what = "pss_mb with the shipped channels, Bluesky's and Mastodon's libraries among them"
    yield Figure("pss_all_networks_mb", what, "MB", [_at_rest(peer, None)[0]], goal=220)


def _at_rest(peer: Peer, destinations: Sequence[Destination] | None) -> tuple[float, float]:
    with council(peer, destinations, whole=True) as running:
        _use(running)
        time.sleep(SECONDS)
        return _pss(running)


def _use(running: Council) -> None:
    """One release, and people who watch it: the web and both workers have worked."""
    message = running.release().message
    running.settled(message)
    for _ in range(8):
        officer = Browser(running.ports.web).sign_in("officer@northbrae.example")
        for path in ("/", f"/messages/{message}", f"/messages/{message}/board"):
            officer.milliseconds(path)


def _idle(running: Council) -> list[float]:
    """Of each worker, in percent of a core."""
    time.sleep(5)
    workers = running.family("worker")[1:]
    before = [_seconds(one) for one in workers]
    time.sleep(SECONDS)
    pairs = zip(workers, before, strict=True)
    return [(_seconds(one) - used) * 100 / SECONDS for one, used in pairs]


def _seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


def _pss(running: Council) -> tuple[float, float]:
    """Megabytes of what the goal names, and of everything. Every page is counted once, in parts
    where several processes share it. Linux only, also for the parts' names."""
    up, *parts = running.family("up")
    practice = next(one for one in parts if one.name() == "skellat practic")
    each = {one: one.memory_full_info().pss / BYTES for one in (up, *parts)}
    everything = sum(each.values())
    return everything - each[up] - each[practice], everything
