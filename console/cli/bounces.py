"""`skellat bounces`: takes one mail that came back, from a mail server that pipes it in."""

import sys
from pathlib import Path

import click

from console import settings
from console.actions import desk, returns
from console.cli.main import WRONG, home_option
from console.configuration import ConfigurationFaults
from console.domain import bounce
from console.store.away import DatabaseAway
from console.store.engine import Sessions, database_now

TRY_LATER = 75
"""EX_TEMPFAIL of sysexits.h, by which Postfix, Exim and procmail keep the mail and try again; with
any other code they would send it back to nobody, and it would be lost."""


@click.command("bounces")
@home_option
@click.option(
    "--to",
    "came_to",
    envvar=["ORIGINAL_RECIPIENT", "RECIPIENT"],
    default="",
    help="The address that it came to; Postfix's pipe has it as ${original_recipient}.",
)
def command(home: Path, came_to: str) -> None:
    """Read one mail from the standard input, and note what it says of a delivery.

    Exit code 0: it was read, whether it says something or not; 75: the mail server is to try again;
    2: [mail.bounces] in skellat.toml has no address.
    """
    try:
        known = desk.prepare(settings.load(home))
    except ConfigurationFaults:
        _later("the configuration cannot be used: run `skellat check`")
    mailbox = known.settings.mail.bounces
    if not mailbox.address:
        click.echo("[mail.bounces] in skellat.toml has no address.", err=True)
        sys.exit(WRONG)
    content = sys.stdin.buffer.read(bounce.MOST_BYTES)
    while sys.stdin.buffer.read(1 << 20):
        pass  # a mail server whose pipe is closed early takes that for a failure
    found = bounce.read(
        content, pattern=mailbox.address, secret=known.settings.secret, came_to=[came_to]
    )
    sessions = Sessions.of(known.settings)
    try:
        with sessions.begin() as db:
            new = returns.came_back(db, known, [found] if found else [], database_now(db))
    except DatabaseAway as error:
        _later(f"the database cannot be used: {error.why}")
    finally:
        sessions.close()
    click.echo("One delivery failed." if new else "Nothing to note.")


def _later(why: str) -> None:
    click.echo(why, err=True)
    sys.exit(TRY_LATER)
