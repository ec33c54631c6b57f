"""Keeps the public side as files: written when an entry appears, and again by every look.

It reads the entries and writes files; it asks no database and no Redis. Each worker process has
one, and any of them does: whoever holds the lock writes, so that a worker that dies is replaced by
the next look of another.
"""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from console.actions import public_side
from console.actions.desk import Desk
from console.domain.incident import Mode
from console.public.site import Side
from console.public.writing import Writer

GOODBYE = 2.0
"""Seconds that a stop waits for what is being written; the next worker goes on with it."""
LOCK = "public-site.lock"

log = logging.getLogger(__name__)


def now_() -> datetime:
    return datetime.now(UTC)


class SiteKeeper:
    def __init__(self, desk: Desk, clock: Callable[[], datetime] = now_) -> None:
        self._desk, self._clock = desk, clock
        self._folders = tuple(public_side.folders(desk, Mode.ACTUAL))
        self._publisher = public_side.publisher(desk.settings)
        self._writer = Writer(desk.settings.public_site)
        self._tick = desk.settings.timing.tick.total_seconds()
        self._stopping = threading.Event()
        self._bell = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="public-site", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """Something was published: write now."""
        self._bell.set()

    def stop(self) -> None:
        self._stopping.set()
        self._bell.set()
        self._thread.join(GOODBYE)

    def look(self) -> int:
        """Writes what is not there yet; returns how many files that were. Raises `OSError`."""
        with _alone(self._desk.settings.home / LOCK) as mine:
            if not mine:
                return 0
            side = Side(self._folders, self._publisher, self._clock())
            return self._writer.write(side)

    def _keep(self) -> None:
        told = ""
        while not self._stopping.is_set():
            try:
                self.look()
                told = ""
            except OSError as error:
                said = f"the public side is not written: {error.strerror}"
                if said != told:  # a full disk is told once, and tried again
                    log.error("%s", said)
                told = said
            except Exception:
                log.exception("the public side could not be made")
            self._bell.wait(self._tick)
            self._bell.clear()


@contextmanager
def _alone(place: Path) -> Iterator[bool]:
    """Whether this is the one that writes now. The lock ends with its process."""
    with place.open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
