"""`skellat sign-on`: the council's own sign-in, looked at and put right by hand."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from console import settings
from console.actions import single_sign_on
from console.actions.errors import NotFound, Obstacle
from console.actions.people import NotAnAddress, User
from console.actions.single_sign_on import TiedAlready, Untied
from console.cli.main import home_option
from console.cli.user import COMMAND_LINE
from console.domain.single_sign_on import Refused, SingleSignOn
from console.openid.provider import Provider
from console.settings import Settings
from console.store.engine import Sessions, Transaction


@click.group("sign-on")
def command() -> None:
    """Single sign-on: look whether the provider answers, tie and untie accounts."""


@command.command("check")
@home_option
def check(home: Path) -> None:
    """Ask the provider for its discovery document and keys, and say what is wrong with them."""
    known = settings.load(home)
    provider = Provider(_configured(known), known.console.base_url)
    try:
        provider.reach()
    except Refused as refused:
        raise click.ClickException(f"{_capital(refused.why)}: {refused.detail}.") from None
    click.echo(f"{provider.known.issuer} answers, and its keys can be used.")
    click.echo(f"The address that it has to send people back to: {provider.return_to}")


@command.command("tie")
@home_option
@click.argument("email")
@click.argument("subject")
def tie(home: Path, email: str, subject: str) -> None:
    """Tie an account to a person at the provider, by the subject that the record names.

    For a provider that vouches for no e-mail address.
    """
    now = datetime.now(UTC)
    _change(
        home,
        lambda db, known: single_sign_on.tie(
            db, known, email=email, subject=subject, by=COMMAND_LINE, now=now
        ),
    )
    click.echo(f"{email} is tied. Its roles follow its groups from the next sign-in on.")


@command.command("untie")
@home_option
@click.argument("email")
def untie(home: Path, email: str) -> None:
    """Free an account from its person at the provider, and of the roles that only groups gave it.

    For somebody who has a new account there. Ask them on a channel that you trust first.
    """
    now = datetime.now(UTC)
    _change(
        home,
        lambda db, known: single_sign_on.untie(db, known, email=email, by=COMMAND_LINE, now=now),
    )
    click.echo(f"{email} is free: the next person with that address at the provider is tied to it.")


def _configured(known: Settings) -> SingleSignOn:
    if known.single_sign_on is None:
        raise click.ClickException(
            "There is no single sign-on: skellat.toml has no [single_sign_on]. See "
            "docs/single-sign-on.md."
        )
    return known.single_sign_on


def _change(home: Path, act: Callable[[Transaction, SingleSignOn], User]) -> None:
    known = settings.load(home)
    configured, sessions = _configured(known), Sessions.of(known)
    try:
        with sessions.begin() as db:
            act(db, configured)
    except Obstacle as obstacle:
        raise click.ClickException(_words(obstacle)) from None
    finally:
        sessions.close()


def _words(obstacle: Obstacle) -> str:
    match obstacle:
        case TiedAlready():
            return "That account, or that subject, is tied already. Untie it first."
        case Untied():
            return "That account is tied to nobody at the provider."
        case NotAnAddress():
            return "That is not an e-mail address."
        case NotFound():
            return f"There is no open account {obstacle.name}. `skellat user list` shows them all."
        case _:
            return str(obstacle)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
