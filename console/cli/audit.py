"""`skellat audit`: proves the record unbroken, exports it, accepts one that was put back."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click

from console import settings
from console.cli import accept
from console.cli.main import home_option
from console.domain.audit import Break, Entry, first_break
from console.store import audit
from console.store.engine import Sessions

STEP = 10_000


@click.group("audit")
def command() -> None:
    """Verify and export the record; go on after a restore."""


command.add_command(accept.command)


@command.command("verify")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(home: Path, as_json: bool) -> None:
    """Check every entry of the record. Names the first bad one, with exit code 1."""
    sessions = Sessions.of(settings.load(home))
    with sessions.read() as db, closing(audit.entries(db)) as entries:
        number, digest = audit.head(db)
        broken = first_break(_with_progress(entries, number), head=(number, digest))
    sessions.close()
    _say(broken, number, digest, as_json=as_json)
    sys.exit(1 if broken else 0)


@command.command("export")
@home_option
@click.option("--incident", help="Only the entries of this incident.")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="A file.")
def export(home: Path, incident: str | None, output: TextIO) -> None:
    """Write the record as JSON Lines, one entry a line, in order."""
    sessions = Sessions.of(settings.load(home))
    with sessions.read() as db:
        for entry in audit.entries(db, incident=incident):
            output.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
    sessions.close()


def _with_progress(entries: Iterator[Entry], total: int) -> Iterator[Entry]:
    """Says how far it is, to people, where it takes long enough to wonder."""
    for place, entry in enumerate(entries, 1):
        if place % STEP == 0 and sys.stderr.isatty():
            click.echo(f"\r{place} of {total}", nl=False, err=True)
        yield entry


def _say(broken: Break | None, number: int, digest: str, *, as_json: bool) -> None:
    if as_json:
        state = {"intact": broken is None, "entries": number, "head": digest}
        if broken:
            state |= {"first_bad": broken.number, "what": broken.what}
        click.echo(json.dumps(state))
    elif broken:
        click.echo(f"BROKEN at entry {broken.number}: {broken.what}.")
    else:
        click.echo(f"Unbroken: {number} entries, head {digest}.")
