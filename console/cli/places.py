"""`skellat places`: what a list of places says, and putting it in the place of the old one."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from console import place_files, settings
from console.cli.main import home_option
from console.domain import place_list
from console.domain.place_list import NotAList, Report, Sheet

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


@click.group("places")
def command() -> None:
    """The schools, areas and roads that a message can name: config/places/*.csv."""


@command.command("check")
@_FILE
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(file: Path, as_json: bool) -> None:
    """Say what a CSV file comes to, row by row. Exit code 1 where a row would be refused."""
    with _told():
        found = place_files.sheet(file)
    if as_json:
        click.echo(json.dumps(_shown(found), indent=2, ensure_ascii=False))
    else:
        _say_sheet(found)
        click.echo(f"{len(found.places):,} places, {len(found.refused):,} rows refused.")
    sys.exit(1 if found.refused else 0)


@command.command("import")
@home_option
@click.argument("name", metavar="LIST")
@_FILE
@click.option("--write", is_flag=True, help="Put it in place; without this, only say.")
@click.option("--take-out", type=int, metavar="N", help="How many, where it takes out most.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_(
    home: Path, name: str, file: Path, write: bool, take_out: int | None, as_json: bool
) -> None:
    """Compare a CSV file with LIST (schools, areas, ...), row by row, and with --write replace it.

    The file is the whole list: what is not in it is taken out. Nothing is written while a row is
    refused. The old file is kept beside the new one.
    """
    if not _NAME.fullmatch(name):
        raise click.UsageError(f"{name!r} is no name of a list. Use one like schools or areas.")
    known = settings.load(home)
    folder = known.config / "places"
    with _told():
        found = place_list.compare(place_files.as_it_is(folder, name), place_files.sheet(file))
    against = _against(found, take_out)
    against += map(
        str, place_files.unfit(folder, known.templates / "incidents", name, found.sheet.places)
    )
    kept, written = None, write and not against
    if written:
        kept = place_files.put(folder, name, found.sheet.places, datetime.now(known.zone))
    if as_json:
        _say_json(found, against, written=written, kept=kept)
    else:
        _say(found, against, write=write, written=written, kept=kept)
    sys.exit(1 if against else 0)


def _against(found: Report, take_out: int | None) -> list[str]:
    """Why it cannot be put in place."""
    reasons = []
    if found.sheet.refused:
        reasons.append("Rows are refused. Mend them in the file first, or take them out of it")
    if not found.sheet.places:
        reasons.append("No place would be left")
    if found.takes_out_most and take_out != len(found.gone):
        gone = len(found.gone)
        reasons.append(
            f"It takes out {gone} of the places that are there, more than half. If that is right, "
            f"add --take-out {gone}"
        )
    return reasons


def _say_sheet(sheet: Sheet) -> None:
    for one in sheet.refused:
        click.echo(f"line {one.line}: refused: {one.written or '(blank)'}. {one.why}.")
    if sheet.ignored:
        click.echo(f"Columns that are not used: {', '.join(sheet.ignored)}.")


def _say(
    found: Report, against: list[str], *, write: bool, written: bool, kept: Path | None
) -> None:
    lines = found.sheet.lines
    for place in found.added:
        click.echo(f"line {lines[place.id]}: add {place.id}: {place.words}")
    for one in found.changed:
        click.echo(f"line {lines[one.after.id]}: change {one.after.id}: {one.words}")
    for place in found.gone:
        click.echo(f"take out {place.id}: {place.words}")
    _say_sheet(found.sheet)
    click.echo(
        f"{len(found.added):,} added, {len(found.changed):,} changed, {len(found.gone):,} taken "
        f"out, {found.same:,} as before, {len(found.sheet.refused):,} refused."
    )
    for reason in against:
        click.echo(f"{reason}.", err=True)
    if not written:
        click.echo("Nothing was written." + ("" if write or against else " Add --write to do it."))
        return
    click.echo("Written. Start Skellat again, so that every part of it reads the new list.")
    if kept:
        click.echo(f"The old list is kept in {kept.name}.")


def _say_json(found: Report, against: list[str], *, written: bool, kept: Path | None) -> None:
    shown = {
        "added": [one.id for one in found.added],
        "changed": {one.after.id: one.words for one in found.changed},
        "taken_out": [one.id for one in found.gone],
        "as_before": found.same,
        **_shown(found.sheet),
        "against": against,
        "written": written,
        "kept": kept.name if kept else "",
    }
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


def _shown(sheet: Sheet) -> dict[str, object]:
    refused = [{"line": one.line, "row": one.written, "why": one.why} for one in sheet.refused]
    return {"places": len(sheet.places), "refused": refused, "ignored": list(sheet.ignored)}


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotAList as unread:
        click.echo(f"The file cannot be used. {unread}.", err=True)
        sys.exit(1)
