"""`skellat policy`: what is in force, and what it would ask, of whom and why."""

import json
from datetime import datetime, time
from pathlib import Path

import click

from console import policy_words, settings
from console.actions import asking, desk, policies, policy_change
from console.actions.desk import Desk
from console.actions.people import User
from console.cli.main import home_option
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Rules
from console.domain.rules import Clause, Occasion
from console.domain.severity import Severity
from console.store import readiness
from console.store.engine import Sessions


@click.group("policy")
def command() -> None:
    """Say what the policy asks, and whether a change waits for agreement."""


@command.command("explain")
@home_option
@click.option("--type", "type_", required=True, help="An incident type, such as snow-ice.")
@click.option("--at", default="", metavar="HH:MM", help="The council's time; else it is now.")
@click.option("--severity", type=click.Choice([str(one) for one in Severity]))
@click.option(
    "--kind", type=click.Choice([str(one) for one in Kind]), default="alert", show_default=True
)
@click.option("--exercise", is_flag=True, help="Of an exercise, not of an actual incident.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def explain(
    home: Path, type_: str, at: str, severity: str | None, kind: str, exercise: bool, as_json: bool
) -> None:
    """Say in plain sentences what would be asked of a message, of whom, and why."""
    ready = desk.prepare(settings.load(home))
    if type_ not in ready.types:
        raise click.UsageError(f"There is no type {type_}. There are {', '.join(ready.types)}.")
    occasion = Occasion(
        mode=Mode.EXERCISE if exercise else Mode.ACTUAL,
        type=type_,
        severity=Severity(severity) if severity else ready.types[type_].severity,
        kind=Kind(kind),
        at=_time(at) if at else datetime.now(ready.settings.zone).time(),
    )
    rules, clauses, people = _asked(ready, occasion)
    who = [one.name for one in people]
    needs, why = policy_words.needs(rules), policy_words.why(clauses)
    if as_json:
        click.echo(json.dumps({"needs": needs, "why": why, "whom": who}, indent=2))
        return
    title = ready.types[type_].title
    world = "in an exercise " if exercise else ""
    click.echo(
        f"{kind.capitalize()}, {title} ({occasion.severity}), {world}at {occasion.at:%H:%M}:\n"
    )
    for sentence in needs:
        click.echo(f"  {sentence}")
    click.echo("\nWho may be asked, unless they wrote part of it:")
    for one in who or ["Nobody. Add an approver with a sign-off PIN: skellat user add"]:
        click.echo(f"  {one}")
    click.echo("\nWhy:")
    for sentence in why:
        click.echo(f"  {sentence}")


@command.command("show")
@home_option
def show(home: Path) -> None:
    """Show the policy in force, and a change that waits for agreement."""
    sessions = Sessions.of(settings.load(home))
    with sessions.read() as db:
        found = policy_change.standing(db)
    sessions.close()
    if found.in_force is None:
        click.echo("No policy is in force yet: the first start takes policy.toml.")
        return
    click.echo(f"# Policy {found.in_force.number}, in force. SHA-256 {found.in_force.digest}")
    click.echo(found.in_force.text)
    if found.proposed:
        agreed = ", ".join(found.proposed.agreed) or "nobody yet"
        click.echo(f"# Policy {found.proposed.number} is proposed. Agreed to by {agreed}.")
        for sign, line in policy_words.difference(found.in_force.text, found.proposed.text):
            click.echo(f"{sign} {line}")


def _asked(ready: Desk, occasion: Occasion) -> tuple[Rules, tuple[Clause, ...], list[User]]:
    """By the policy in force; by the file alone where there is no database yet."""
    sessions = Sessions.of(ready.settings)
    try:
        if readiness.database(sessions) is not readiness.Database.READY:
            policy = ready.settings.policy
            return policy.rules(occasion), policy.fitting(occasion), []
        with sessions.read() as db:
            policy = policies.in_force(db, ready)
            rules = policy.rules(occasion)
            return rules, policy.fitting(occasion), asking.may_sign(db, rules)
    finally:
        sessions.close()


def _time(written: str) -> time:
    try:
        return time.fromisoformat(written)
    except ValueError:
        raise click.UsageError(f"{written!r} is no time of day. Write it as 05:30.") from None
