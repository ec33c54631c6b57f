"""Told to stop by a signal, and waiting for that without a lock.

A handler runs in the middle of whatever the main thread does. `threading.Event.set` in it waits for
ever where that was `Event.wait`, since both take the same lock: https://docs.python.org/3/library/signal.html#signals-and-threads
"""

import os
import select
import signal
from collections.abc import Iterable
from types import FrameType


class Stop:
    """For the main thread. Replaces the handlers of these signals."""

    def __init__(self, signals: Iterable[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> None:
        self.asked = False
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        for one in signals:
            signal.signal(one, self._ask)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it was asked for; at the latest after this time."""
        if not self.asked:
            select.select([self._read], [], [], seconds)
        return self.asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if first:
            os.write(self._write, b".")
