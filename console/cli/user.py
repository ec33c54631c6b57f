"""`skellat user`: accounts from the command line, the first one above all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from console import handover_words, settings
from console.actions import accounts, invitations, office, passwords, people, roles
from console.actions.errors import NotFound, Obstacle
from console.actions.invitations import Invited
from console.actions.leaving import StillHolds
from console.actions.passwords import TooLong
from console.actions.people import (
    LastAdministrator,
    NotAnAddress,
    NotAName,
    Taken,
    TooEasy,
    TooShort,
)
from console.actions.roles import HasIt, HasItNot
from console.cli.main import home_option
from console.domain.granting import GrantState
from console.domain.invitation import InvitationState
from console.domain.policy import Role
from console.store import grants
from console.store import invitations as kept
from console.store.engine import Sessions, Transaction

COMMAND_LINE = office.COMMAND_LINE


_roles = click.option(
    "--role", "wanted", multiple=True, required=True, type=click.Choice([str(one) for one in Role])
)
_role = click.Choice([str(one) for one in Role])


@click.group("user")
def command() -> None:
    """Invite, add, list and disable accounts; give and take their roles."""


@command.command("add")
@home_option
@click.argument("email")
@click.option("--name", required=True, help="As it stands on the record.")
@_roles
def add(home: Path, email: str, name: str, wanted: tuple[str, ...]) -> None:
    """Add an account. Asks for the password, and for the sign-off PIN of an approver.

    For the first accounts; later ones are invited, so that nobody knows another's password.
    """
    password = click.prompt(
        "Password (15 characters or more)", hide_input=True, confirmation_prompt=True
    )
    pin = ""
    if str(Role.APPROVER) in wanted:
        pin = click.prompt(
            "Sign-off PIN (6 digits or more)", hide_input=True, confirmation_prompt=True
        )

    council = settings.load(home).council.name

    def act(db: Transaction) -> None:
        passwords.must_do(password, (council, name, email))
        people.add(
            db,
            email=email,
            name=name,
            roles=[Role(one) for one in wanted],
            password=password,
            pin=pin,
            by=COMMAND_LINE,
            now=datetime.now(UTC),
        )

    _change(home, act)
    click.echo(f"{email} can sign in.")


@command.command("invite")
@home_option
@click.argument("email")
@click.option("--name", required=True, help="As it stands on the record.")
@_roles
def invite(home: Path, email: str, name: str, wanted: tuple[str, ...]) -> None:
    """Have a link mailed, by which somebody makes their own account within three days.

    Roles that can publish count when an administrator has agreed on the page People.
    """
    now = datetime.now(UTC)
    _change(
        home,
        lambda db: invitations.invite(
            db,
            email=email,
            name=name,
            roles=[Role(one) for one in wanted],
            by=COMMAND_LINE,
            now=now,
        ),
    )
    click.echo(f"{email} is invited: the mail leaves as soon as a worker runs.")


@command.command("role")
@home_option
@click.argument("email")
@click.option("--grant", type=_role, help="Counts at once; the record says where it came from.")
@click.option("--take", type=_role, help="Counts at once.")
def role(home: Path, email: str, grant: str | None, take: str | None) -> None:
    """Give somebody a role, or take one away.

    On the page People a role that can publish takes two administrators. Here it takes whoever runs
    this server: for a house with one administrator, or with none who can sign in.
    """
    if bool(grant) == bool(take):
        raise click.UsageError("Say either --grant ROLE or --take ROLE.")

    def act(db: Transaction) -> None:
        person, now = people.known(db, email), datetime.now(UTC)
        if grant:
            roles.give(db, user_id=person.id, role=Role(grant), by=COMMAND_LINE, now=now)
        elif take:
            roles.take_away(db, user_id=person.id, role=Role(take), by=COMMAND_LINE, now=now)

    _change(home, act)
    click.echo(f"{email} {'has' if grant else 'no longer has'} the role {grant or take}.")


@command.command("list")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(home: Path, as_json: bool) -> None:
    """List every account with its roles, and who is invited."""
    sessions = Sessions.of(settings.load(home))
    with sessions.read() as db:
        found = [*_accounts(db), *_invited(db)]
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        asked = "".join(f"  ({name} waits for agreement)" for name in one["asked"])
        state = "" if one["state"] == "active" else f"  ({one['state']})"
        click.echo(f"{one['email']}  {one['name']}  {', '.join(one['roles'])}{asked}{state}")
    if not found:
        click.echo("No accounts yet. Add the first: skellat user add EMAIL --name NAME --role ROLE")


def _accounts(db: Transaction) -> list[dict[str, Any]]:
    waiting = grants.in_state(db, str(GrantState.ASKED))
    return [
        {
            "email": one.email,
            "name": one.name,
            "roles": sorted(one.roles),
            "active": one.active,
            "state": "active" if one.active else "disabled",
            "asked": [row.role for row in waiting if row.user_id == one.id],
        }
        for one in people.everybody(db)
    ]


def _invited(db: Transaction) -> list[dict[str, Any]]:
    return [
        {
            "email": one.email,
            "name": one.name,
            "roles": one.roles,
            "active": False,
            "state": "invited",
            "asked": [],
        }
        for one in kept.in_state(db, str(InvitationState.OPEN))
    ]


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
    """Issue an API token that acts as this account. It is shown once and can never sign off.

    Its owner, or an administrator, revokes it in the console.
    """
    issued: list[str] = []

    def act(db: Transaction) -> None:
        owner = people.known(db, email)
        now = datetime.now(UTC)
        issued.append(
            accounts.issue_token(db, user_id=owner.id, name=name, by=COMMAND_LINE, now=now)
        )

    _change(home, act)
    click.echo(issued[0])


def _change(home: Path, act: Callable[[Transaction], object]) -> None:
    sessions = Sessions.of(settings.load(home))
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
        case Invited():
            return "This address is invited already; `skellat user list` shows it."
        case NotAName():
            return "Give a name in plain letters, of 120 characters at most."
        case TooEasy(what="pin"):
            return "That PIN is among the first that are guessed. Choose another."
        case TooEasy():
            return "That password is too easy to guess. Four or five unrelated words do well."
        case HasIt():
            return "They have this role already."
        case HasItNot():
            return "They do not have this role."
        case LastAdministrator():
            return (
                "This is the only administrator. Make another one first: "
                "skellat user role EMAIL --grant administrator"
            )
        case TooShort():
            unit = "digits" if obstacle.what == "pin" else "characters"
            return f"The {obstacle.what} needs at least {obstacle.least} {unit}."
        case TooLong():
            return f"The password may have {obstacle.most} characters at most."
        case StillHolds():
            return handover_words.still_holds(obstacle.handover)
        case NotFound():
            return f"There is no account {obstacle.name}. `skellat user list` shows them all."
        case _:
            return str(obstacle)
