"""The database for a command that needs it; where it is not ready, what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from console.settings import Settings
from console.store import readiness
from console.store.engine import Sessions
from console.store.readiness import Database

WHAT_TO_DO = {
    Database.OTHER_SCHEMA: "The database has not this version's tables. Run `skellat migrate`.",
    Database.UNREACHABLE: "The database cannot be reached. Start it, or correct its address.",
}


@contextmanager
def opened(known: Settings) -> Iterator[Sessions]:
    """Raises `click.ClickException`, which ends the command with exit code 1."""
    sessions = Sessions.of(known)
    try:
        found = readiness.database(sessions)
        if found is not Database.READY:
            raise click.ClickException(WHAT_TO_DO[found])
        yield sessions
    finally:
        sessions.close()
