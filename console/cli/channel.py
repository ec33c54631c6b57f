"""`skellat channel`: the register of channels from the command line."""

import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import click

from console import handover_words, register_words, settings
from console.actions import estate as estates
from console.actions import keeping, people
from console.actions.estate import Account, Estate
from console.actions.leaving import Handover
from console.cli import channel_check, channel_networks, channel_new
from console.cli.as_json import as_json, json_option
from console.cli.main import home_option
from console.cli.ready import opened
from console.domain.handover import Line
from console.domain.register import Red
from console.store.engine import Transaction


@click.group("channel")
def command() -> None:
    """List and check the accounts, hand them over, and add networks."""


command.add_command(channel_check.command)
command.add_command(channel_networks.command)
command.add_command(channel_new.command)


@command.command("list")
@home_option
@json_option
def list_(home: Path, json: bool) -> None:
    """List every account in the register, with what is wrong with it."""
    known = settings.load(home)
    with opened(known) as sessions, sessions.read() as db:
        estate = estates.estate(db, by=None, now=datetime.now(UTC))
    if json:
        click.echo(as_json(_for_programs(estate, known.zone)))
        return
    for account in estate.accounts:
        click.echo("\n".join(_lines(account, known.zone)))
    if estate.hold:
        click.echo(register_words.held(estate.hold, _clock(estate.hold.at, known.zone)))
    if estate.accounts:
        click.echo(register_words.bus_factor(estate))
    else:
        click.echo("The register is empty. Channels enter it from channels.toml at every start.")


def _for_programs(estate: Estate, zone: tzinfo) -> dict[str, object]:
    return {
        "accounts": [
            account.__dict__
            | {"bus_factor": account.bus_factor}
            | {"reds": [_red(account, one, zone) for one in account.reds]}
            for account in estate.accounts
        ],
        "hold": estate.hold,
        "bus_factor": estate.bus_factor,
    }


def _red(account: Account, one: Red, zone: tzinfo) -> dict[str, str]:
    what, to_do = register_words.red(one, account, zone)
    return {"red": str(one), "what": what, "to_do": to_do}


def _lines(account: Account, zone: tzinfo) -> Iterator[str]:
    ours = "" if account.ours else ", not from Skellat"
    practice = ", on practice networks" if account.practice else ""
    named = f"{account.title} ({account.network}) {account.handle}"
    yield f"{account.name}  {named}: {account.status}{ours}{practice}"
    keepers = [one.name + ("" if one.active else " (closed)") for one in account.custodians]
    yield f"    Custodians: {register_words.listed(keepers) or 'nobody'}. {_checked(account, zone)}"
    for one in account.reds:
        yield "    ! " + " ".join(register_words.red(one, account, zone))
    if account.hold:
        clock = _clock(account.hold.at, zone)
        yield f"    ! {register_words.held(account.hold, clock, account.title)}"


def _checked(account: Account, zone: tzinfo) -> str:
    if account.check is None:
        return "Never checked." if account.ours else "Not checked from here."
    outcome = "passed" if account.check.passed else "failed"
    return f"Last check: {outcome}, {_clock(account.check.at, zone)}."


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M} on {register_words.day(at, zone)}"


@command.command("handover")
@home_option
@json_option
@click.argument("person")
def handover(home: Path, json: bool, person: str) -> None:
    """Print all that PERSON (an e-mail address) holds, and what is left to do.

    Exit code 1 while something is left.
    """
    with opened(settings.load(home)) as sessions, sessions.read() as db:
        found = keeping.handover(db, _id_of(db, person))
    if json:
        whose = {"email": found.person.email, "name": found.person.name}
        lines = [_line_for_programs(one) for one in found.lines]
        whole = whose | {"active": found.person.active, "left": found.left, "lines": lines}
        click.echo(as_json(whole))
    else:
        _print(found)
    sys.exit(1 if found.left else 0)


def _id_of(db: Transaction, person: str) -> str:
    """Also of somebody whose account is closed: their keys may still turn."""
    wanted = person.strip().casefold()
    for one in people.everybody(db):
        if one.email.casefold() == wanted:
            return one.id
    told = f"There is no account {person}. `skellat user list` shows them all."
    raise click.ClickException(told)


def _print(found: Handover) -> None:
    state = "" if found.person.active else " (account closed)"
    click.echo(f"{found.person.name} <{found.person.email}>{state}")
    for line in found.lines:
        click.echo(f"  {line.title} ({line.channel}), {_what(line)}: {handover_words.left(line)}")
    if not found.lines:
        click.echo("  holds nothing, and never did.")
    elif found.left:
        click.echo(f"{found.left} of {len(found.lines)} left.")
    else:
        click.echo("Nothing is left: the account can be closed.")


def _what(line: Line) -> str:
    return handover_words.THINGS[line.what].lower()


def _line_for_programs(line: Line) -> dict[str, object]:
    stands = {"step": line.step, "done": line.done, "left": handover_words.left(line)}
    return {field.name: getattr(line, field.name) for field in fields(line)} | stands
