"""`skellat audit`: proves the record unbroken, exports it, accepts one that was put back."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from console import settings
from console.cli import accept, erase
from console.cli.main import WRONG, home_option
from console.domain.audit import Break
from console.domain.checkpoint import origin_of, verifier
from console.domain.record_key import keys_of
from console.settings import Settings
from console.store import append_only, audit, erasing, record_check, record_export
from console.store.checkpoint_file import CheckpointFile
from console.store.engine import Sessions, Transaction

output_option = click.option(
    "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file."
)


@click.group("audit")
def command() -> None:
    """Verify and export the record; go on after a restore."""


command.add_command(accept.command)
command.add_command(erase.command)


@command.command("verify")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(home: Path, as_json: bool) -> None:
    """Check every entry of the record, its MAC, and every checkpoint. Names the first bad entry,
    with exit code 1."""
    known = settings.load(home)
    sessions = Sessions.of(known)
    with sessions.read() as db:
        number, digest = audit.head(db)
        broken = record_check.first_break(db, _outside(db, known))
        erased = erasing.erased(db)
    sessions.close()
    _say(broken, number, digest, erased, as_json=as_json)
    sys.exit(1 if broken else 0)


@command.command("export")
@home_option
@click.option("--incident", default="", help="Only the entries of this incident in full.")
@click.option("--output", type=click.File("wb"), default="-", help="A file.")
@click.option("--checkpoints", type=click.File("w", encoding="utf-8"), help="A file for them.")
def export(home: Path, incident: str, output: BinaryIO, checkpoints: TextIO | None) -> None:
    """Write the record as JSON Lines, for whoever wants to verify it: docs/verify.md."""
    known = settings.load(home)
    sessions = Sessions.of(known)
    with sessions.read() as db:
        found = record_export.opened(
            db, council=known.council.name, incident=incident, now=datetime.now(UTC)
        )
        if found is None:
            click.echo("Nothing is on the record yet.", err=True)
            sys.exit(WRONG)
        output.writelines(found.lines(db))
        if checkpoints:
            checkpoints.writelines(found.checkpoints(db))
    sessions.close()


@command.command("public-key")
@home_option
def public_key(home: Path) -> None:
    """Print the keys that outsiders verify with, the present one first. Publish them."""
    known = settings.load(home)
    sessions = Sessions.of(known)
    with sessions.read() as db:
        first = audit.first(db)
    sessions.close()
    if not first:
        click.echo("Nothing is on the record yet.", err=True)
        sys.exit(WRONG)
    for one in keys_of(known.secret, known.past_secrets).all:
        click.echo(verifier(origin_of(first), one))


@command.command("mac-keys")
@home_option
@output_option
def mac_keys(home: Path, output: TextIO) -> None:
    """Write the MACs' keys, for a verifier whom you trust with them: who has them can forge."""
    known = settings.load(home)
    for name, key in keys_of(known.secret, known.past_secrets).macs.items():
        output.write(f"{name} {key.hex()}\n")


@command.command("grants")
@click.argument("role")
def grants(role: str) -> None:
    """Print the SQL that lets a PostgreSQL role work, and only add to the record."""
    try:
        click.echo(append_only.grants(role), nl=False)
    except ValueError:
        raise click.BadParameter(f"{role!r} is not the name of a role") from None


def _outside(db: Transaction, known: Settings) -> Iterator[str]:
    first = audit.first(db)
    return CheckpointFile(known.checkpoints, first).notes() if first else iter(())


def _say(
    broken: Break | None, number: int, digest: str, erased: Sequence[int], *, as_json: bool
) -> None:
    if as_json:
        state = {"intact": broken is None, "entries": number, "head": digest, "erased": erased}
        if broken:
            state |= {"first_bad": broken.number, "what": broken.what}
        click.echo(json.dumps(state))
    elif broken:
        click.echo(f"BROKEN at entry {broken.number}: {broken.what}.")
    else:
        click.echo(f"Unbroken: {number} entries, head {digest}.")
        if erased:
            listed = ", ".join(map(str, erased))
            click.echo(f"Of them {len(erased)} erased, each with a later one about it: {listed}.")
