"""What every page has at hand: the desk, the database, the doorbell and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app

from console.actions.desk import Desk
from console.doorbell import MOST, Doorbell
from console.store import presence
from console.store.away import DatabaseAway
from console.store.engine import Sessions

KEY = "skellat"
LATELY = timedelta(seconds=15)
"""A worker that was not seen for this long is not counted on."""


@dataclass(frozen=True)
class Web:
    desk: Desk
    sessions: Sessions
    doorbell: Doorbell
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def now(self) -> datetime:
        return self.clock()

    def ring(self) -> None:
        """After a commit: wakes every worker that was seen lately. Never raises: what is committed
        is done, whatever becomes of the database now."""
        try:
            with self.sessions.read() as db:
                workers = len(presence.since(db, self.now - LATELY))
        except DatabaseAway:
            workers = MOST
        self.doorbell.ring(workers)


def web() -> Web:
    """The `Web` of the application that answers this request."""
    found: Web = current_app.extensions[KEY]
    return found
