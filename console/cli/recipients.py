"""`skellat recipients`: the people of a channel's list, from a file and out again."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from console import settings
from console.actions import desk, recipient_import, recipients
from console.actions.errors import NotFound
from console.actions.people import User
from console.actions.recipient_import import Report
from console.cli.main import home_option
from console.domain.policy import Role
from console.domain.recipient import masked
from console.domain.recipient_list import NotAList, text_of
from console.store import recipients as store
from console.store.engine import Sessions

COMMAND_LINE = User(id="", email="", name="command line", roles=frozenset({Role.CUSTODIAN}))


@click.group("recipients")
def command() -> None:
    """The people of channels with recipient_list = true."""


@command.command("import")
@home_option
@click.argument("channel")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="The file is the whole list: take others off.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_(
    home: Path, channel: str, file: Path, replace: bool, dry_run: bool, as_json: bool
) -> None:
    """Add the addresses of a CSV file, with a line for each row that is left out."""
    known = desk.prepare(settings.load(home))
    with _sessions(known) as sessions, _told(channel):
        text = text_of(file.read_bytes())
        with sessions.begin() as db:
            if dry_run:
                found = recipient_import.report(
                    db, known, channel=channel, text=text, replaces=replace
                )
            else:
                found = recipient_import.apply(
                    db,
                    known,
                    channel=channel,
                    text=text,
                    replaces=replace,
                    by=COMMAND_LINE,
                    now=datetime.now(UTC),
                )
    shown = _shown(found, done=not dry_run)
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for one in found.left:
        since = f" on {one.since:%Y-%m-%d}" if one.since else ""
        first = f", first in line {one.first}" if one.first else ""
        click.echo(f"line {one.row.line}: {one.why}{since}{first}")
    done = "would be " if dry_run else ""
    click.echo(
        f"{len(found.new):,} {done}added, {found.there:,} on the list already, "
        f"{len(found.left):,} left out, {len(found.off):,} {done}taken off."
    )


@command.command("list")
@home_option
@click.argument("channel")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(home: Path, channel: str, as_json: bool) -> None:
    """Count the people of a list, and show those who get nothing; addresses are masked."""
    known = desk.prepare(settings.load(home))
    with _sessions(known) as sessions, _told(channel):
        recipients.listed(known, channel)
        with sessions.read() as db:
            counts = {str(state): number for state, number in store.counts(db, channel).items()}
            rows = [
                {
                    "id": row.id,
                    "address": masked(row.address),
                    "state": row.state,
                    "since": row.changed_at.isoformat(timespec="seconds"),
                    "reason": row.reason,
                }
                for row in store.everybody(db, channel)
                if row.state != store.ACTIVE
            ]
    if as_json:
        whole = {"channel": channel, "counts": counts, "left_out": rows}
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['address']}  {row['state']}  {row['since']}  {row['reason']}")
    click.echo(", ".join(f"{number:,} {state}" for state, number in counts.items()))


@contextmanager
def _sessions(known: desk.Desk) -> Iterator[Sessions]:
    sessions = Sessions.of(known.settings)
    try:
        yield sessions
    finally:
        sessions.close()


@contextmanager
def _told(channel: str) -> Iterator[None]:
    """What is wrong, in a sentence."""
    try:
        yield
    except NotFound:
        said = f"{channel!r} is no channel with recipient_list = true in channels.toml."
        raise click.ClickException(said) from None
    except NotAList as unread:
        click.echo(f"The file cannot be used: {unread.why}.", err=True)
        sys.exit(1)


def _shown(found: Report, *, done: bool) -> dict[str, object]:
    return {
        "done": done,
        "rows": found.rows,
        "added": len(found.new),
        "there": found.there,
        "taken_off": len(found.off),
        "left_out": [
            {
                "line": one.row.line,
                "why": one.why,
                "address": masked(one.row.address),
                "since": one.since.isoformat(timespec="seconds") if one.since else None,
            }
            for one in found.left
        ],
    }
