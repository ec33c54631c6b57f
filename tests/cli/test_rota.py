"""`skellat rota`, as whoever runs the server, or a watchdog, asks it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import settings
from console.actions import people
from console.cli.main import skellat
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.rota import ShiftRow
from tests.stage import BEGIN, PASSWORD, PIN


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert run(tmp_path, "migrate").exit_code == 0
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(skellat, [*arguments, "--dir", str(home)])


def keep(home: Path, *, hours: float) -> None:
    """Isla Grant is on duty from an hour ago on, every day for so many hours."""
    known = settings.load(home, {})
    sessions = Sessions.of(known)
    with sessions.begin() as db:
        isla = people.add(
            db,
            email="isla@northbrae.example",
            name="Isla Grant",
            roles=[Role.APPROVER],
            password=PASSWORD,
            pin=PIN,
            by=Actor("test"),
            now=BEGIN,
        )
        begin = datetime.now(known.zone).replace(tzinfo=None) - timedelta(hours=1)
        end = begin + timedelta(hours=hours)
        days = list(range(7))
        db.add(ShiftRow(user_id=isla.id, begin=begin, until=end, rank=1, every=1, days=days))
    sessions.close()


def test_without_a_rota_there_are_no_gaps(home: Path) -> None:
    for which in ("list", "gaps"):
        answer = run(home, "rota", which)
        assert answer.exit_code == 0
        assert answer.output == "No rota is kept: everybody who may sign is asked at once.\n"
    assert json.loads(run(home, "rota", "gaps", "--json").stdout) == {"kept": False, "gaps": []}


def test_gaps_are_told_with_exit_code_1(home: Path) -> None:
    keep(home, hours=20)
    answer = run(home, "rota", "gaps")
    assert answer.exit_code == 1
    assert len(answer.output.splitlines()) == 14
    assert answer.output.startswith("Nobody is on duty ")
    told = json.loads(run(home, "rota", "gaps", "--json").stdout)
    assert told["kept"]
    assert {tuple(one["people"]) for one in told["gaps"]} == {()}


def test_the_list_names_who_is_on_duty_and_nobody(home: Path) -> None:
    keep(home, hours=20)
    lines = run(home, "rota", "list").output.splitlines()
    assert lines[0].endswith("  Isla Grant")
    assert lines[1].endswith("  NOBODY")
    found = json.loads(run(home, "rota", "list", "--json").stdout)["spans"]
    assert found[0]["people"] == ["Isla Grant"]
    assert found[0]["until"] == found[1]["from"]


def test_a_rota_without_a_gap_says_so(home: Path) -> None:
    keep(home, hours=24)
    answer = run(home, "rota", "gaps")
    assert (answer.exit_code, answer.output) == (
        0, "Somebody is on duty at every hour of the next two weeks.\n",
    )  # fmt: skip
