"""`skellat channel check`: do the keys still turn? Asks every network now, publishes nothing."""

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime, tzinfo
from io import StringIO
from pathlib import Path
from typing import Any

import click

from console import register_words, settings
from console.actions import desk, register
from console.actions.desk import Desk
from console.cli.as_json import as_json, json_option
from console.cli.checks import Found, check
from console.cli.main import WRONG, home_option
from console.cli.ready import opened
from console.domain.channel import Checked
from console.store.engine import Sessions
from console.store.register import CheckRow
from workers.secrecy import without_secrets
from workers.vault import equipped

LONGEST = 200


@click.command("check")
@home_option
@json_option
@click.argument("names", nargs=-1, metavar="[NAME]...")
def command(home: Path, json: bool, names: Sequence[str]) -> None:
    """Ask the networks of these channels, or of all, whether they would take a message.

    The result is kept in the register. Exit code 0: all passed; 1: one failed; 2: the
    configuration is wrong.
    """
    ready = desk.prepare(settings.load(home))
    _must_be_known(ready, names)
    printed, sessions = StringIO(), Sessions.of(ready.settings)
    with redirect_stdout(printed):  # a plugin may print; a program reads what comes from here
        found = check(equipped(ready, sessions), names)
    sessions.close()
    if printed.getvalue():
        click.echo(without_secrets(printed.getvalue()), err=True)
    zone = ready.settings.zone
    if json:
        click.echo(as_json([_for_programs(one) for one in found]))
    for one in found if not json else ():
        click.echo(f"{one.channel}: {_words(one, zone)}")
    _keep(ready, found)
    sys.exit(1 if any(one.error for one in found) else 0)


def _must_be_known(ready: Desk, names: Collection[str]) -> None:
    known = [one.name for one in ready.channels] + [one.name for one in ready.broken]
    for name in names:
        if name not in known:
            click.echo(f"There is no channel {name}. There are: {', '.join(known)}.", err=True)
            sys.exit(WRONG)


def _words(one: Found, zone: tzinfo) -> str:
    if one.checked:
        return "passed" + "".join(f", {part}" for part in _parts(one.checked, zone))
    if one.error is None:
        return f"cannot be checked: {one.why_not}."
    what, to_do = register_words.failed(str(one.error.reason))
    detail = f" ({one.error.detail})" if one.error.detail else ""
    return f"FAILED. {what}{detail} {to_do}"


def _parts(found: Checked, zone: tzinfo) -> Iterator[str]:
    yield f"as {found.name}" + (f" (id {found.id})" if found.id else "")
    if found.expires_at:
        yield f"its credential ends on {register_words.day(found.expires_at, zone)}"
    if found.left is not None:
        clock = f" until {found.resets_at.astimezone(zone):%H:%M}" if found.resets_at else ""
        yield f"{found.left} posts left{clock}"
    if found.followers is not None:
        yield f"{found.followers} followers"


def _for_programs(one: Found) -> dict[str, Any]:
    result = "passed" if one.checked else "failed" if one.error else "cannot be checked"
    about: dict[str, Any] = {"channel": one.channel, "result": result}
    if one.checked:
        return about | {"found": one.checked}
    if one.error is None:
        return about | {"why": one.why_not}
    what, to_do = register_words.failed(str(one.error.reason))
    told = {"reason": str(one.error.reason), "detail": one.error.detail}
    return about | told | {"what": what, "to_do": to_do}


def _keep(ready: Desk, found: Collection[Found]) -> None:
    """In the register, where people see it; a database that is not ready changes no result."""
    now = datetime.now(UTC)
    try:
        with opened(ready.settings) as sessions, sessions.begin() as db:
            register.sync(db, ready, now)
            db.flush()
            db.add_all(_row(one, now) for one in found if one.checked or one.error)
    except click.ClickException as not_ready:
        click.echo(f"Not kept in the register. {not_ready.message}", err=True)


def _row(one: Found, now: datetime) -> CheckRow:
    if one.checked is None:
        reason = str(one.error.reason) if one.error else ""
        detail = one.error.detail if one.error else ""
        return CheckRow(channel=one.channel, at=now, passed=False, reason=reason, detail=detail)
    return CheckRow(
        channel=one.channel,
        at=now,
        passed=True,
        account=one.checked.name[:LONGEST],
        account_id=one.checked.id[:LONGEST],
        profile=dict(one.checked.profile),
        followers=one.checked.followers,
        expires_at=one.checked.expires_at,
        left=one.checked.left,
        resets_at=one.checked.resets_at,
    )
