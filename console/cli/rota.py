"""`skellat rota`: who is on duty in the next two weeks, and when nobody is."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from console import rota_words, settings
from console.actions import desk
from console.actions.duty import Duty, duty
from console.cli.as_json import as_json, json_option
from console.cli.main import home_option
from console.domain.rota import Span
from console.store.engine import Sessions


@click.group("rota")
def command() -> None:
    """The approvers' rota. It is kept in the console, at /rota."""


@command.command("list")
@home_option
@json_option
def list_(home: Path, json: bool) -> None:
    """Show who is on duty in the next two weeks, in the order of asking."""
    found = _read(home)
    if json:
        click.echo(as_json({"kept": found.kept, "spans": _spans(found, found.spans)}))
        return
    if not found.kept:
        click.echo("No rota is kept: everybody who may sign is asked at once.")
        return
    for one in found.spans:
        names = ", then ".join(found.names[person] for person in one.people)
        when = rota_words.span(one.begin, one.until, found.zone)
        click.echo(f"{when}  {names or 'NOBODY'}")


@command.command("gaps")
@home_option
@json_option
def gaps(home: Path, json: bool) -> None:
    """Show when nobody is on duty in the next two weeks, with exit code 1 where there is such a
    time."""
    found = _read(home)
    if json:
        click.echo(as_json({"kept": found.kept, "gaps": _spans(found, found.gaps)}))
    elif not found.kept:
        click.echo("No rota is kept: everybody who may sign is asked at once.")
    elif not found.gaps:
        click.echo("Somebody is on duty at every hour of the next two weeks.")
    else:
        for one in found.gaps:
            click.echo(f"{rota_words.gap(one, found.zone)}.")
    sys.exit(1 if found.gaps else 0)


def _read(home: Path) -> Duty:
    known = desk.prepare(settings.load(home))
    sessions = Sessions.of(known.settings)
    try:
        with sessions.read() as db:
            return duty(db, known, datetime.now(UTC))
    finally:
        sessions.close()


def _spans(found: Duty, spans: tuple[Span, ...]) -> list[dict[str, object]]:
    return [
        {
            "from": one.begin.astimezone(found.zone),
            "until": one.until.astimezone(found.zone),
            "people": [found.names[person] for person in one.people],
        }
        for one in spans
    ]
