"""`skellat policy`: what would be asked, of whom and why, in plain sentences."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import settings
from console.actions import desk as desks
from console.actions import policy_change
from console.cli.policy import command
from console.store.engine import Sessions
from tests.stage import BEGIN, set_up


@pytest.fixture
def home(tmp_path: Path) -> Path:
    known = settings.load(tmp_path, {})
    sessions = Sessions.of(known)
    set_up(sessions)
    with sessions.begin() as db:
        policy_change.meet(db, desks.prepare(known), BEGIN)
    sessions.close()
    return tmp_path


def run(home: Path, *words: str) -> Result:
    environment = {"SKELLAT_DATABASE_URL": f"sqlite:///{home}/skellat.db"}
    return CliRunner(env=environment).invoke(command, [words[0], "--dir", str(home), *words[1:]])


def test_it_explains_an_alert_at_half_past_five(home: Path) -> None:
    result = run(home, "explain", "--type", "snow-ice", "--at", "05:30")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Alert, Snow and ice (moderate), at 05:30:\n")
    assert "It needs 1 sign-off, by an approver." in result.output
    assert "  Second approver\n" in result.output
    assert "No exception fits: this is the rule for all." in result.output


def test_it_names_the_exception_that_fits(home: Path) -> None:
    result = run(home, "explain", "--type", "snow-ice", "--kind", "cancel", "--json")
    found = json.loads(result.output)
    assert found["why"] == [
        "The exception “taking back” fits, because it is cancel or correction: all asked at once."
    ]
    assert "All who may sign are asked at once." in found["needs"]


def test_before_there_is_a_database_the_file_is_explained(tmp_path: Path) -> None:
    result = run(tmp_path, "explain", "--type", "snow-ice", "--at", "05:30")
    assert result.exit_code == 0, result.output
    assert "It needs 1 sign-off" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--type", "snow"], "There is no type snow."),
        (["--type", "snow-ice", "--at", "5"], "05:30"),
    ],
)
def test_what_is_mistyped_is_said(home: Path, words: list[str], says: str) -> None:
    result = run(home, "explain", *words)
    assert result.exit_code == 2
    assert says in result.output


def test_it_shows_what_is_in_force(home: Path) -> None:
    result = run(home, "show")
    assert "# Policy 1, in force. SHA-256 " in result.output
    assert "[actual]" in result.output
