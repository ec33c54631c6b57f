"""Waits for something to become true, as briefly as possible."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Found = TypeVar("Found")


def until(found: Callable[[], Found], seconds: float = 60) -> Found:
    """What ``found`` returns once it is true. Fails after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        result = found()
        if result:
            return result
        assert time.monotonic() < end, f"still {result!r} after {seconds} s"
        time.sleep(0.02)


@contextmanager
def machine_time() -> Iterator[Callable[[], float]]:
    """Seconds since, but for those in which this machine let nobody run: for what is promised in
    so many seconds. A thread that sleeps 20 ms at a time says by how much later it was woken."""
    begun = time.monotonic()
    seen, over = (begun, 0.0), threading.Event()

    def sleep() -> None:
        nonlocal seen
        while not over.wait(0.02):
            seen = (time.monotonic(), seen[1] + _lost_since(seen[0]))

    def passed() -> float:
        woken, lost = seen
        return time.monotonic() - begun - lost - _lost_since(woken)

    thread = threading.Thread(target=sleep)
    thread.start()
    try:
        yield passed
    finally:
        over.set()
        thread.join()


def _lost_since(woken: float) -> float:
    return max(time.monotonic() - woken - 0.1, 0.0)
