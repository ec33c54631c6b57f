"""`skellat audit accept-restore`: a person takes an older copy of the database for the truth."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from console import settings
from console.actions import restored
from console.actions.restored import Doubtful
from console.cli.main import WRONG, home_option
from console.domain.anchor import Older
from console.store import audit
from console.store.anchors import Anchors, Compared, Unreadable, compare, stands
from console.store.audit import Actor
from console.store.checkpoint_file import CheckpointFile
from console.store.engine import Sessions, Transaction


@click.command("accept-restore")
@home_option
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option(
    "--anyway",
    is_flag=True,
    help="Also where nothing tells of it: the state folder was lost, or put back as well.",
)
def command(home: Path, yes: bool, anyway: bool) -> None:
    """Go on with a database that was put back to an earlier state.

    Says what the record lacks. Everything that may have been sent since is held for people, who
    look whether it was published; nothing of it is sent by itself.
    """
    known = settings.load(home)
    sessions = Sessions.of(known)
    try:
        _go(sessions, Anchors(home), known.checkpoints, yes=yes, anyway=anyway)
    finally:
        sessions.close()


def _go(
    sessions: Sessions, anchors: Anchors, checkpoints: Path, *, yes: bool, anyway: bool
) -> None:
    with sessions.read() as db:
        found, why = _compared(db, anchors)
        doubts = restored.doubtful(db)
    if found is not None and found.newest is None:
        click.echo("This database has no record yet: there is nothing to accept.")
        return
    if found is not None and found.older is None and not anyway:
        click.echo("This database has everything that was seen of it: there is nothing to accept.")
        return
    click.echo(why)
    _show(doubts)
    if not (yes or click.confirm("Go on with this copy?")):
        click.echo("Nothing was changed. Sending stays as it was.", err=True)
        sys.exit(WRONG)
    _accept(sessions, anchors, checkpoints, found)
    click.echo(f"Accepted. {len(doubts)} are held for people, on the pages of their incidents.")


def _compared(db: Transaction, anchors: Anchors) -> tuple[Compared | None, str]:
    """What is known, and the words for it; None where the anchor itself cannot be read."""
    try:
        found = compare(db, anchors)
    except Unreadable as wrong:
        return None, f"{wrong.path} was changed by somebody: nothing can be told by it."
    return found, _lacks(found.older) if found.older else "Nothing tells what this copy lacks."


def _lacks(older: Older) -> str:
    seen = older.anchor
    if older.cut_off:
        return (
            f"The record ends at entry {older.last}. Entry {seen.number} was seen, of {seen.at}: "
            f"entries {older.last + 1} to {seen.number} are missing."
        )
    return (
        f"The record does not have entry {seen.number} as it was seen, of {seen.at}, or what was "
        "about to be sent then: its end was replaced after the copy was put back."
    )


def _show(doubts: list[Doubtful]) -> None:
    if not doubts:
        click.echo("Nothing in it waits to be sent or approved.")
        return
    click.echo("In this copy these may have been sent since, and will be held for people:")
    for one in doubts:
        click.echo(f"  {one.what or 'a message'}, {one.state}: {one.incident}")


def _accept(
    sessions: Sessions, anchors: Anchors, checkpoints: Path, found: Compared | None
) -> None:
    """The anchor last: where this is cut short, sending stays blocked, and it is done again."""
    older = found.older if found else None
    with sessions.begin() as db:
        last, _ = audit.head(db)
        missing = restored.missing(older.anchor, last) if older else {"last": last}
        restored.accept(db, missing=missing, by=Actor("command line"), now=datetime.now(UTC))
    with sessions.read() as db:
        newest = stands(db)
    assert newest is not None
    CheckpointFile(checkpoints, newest.database).begin_anew()
    anchors.begin_anew(newest)
