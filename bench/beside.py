"""How fast the console answers while a crowd reads the public page on the same two cores."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.browser import Browser
from bench.council import council, spread
from bench.crowd import PAGE, READERS, served, snow_day
from bench.figures import Figure, percentile
from bench.peer import Peer

DELIVERIES, REQUESTS = 20, 200
LONG = 120
"""Seconds: longer than anything is measured beside it."""


def beside(peer: Peer, runs: int) -> Iterator[Figure]:
    """In turns, with the crowd and without it. Its readers stand elsewhere in life: what plays them
    here leaves the processors to both servers."""
    if not (wrk := shutil.which("wrk")):
        print("beside: skipped, there is no wrk (apt install wrk)")
        return
    quiet, crowded = [], []
    with council(peer, spread(DELIVERIES), web=True) as running:
        message = running.release().message
        running.settled(message)
        officer = Browser(running.ports.web).sign_in("officer@northbrae.example")
        page = f"/messages/{message}"
        with tempfile.TemporaryDirectory() as name, served(snow_day(Path(name))) as (port, _):
            for _ in range(runs):
                quiet.append(_p95(officer, page))
                with _reading(wrk, port):
                    crowded.append(_p95(officer, page))
    what = f"the message page, {DELIVERIES} deliveries, {REQUESTS} requests a run"
    yield Figure("alone_p95_ms", what, "ms", quiet)
    what = f"the same while {READERS} readers ask `skellat public serve` as fast as they can"
    yield Figure("beside_crowd_p95_ms", what, "ms", crowded, goal=40)
    ratio = [one / other for one, other in zip(crowded, quiet, strict=True)]
    yield Figure("beside_crowd", "beside_crowd_p95_ms / alone_p95_ms, run by run", "×", ratio)


def _p95(browser: Browser, path: str) -> float:
    for _ in range(10):
        browser.milliseconds(path)
    return percentile([browser.milliseconds(path) for _ in range(REQUESTS)], 0.95)


@contextmanager
def _reading(wrk: str, port: int) -> Iterator[None]:
    address = f"http://127.0.0.1:{port}/{PAGE}"
    command = ["nice", "-n", "19", wrk, "-t1", f"-c{READERS}", f"-d{LONG}s", address]
    crowd = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
        assert crowd.poll() is None, "the crowd went home before the end"
    finally:
        crowd.terminate()
        crowd.wait(20)
