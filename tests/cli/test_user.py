"""`skellat user`: invite, roles, tokens; who still holds keys is told before an account closes."""

import json
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
    sessions = Sessions.of(known)
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


def user(home: Path, *words: str, typed: str = "") -> Result:
    environment = {"SKELLAT_DATABASE_URL": f"sqlite:///{home}/skellat.db"}
    said = [words[0], "--dir", str(home), *words[1:]]
    return CliRunner(env=environment).invoke(command, said, input=typed)


def listed(home: Path) -> dict[str, dict[str, object]]:
    return {one["email"]: one for one in json.loads(user(home, "list", "--json").output)}


def test_who_is_invited_is_listed_and_not_invited_twice(home: Path) -> None:
    said = ["invite", "isla@northbrae.example", "--name", "Isla", "--role", "approver"]
    result = user(home, *said)
    assert (result.exit_code, "is invited" in result.output) == (0, True)
    assert listed(home)["isla@northbrae.example"]["state"] == "invited"
    assert "isla@northbrae.example  Isla  approver  (invited)" in user(home, "list").output
    again = user(home, *said)
    assert again.exit_code == 1
    assert "invited already" in again.output
    taken = user(home, "invite", "una@northbrae.example", "--name", "Una", "--role", "auditor")
    assert "There is an account with this address already." in taken.output


def test_a_role_is_given_and_taken_on_the_server(home: Path) -> None:
    given = user(home, "role", "una@northbrae.example", "--grant", "administrator")
    assert given.output == "una@northbrae.example has the role administrator.\n"
    assert listed(home)["una@northbrae.example"]["roles"] == ["administrator", "channel custodian"]
    twice = user(home, "role", "una@northbrae.example", "--grant", "administrator")
    assert (twice.exit_code, twice.output) == (1, "Error: They have this role already.\n")
    last = user(home, "role", "una@northbrae.example", "--take", "administrator")
    assert last.exit_code == 1
    assert "This is the only administrator" in last.output
    assert "This is the only administrator" in (
        user(home, "disable", "una@northbrae.example", "--anyway", "dismissed").output
    )
    taken = user(home, "role", "una@northbrae.example", "--take", "channel custodian")
    assert taken.exit_code == 0
    assert listed(home)["una@northbrae.example"]["roles"] == ["administrator"]


@pytest.mark.parametrize(
    "words", [[], ["--grant", "approver", "--take", "auditor"], ["--grant", "mayor"]]
)
def test_a_role_command_that_says_nothing_clear_is_wrong_use(home: Path, words: list[str]) -> None:
    assert user(home, "role", "una@northbrae.example", *words).exit_code == 2


def test_a_pin_that_is_guessed_first_is_refused_at_the_prompt(home: Path) -> None:
    said = ["add", "isla@northbrae.example", "--name", "Isla", "--role", "approver"]
    refused = user(home, *said, typed=f"{PASSWORD}\n{PASSWORD}\n123456\n123456\n")
    assert refused.exit_code == 1
    assert "That PIN is among the first that are guessed" in refused.output
    assert "isla@northbrae.example" not in listed(home)


def test_a_token_is_printed_once(home: Path) -> None:
    printed = user(home, "token", "una@northbrae.example", "--name", "archive")
    assert len(printed.output.strip()) == 43
    assert printed.output.strip() not in user(home, "list", "--json").output
