"""A transaction that may be tried again, so that a database that restarts costs a moment only."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_fixed

from console.store.away import DatabaseAway, Why
from console.store.engine import Transaction
from console.web.context import web

Result = TypeVar("Result")

TRIES, PAUSE, LONGEST = 4, 0.4, 2.0
"""Seconds. A page that waited its whole patience for a lock is not tried again."""


def persist(act: Callable[[Transaction], Result]) -> Result:
    """Does the act in a transaction of its own; again, for 2 s at most, where the database went
    away. Only for an act that finds out by itself that it was done: a commit whose answer was lost
    may have been one. Raises `DatabaseAway`, unsettled where any of the tries was."""
    unsettled = False

    def once() -> Result:
        nonlocal unsettled
        try:
            with web().sessions.begin() as db:
                return act(db)
        except DatabaseAway as away:
            away.unsettled = unsettled = unsettled or away.unsettled
            raise

    again = Retrying(
        retry=retry_if_exception(_may_pass),
        stop=stop_after_attempt(TRIES) | stop_after_delay(LONGEST - PAUSE),
        wait=wait_fixed(PAUSE),
        reraise=True,
    )
    return again(once)


def _may_pass(error: BaseException) -> bool:
    """A full disk does not empty itself within a second."""
    return isinstance(error, DatabaseAway) and error.why is not Why.DISK
