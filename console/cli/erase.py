"""`skellat audit erase`: two people take words out of the record, for whoever has a right to it."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from console import settings
from console.actions import desk, entering, erasing, people
from console.actions.desk import Desk
from console.actions.entering import Visitor
from console.actions.erasing import NotErasable, SamePerson, TooMany
from console.actions.errors import NotFound, NotPermitted, Obstacle, ReasonMissing
from console.actions.people import User
from console.actions.tries import TryLater
from console.cli.main import WRONG, home_option
from console.domain.audit import Entry
from console.store import erasing as stored
from console.store.engine import Sessions

_NOT_THIS_ROLE = (
    "Nothing was erased: this database role may add to the record and no more. "
    "Set SKELLAT_DATABASE_URL to the role that owns the tables."
)
_HERE = Visitor(address="command line", agent="command line")


@click.command("erase")
@home_option
@click.option("--entries", "listed", required=True, metavar="N[,N]", help="Their numbers.")
@click.option("--reason", required=True, help="Stands on the record; name nobody in it.")
@click.option("--by", "by_email", required=True, metavar="EMAIL", help="An administrator.")
@click.option(
    "--second", "second_email", required=True, metavar="EMAIL",
    help="An auditor or another administrator, who agrees.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask whether these are the ones.")
def command(
    home: Path, listed: str, reason: str, by_email: str, second_email: str, yes: bool
) -> None:
    """Take the words out of entries of the record: who did it, and all that they say.

    Their numbers, times, actions and digests stay, and the record can still be verified. Both
    people type a code of their authenticator app, or from paper. It cannot be undone, and does not
    reach exports and backups: docs/verify.md.
    """
    numbers = _numbers(listed)
    known = settings.load(home)
    sessions = Sessions.of(known)
    try:
        _go(sessions, desk.prepare(known), numbers, reason, (by_email, second_email), yes=yes)
    except Obstacle as wrong:
        click.echo(_words(wrong), err=True)
        sys.exit(1)
    except stored.MayNot:
        click.echo(_NOT_THIS_ROLE, err=True)
        sys.exit(1)
    finally:
        sessions.close()


def _go(
    sessions: Sessions,
    ready: Desk,
    numbers: Sequence[int],
    reason: str,
    emails: tuple[str, str],
    *,
    yes: bool,
) -> None:
    with sessions.read() as db:
        by, second = (people.known(db, one) for one in emails)
        found, others = erasing.readied(db, numbers), stored.speaking_of(db, numbers)
    _show(found, [one for one in others if one.number not in numbers])
    if not (yes or click.confirm("Take the words out of them for ever?")):
        click.echo("Nothing was changed.", err=True)
        sys.exit(WRONG)
    for person in (by, second):
        _prove(sessions, ready, person)
    with sessions.begin() as db:
        erasing.erase(
            db, numbers=numbers, reason=reason, by=by, second=second, now=datetime.now(UTC)
        )
    if not stored.sweep(sessions):
        click.echo("The words may be in the database's log until Skellat is stopped once.")
    click.echo("Erased. Auditors and administrators are told by mail.")


def _numbers(listed: str) -> list[int]:
    parts = [one.strip() for one in listed.split(",")]
    if not all(one.isdecimal() and len(one) < 10 for one in parts):
        raise click.BadParameter("write numbers with commas between them, such as 12,15")
    return sorted({int(one) for one in parts})


def _show(found: Sequence[Entry], others: Sequence[Entry]) -> None:
    """Not their words: the screen may be seen by others."""
    for one in found:
        click.echo(f"  {one.number}  {one.at[:19]}  {one.action}  {one.subject}")
    if others:
        click.echo("These speak of them, may have the same words, and stay:")
    for one in others:
        click.echo(f"  {one.number}  {one.at[:19]}  {one.action}  {one.subject}")


def _prove(sessions: Sessions, ready: Desk, person: User) -> None:
    code = click.prompt(f"Code of {person.email}", hide_input=True)
    with sessions.begin() as db:
        right = entering.try_code(db, ready, person, code, _HERE, datetime.now(UTC))
    if not right:
        click.echo("That code is wrong, was used before, or there is no second factor.", err=True)
        sys.exit(1)


def _words(wrong: Obstacle) -> str:
    match wrong:
        case NotFound(noun=noun, name=name):
            return f"There is no {noun} {name}."
        case NotErasable(entry=entry) if entry.erased:
            return f"Entry {entry.number} was erased already, by entry {entry.erased}."
        case NotErasable(entry=entry):
            return f"Entry {entry.number} has to stay: Skellat goes by it."
        case NotPermitted():
            return "It takes an administrator, and an auditor or another administrator."
        case SamePerson():
            return "It takes two people."
        case TooMany():
            return f"{erasing.MOST} entries at once are the most."
        case ReasonMissing():
            return "Say why."
        case TryLater():
            return "There were too many wrong codes. Try again later."
    raise wrong
