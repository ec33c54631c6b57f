"""`skellat user`: accounts from the command line, the first one above all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from console import handover_words, settings
from console.actions import passwords, people
from console.actions.errors import NotFound, Obstacle
from console.actions.leaving import StillHolds
from console.actions.passwords import TooEasy, TooLong
from console.actions.people import NotAnAddress, Taken, TooShort
from console.cli.main import home_option
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.engine import Sessions, Transaction

COMMAND_LINE = Actor("command line")


@click.group("user")
def command() -> None:
    """Add, list and disable accounts."""


@command.command("add")
@home_option
@click.argument("email")
@click.option("--name", required=True, help="As it stands on the record.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([str(one) for one in Role])
)
def add(home: Path, email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add an account. Asks for the password, and for the sign-off PIN of an approver."""
    password = click.prompt(
        "Password (15 characters or more)", hide_input=True, confirmation_prompt=True
    )
    pin = ""
    if str(Role.APPROVER) in roles:
        pin = click.prompt(
            "Sign-off PIN (6 digits or more)", hide_input=True, confirmation_prompt=True
        )

    council = settings.load(home).council.name

    def act(db: Transaction) -> None:
        passwords.must_do(password, (council, name, email))
        chosen = [Role(one) for one in roles]
        people.add(
            db,
            email=email,
            name=name,
            roles=chosen,
            password=password,
            pin=pin,
            by=COMMAND_LINE,
            now=datetime.now(UTC),
        )

    _change(home, act)
    click.echo(f"{email} can sign in.")


@command.command("list")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(home: Path, as_json: bool) -> None:
    """List every account, with its roles."""
    sessions = Sessions(settings.load(home).database_url)
    with sessions.read() as db:
        everybody = people.everybody(db)
    if as_json:
        rows = [
            {"email": one.email, "name": one.name, "roles": sorted(one.roles), "active": one.active}
            for one in everybody
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for one in everybody:
        state = "" if one.active else "  (disabled)"
        click.echo(f"{one.email}  {one.name}  {', '.join(sorted(one.roles))}{state}")
    if not everybody:
        click.echo("No accounts yet. Add the first: skellat user add EMAIL --name NAME --role ROLE")


@command.command("disable")
@home_option
@click.argument("email")
@click.option(
    "--anyway",
    metavar="REASON",
    default="",
    help="Close it though it still holds keys of channels. Goes on the record.",
)
def disable(home: Path, email: str, anyway: str) -> None:
    """Close an account at once; its sessions, links and tokens end with it.

    Somebody who still holds keys of channels hands them over first.
    """
    now = datetime.now(UTC)
    _change(
        home,
        lambda db: people.disable(db, email=email, by=COMMAND_LINE, now=now, anyway=anyway),
    )
    click.echo(f"{email} is disabled.")


@command.command("reset")
@home_option
@click.argument("email")
@click.option(
    "--second-step",
    is_flag=True,
    help="Also take away passkeys, authenticator app and recovery codes: everything was lost.",
)
def reset(home: Path, email: str, second_step: bool) -> None:
    """Give a link by which somebody chooses a new password: once, and within the hour.

    Make sure who asks before you pass it on. A second step that they have stays, unless it is taken
    away as well; then their role may have them set up a new one at once.
    """
    made: list[passwords.Reset] = []

    def act(db: Transaction) -> None:
        made.append(
            passwords.offer_reset(
                db,
                email=email,
                by=COMMAND_LINE,
                now=datetime.now(UTC),
                second_factor=second_step,
            )
        )

    _change(home, act)
    known = settings.load(home)
    until = made[0].expires_at.astimezone(known.zone)
    click.echo(f"For {made[0].user.name}, once, until {until:%H:%M}:")
    click.echo(f"{known.console.base_url}/reset/{made[0].token}")


@command.command("token")
@home_option
@click.argument("email")
@click.option("--name", required=True, help="What it is for, such as: gritting sensor.")
def token(home: Path, email: str, name: str) -> None:
    """Issue an API token that acts as this account. It is shown once and can never sign off."""
    issued: list[str] = []

    def act(db: Transaction) -> None:
        owner = people.known(db, email)
        now = datetime.now(UTC)
        issued.append(people.issue_api_token(db, owner=owner, name=name, by=COMMAND_LINE, now=now))

    _change(home, act)
    click.echo(issued[0])


def _change(home: Path, act: Callable[[Transaction], object]) -> None:
    sessions = Sessions(settings.load(home).database_url)
    try:
        with sessions.begin() as db:
            act(db)
    except Obstacle as obstacle:
        raise click.ClickException(_words(obstacle)) from None


def _words(obstacle: Obstacle) -> str:
    match obstacle:
        case Taken():
            return "There is an account with this address already."
        case NotAnAddress():
            return "That is not an e-mail address."
        case TooShort():
            unit = "digits" if obstacle.what == "pin" else "characters"
            return f"The {obstacle.what} needs at least {obstacle.least} {unit}."
        case TooLong():
            return f"The password may have {obstacle.most} characters at most."
        case TooEasy():
            return "That password is too easy to guess. Four or five unrelated words do well."
        case StillHolds():
            return handover_words.still_holds(obstacle.handover)
        case NotFound():
            return f"There is no account {obstacle.name}. `skellat user list` shows them all."
        case _:
            return str(obstacle)
