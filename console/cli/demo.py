"""`skellat demo`: the whole of Skellat on this machine, with people to sign in as."""

import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from console.actions import estate, keeping, people
from console.actions.people import User
from console.cli.main import home_option
from console.cli.stack import LOCAL, Ports
from console.cli.tour import tour
from console.cli.up import run
from console.domain import guessable
from console.domain.policy import Role
from console.settings import Settings
from console.store.audit import Actor
from console.store.engine import Sessions, Transaction

_WORDS = Path(__file__).with_name("words.txt")
_FILE = "demo.json"
_PEOPLE = (
    ("officer@northbrae.example", "Demo duty officer", Role.DUTY_OFFICER),
    ("approver@northbrae.example", "Demo approver", Role.APPROVER),
    ("auditor@northbrae.example", "Demo auditor", Role.AUDITOR),
    ("custodian@northbrae.example", "Demo custodian", Role.CUSTODIAN),
    ("administrator@northbrae.example", "Demo administrator", Role.ADMINISTRATOR),
)
_KEEP = (Role.CUSTODIAN, Role.ADMINISTRATOR)
_CALLED = {
    Role.DUTY_OFFICER: "the duty officer",
    Role.APPROVER: "an approver",
    Role.AUDITOR: "an auditor",
    Role.CUSTODIAN: "a custodian",
    Role.ADMINISTRATOR: "the administrator",
}


@dataclass(frozen=True)
class DemoUser:
    email: str
    password: str
    pin: str
    roles: list[str]


@dataclass(frozen=True)
class Demo:
    """Who can sign in to this demo; kept in the state folder, readable by its owner only."""

    users: list[DemoUser]
    api_token: str


@click.command("demo")
@home_option
@click.option("--port", default=8000, show_default=True, help="0 takes any that is free.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Written, as JSON, once everything is up.",
)
@click.option("--tour", "with_tour", is_flag=True, help="Also play one whole snow-day exercise.")
def command(home: Path, port: int, ready_file: Path | None, with_tour: bool) -> None:
    """Start Skellat with practice networks in place of real ones. Nothing leaves this machine."""
    known: list[Demo] = []

    def prepare(settings: Settings) -> None:
        known.append(_demo(settings, home))

    def greet(settings: Settings, ports: Ports) -> None:
        _greet(settings, ports, known[0])
        if with_tour:
            tour(settings, known[0].users[1].pin)
        if ready_file:
            _write(ready_file, _ready(settings, ports, known[0]))

    sys.exit(run(home, port=port, workers=2, prepare=prepare, greet=greet, practice_only=True))


def _demo(settings: Settings, home: Path) -> Demo:
    """The people of the last start, or new ones with passwords made up now."""
    kept = home / _FILE
    sessions = Sessions.of(settings)
    try:
        if kept.exists():
            found = json.loads(kept.read_text())
            users = [DemoUser(**one) for one in found["users"]]
            return Demo(users, found["api_token"])
        made = _make(sessions)
        _write(kept, asdict(made))
        return made
    finally:
        sessions.close()


def _make(sessions: Sessions) -> Demo:
    now, by = datetime.now(UTC), Actor("demo")
    users, token, words = [], "", _WORDS.read_text().split()
    with sessions.begin() as db:
        for email, name, role in _PEOPLE:
            password = "-".join(secrets.choice(words) for _ in range(5))
            pin = _pin() if role is Role.APPROVER else ""
            added = people.add(
                db,
                email=email,
                name=name,
                roles=[role],
                password=password,
                pin=pin,
                by=by,
                now=now,
            )
            users.append(DemoUser(email, password, pin, [str(role)]))
            if role in _KEEP:
                _name_custodian(db, added, now)
            if role is Role.DUTY_OFFICER:
                token = people.issue_api_token(db, owner=added, name="demo", by=by, now=now)
    return Demo(users, token)


def _pin() -> str:
    """One that is not among those that are guessed first."""
    while guessable.pin(pin := f"{secrets.randbelow(10**6):06d}"):
        pass
    return pin


def _name_custodian(db: Transaction, person: User, now: datetime) -> None:
    """Of every channel that is in the register; both of them may name themselves."""
    for one in estate.estate(db, by=person, now=now).accounts:
        keeping.entrust(db, channel=one.name, user_id=person.id, by=person, now=now)


def _greet(settings: Settings, ports: Ports, demo: Demo) -> None:
    wide = max(len(one.email) for one in demo.users)
    people_known = "\n".join(_sign_in(one, wide) for one in demo.users)
    practice = f"http://{LOCAL}:{ports.practice}"
    click.echo(
        f"""
Skellat is ready. Nothing leaves this machine.

  The console         {settings.console.base_url}
  The practice wall   {practice}            what the public would see
  The practice mail   {practice}/mail       where sign-off requests arrive

  Sign in as          with the password
{people_known}

Ctrl-C stops everything; the incidents are kept in {settings.home}.
"""
    )


def _sign_in(one: DemoUser, wide: int) -> str:
    called = _CALLED[Role(one.roles[0])]
    pin = f"   PIN {one.pin}" if one.pin else ""
    return f"  {called:<20}{one.email:<{wide}}   {one.password}{pin}"


def _ready(settings: Settings, ports: Ports, demo: Demo) -> dict[str, object]:
    practice = f"http://{LOCAL}:{ports.practice}"
    return {
        "base_url": settings.console.base_url,
        "practice_url": practice,
        "mail_url": f"{practice}/mail",
        "users": [asdict(one) for one in demo.users],
        "api_token": demo.api_token,
    }


def _write(path: Path, value: dict[str, object]) -> None:
    """Whole or not at all, for its owner's eyes: it holds passwords."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, indent=2)
    draft.replace(path)
