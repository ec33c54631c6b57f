"""The database is busy, away or on a full disk: one fact for SQLite and PostgreSQL alike."""

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree


class Why(StrEnum):
    BUSY = "busy"
    """Somebody else holds what is needed, and did not let go of it in time."""
    DISK = "disk"
    """Its disk takes nothing more: it is full, faulty, or was made read-only."""
    AWAY = "away"
    """It restarts, or cannot be reached."""


class DatabaseAway(OperationalError):
    """The transaction was not done, and the same one may well be done later.

    ``unsettled``: the database went away while committing, so it may have been done after all.
    """

    def __init__(self, why: Why, cause: BaseException, *, unsettled: bool) -> None:
        # Without statement and parameters: words and names do not belong into a log.
        super().__init__(None, None, cause)
        self.why, self.unsettled = why, unsettled


def away(error: DBAPIError | NoneFree, *, committing: bool) -> DatabaseAway | None:
    """The fact in this error; None where it is that fact already, and for any other, such as a
    table that there is not."""
    if isinstance(error, DatabaseAway):
        return None
    if isinstance(error, NoneFree):
        return DatabaseAway(Why.BUSY, error, unsettled=False)
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind: https://www.sqlite.org/rescode.html
        code = getattr(cause, "sqlite_errorcode", 0)
        why = _SQLITE.get(code & 0xFF)
        # What could not be written is not in the journal; what could not be synced may be.
        sure = code & 0xFF != sqlite3.SQLITE_IOERR or code == sqlite3.SQLITE_IOERR_WRITE
    else:
        state = getattr(cause, "sqlstate", None)
        lost = error.connection_invalidated or (
            state is None and isinstance(error, OperationalError)
        )
        why = Why.AWAY if lost else _postgresql(state or "")
        sure = why is not Why.AWAY
    if why is None or cause is None:
        return None
    return DatabaseAway(why, cause, unsettled=committing and not sure)


def _postgresql(state: str) -> Why | None:
    return next((why for begin, why in _POSTGRESQL.items() if state.startswith(begin)), None)


_SQLITE = {
    sqlite3.SQLITE_BUSY: Why.BUSY,
    sqlite3.SQLITE_LOCKED: Why.BUSY,
    sqlite3.SQLITE_PROTOCOL: Why.BUSY,
    sqlite3.SQLITE_FULL: Why.DISK,
    sqlite3.SQLITE_IOERR: Why.DISK,
    sqlite3.SQLITE_READONLY: Why.DISK,
    sqlite3.SQLITE_CANTOPEN: Why.AWAY,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "40": Why.BUSY,  # a deadlock, or two that could not be put in order
    "55P03": Why.BUSY,  # a lock that was not to be had in time
    "57014": Why.BUSY,  # a statement that took too long
    "25P03": Why.BUSY,  # it stood still for too long, in the middle of a transaction
    "53100": Why.DISK,
    "58030": Why.DISK,
    "53": Why.AWAY,  # no connection or memory left
    "08": Why.AWAY,
    "57P": Why.AWAY,  # it shuts down, crashed, or starts up
    "25006": Why.AWAY,  # a standby, not yet taken over
}
