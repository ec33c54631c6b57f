"""Waits for something to become true, as briefly as possible."""

import time
from collections.abc import Callable
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
