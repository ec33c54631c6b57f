"""What the processes cost while nothing is due: processor time and memory."""

import time
from collections.abc import Iterator

import psutil

from bench.browser import Browser
from bench.council import Council, council, spread
from bench.figures import Figure
from bench.peer import Peer

SECONDS = 30
BYTES = 1_000_000


def rest(peer: Peer, _runs: int) -> Iterator[Figure]:
    """After a release that was watched, everything that one loads is loaded."""
    with council(peer, spread(20), web=True) as running:
        _use(running)
        idle = _idle(running)
        pss = _pss(running)
    what = f"processor time of a worker over {SECONDS} s with nothing due, Redis connected"
    yield Figure("idle_cpu_percent", what, "%", idle, goal=0.5)
    what = "web (2 processes), 2 workers, their parents, private Redis; 20 webhooks (PSS)"
    yield Figure("pss_mb", what, "MB", [pss], goal=220)
    with council(peer, spread(20), doorbell=False) as running:
        running.settled(running.release().message)
        idle = _idle(running)
    yield Figure("idle_without_redis_percent", "the same without Redis", "%", idle, goal=0.5)
    with council(peer, None, web=True) as running:
        _use(running)
        time.sleep(SECONDS / 3)
        pss = _pss(running)
    what = "the same with the shipped channels, Bluesky's and Mastodon's libraries among them"
    yield Figure("pss_all_networks_mb", what, "MB", [pss], goal=220)


def _use(running: Council) -> None:
    """One release, and people who watch it: both web processes and both workers have worked."""
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


def _pss(running: Council) -> float:
    """Every page counted once, in parts where several processes share it. Linux only."""
    private = running.stack.private
    assert private is not None
    assert private.pid is not None
    counted = [*running.family("web"), *running.family("worker"), psutil.Process(private.pid)]
    return sum(one.memory_full_info().pss for one in counted) / BYTES
