"""`skellat user disable`: who still holds keys is told so, and is closed at once with a reason."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import settings
from console.actions import desk as desks
from console.actions import keeping, people, register
from console.cli.user import command
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.migrate import migrate
from tests.stage import BEGIN, PASSWORD


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Una keeps Mastodon; Rory keeps nothing."""
    known = settings.load(tmp_path, {})
    sessions = Sessions(known.database_url)
    migrate(sessions)
    with sessions.begin() as db:
        register.sync(db, desks.prepare(known), BEGIN)
        una, _ = (
            people.add(
                db, email=f"{name.lower()}@northbrae.example", name=name, roles=[Role.CUSTODIAN],
                password=PASSWORD, pin="", by=Actor("test"), now=BEGIN,
            )
            for name in ("Una", "Rory")
        )  # fmt: skip
        keeping.entrust(db, channel="mastodon", user_id=una.id, by=una, now=BEGIN)
    sessions.close()
    return tmp_path


def disable(home: Path, *words: str) -> Result:
    environment = {"SKELLAT_DATABASE_URL": f"sqlite:///{home}/skellat.db"}
    return CliRunner(env=environment).invoke(command, ["disable", "--dir", str(home), *words])


def test_it_says_what_is_left_and_how_to_close_the_account_all_the_same(home: Path) -> None:
    result = disable(home, "una@northbrae.example")
    assert result.exit_code == 1
    assert "Una still holds 1 thing, so the account stays open:" in result.output
    assert "Mastodon, custodian: name somebody else" in result.output
    assert '--anyway "dismissed today"' in result.output


def test_with_a_reason_it_is_closed_at_once(home: Path) -> None:
    result = disable(home, "una@northbrae.example", "--anyway", "dismissed today")
    assert (result.exit_code, result.output) == (0, "una@northbrae.example is disabled.\n")
    assert "still holds" not in disable(home, "una@northbrae.example").output


def test_whoever_holds_nothing_is_closed_without_one(home: Path) -> None:
    assert disable(home, "rory@northbrae.example").exit_code == 0


def test_nobody_is_disabled_who_is_not_there(home: Path) -> None:
    assert "There is no account" in disable(home, "nobody@northbrae.example").output


def test_a_link_to_choose_a_new_password_is_shown_once(home: Path) -> None:
    environment = {"SKELLAT_DATABASE_URL": f"sqlite:///{home}/skellat.db"}
    asked = ["reset", "--dir", str(home), "una@northbrae.example"]
    result = CliRunner(env=environment).invoke(command, asked)
    assert result.exit_code == 0
    assert result.output.startswith("For Una, once, until ")
    assert "/reset/" in result.output
    nobody = CliRunner(env=environment).invoke(command, [*asked[:-1], "no@northbrae.example"])
    assert "There is no account" in nobody.output


def test_an_easy_password_makes_no_account(home: Path) -> None:
    environment = {"SKELLAT_DATABASE_URL": f"sqlite:///{home}/skellat.db"}
    asked = [
        "add",
        "--dir",
        str(home),
        "rab@northbrae.example",
        "--name",
        "Rab",
        "--role",
        "auditor",
    ]
    typed = "passwordpassword\npasswordpassword\n"
    result = CliRunner(env=environment).invoke(command, asked, input=typed)
    assert result.exit_code == 1
    assert "too easy to guess" in result.output
