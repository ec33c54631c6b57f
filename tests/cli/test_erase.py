"""`skellat audit erase`: shows what it would take, asks two people for a code, and takes it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyotp import TOTP, random_base32
from sqlalchemy import make_url

from console import safe
from console.actions import codes, people
from console.actions.people import User
from console.cli.main import skellat
from console.domain.audit import Entry
from console.domain.policy import Role
from console.store import append_only, audit
from console.store.audit import Actor, record
from console.store.engine import Sessions
from console.store.factors import TotpRow
from tests.real.postgres import Postgres
from tests.stage import PASSWORD, Stage, set_up, settings_for, stage_on

BOSS, AUDITOR = "boss@northbrae.example", "auditor@northbrae.example"


@pytest.fixture
def stage(sqlite_stage: Stage) -> Stage:
    return with_boss(sqlite_stage)


def with_boss(stage: Stage) -> Stage:
    with stage.sessions.begin() as db:
        people.add(
            db,
            email=BOSS,
            name="Boss",
            roles=[Role.ADMINISTRATOR],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )
        record(db, actor=Actor("Zed"), action="did", subject="entry:1", now=stage.now)
    return stage


def with_app(stage: Stage, email: str) -> str:
    """Gives the person an authenticator app; returns a code of it."""
    secret = random_base32()
    with stage.sessions.begin() as db:
        person: User = people.known(db, email)
        kept = safe.locked(stage.desk.settings.secret, codes.PURPOSE, person.id, secret)
        db.add(TotpRow(user_id=person.id, secret=kept, last_counter=0, created_at=stage.now))
    return TOTP(secret).at(datetime.now(UTC))


def run(stage: Stage, *words: str, typed: str = "") -> Result:
    env = {"SKELLAT_DATABASE_URL": stage.desk.settings.database_url}
    home = ["--dir", str(stage.desk.settings.home)]
    return CliRunner(env=env).invoke(skellat, ["audit", *words, *home], input=typed)


def erase(stage: Stage, numbers: str, *lines: str, by: str = BOSS, second: str = AUDITOR) -> Result:
    people = ["--by", by, "--second", second]
    typed = "".join(f"{one}\n" for one in lines)
    return run(stage, "erase", "--entries", numbers, "--reason", "asked", *people, typed=typed)


def entries(stage: Stage) -> list[Entry]:
    with stage.sessions.read() as db:
        return list(audit.entries(db))


def test_two_people_type_their_codes_and_the_words_are_gone(stage: Stage) -> None:
    one, other = with_app(stage, BOSS), with_app(stage, AUDITOR)
    last = entries(stage)[-1].number
    done = erase(stage, f"1, {last}", "y", one, other)
    assert done.exit_code == 0, done.output
    assert "Zed" not in done.output
    assert "Erased." in done.output
    found = entries(stage)
    assert [one.number for one in found if one.erased] == [1, last]
    told = run(stage, "verify")
    assert f"2 erased, each with a later one about it: 1, {last}." in told.stdout
    assert json.loads(run(stage, "verify", "--json").stdout)["erased"] == [1, last]


def test_what_speaks_of_an_entry_is_shown_beside_it(stage: Stage) -> None:
    last = entries(stage)[-1].number
    done = erase(stage, "1", "n")
    assert done.exit_code == 2
    assert "These speak of them, may have the same words, and stay:\n" in done.output
    assert f"  {last}  " in done.output.partition("These speak")[2]
    assert not any(one.erased for one in entries(stage))


def test_a_wrong_code_of_either_changes_nothing(stage: Stage) -> None:
    one, other = with_app(stage, BOSS), with_app(stage, AUDITOR)
    assert erase(stage, "1", "y", "000000", other).exit_code == 1
    done = erase(stage, "1", "y", one, "000000")
    assert "That code is wrong" in done.output
    assert not any(one.erased for one in entries(stage))


@pytest.mark.parametrize(
    ("numbers", "by", "second", "told"),
    [
        ("999", BOSS, AUDITOR, "There is no entry 999."),
        ("1", "officer@northbrae.example", AUDITOR, "It takes an administrator"),
        ("1", BOSS, "officer@northbrae.example", "It takes an administrator"),
        ("1", BOSS, BOSS, "It takes two people."),
        ("1", "nobody@northbrae.example", AUDITOR, "There is no user nobody@northbrae.example."),
        ("1-3", BOSS, AUDITOR, "write numbers with commas"),
        (",".join(map(str, range(1, 102))), BOSS, AUDITOR, "100 entries at once are the most."),
    ],
)
def test_what_stands_in_the_way_is_said(
    stage: Stage, numbers: str, by: str, second: str, told: str
) -> None:
    typed = [with_app(stage, one) for one in dict.fromkeys((by, second)) if "nobody" not in one]
    if by == second:
        with stage.sessions.begin() as db:
            (code,) = codes.make(db, people.known(db, BOSS).id, stage.now)[:1]
        typed.append(code)
    done = erase(stage, numbers, "y", *typed, by=by, second=second)
    assert done.exit_code != 0
    assert told in done.output
    assert not any(one.erased for one in entries(stage))


def test_what_was_erased_before_and_what_says_so_stay(stage: Stage) -> None:
    erase(stage, "1", "y", with_app(stage, BOSS), with_app(stage, AUDITOR))
    last = entries(stage)[-1].number
    assert f"Entry 1 was erased already, by entry {last}." in erase(stage, "1").output
    assert f"Entry {last} has to stay" in erase(stage, str(last)).output


@pytest.fixture
def owned(postgres: Postgres, tmp_path: Path) -> Iterator[tuple[Stage, str]]:
    """As whoever owns the tables, and the address that the application has: `skellat audit grants`
    let its role in."""
    name = postgres.new()
    known = settings_for(tmp_path, postgres.url(name))
    sessions = Sessions.of(known)
    set_up(sessions)
    with_boss(stage_on(sessions, known))
    with sessions.engine.begin() as db:
        db.exec_driver_sql("CREATE ROLE skellat_erasing LOGIN")
        db.exec_driver_sql(append_only.grants("skellat_erasing"))
    url = make_url(postgres.url(name)).set(username="skellat_erasing")
    yield stage_on(sessions, known), url.render_as_string(hide_password=False)
    with sessions.engine.begin() as db:
        db.exec_driver_sql("DROP OWNED BY skellat_erasing; DROP ROLE skellat_erasing")
    sessions.close()
    postgres.drop(name)


def test_the_applications_own_role_cannot_erase_and_is_told_who_can(
    owned: tuple[Stage, str],
) -> None:
    stage, url = owned
    one, other = with_app(stage, BOSS), with_app(stage, AUDITOR)
    refused = erase(as_it_comes(stage, url), "1", "y", one, other)
    assert refused.exit_code == 1
    assert "owns the tables" in refused.output
    assert "Traceback" not in refused.output
    assert not any(one.erased for one in entries(stage))
    with stage.sessions.begin() as db:
        db.query(TotpRow).update({"last_counter": 0})  # as half a minute later, with other codes
    done = erase(stage, "1", "y", one, other)
    assert done.exit_code == 0, done.output
    assert [one.number for one in entries(stage) if one.erased] == [1]
    told = run(as_it_comes(stage, url), "verify")
    assert "1 erased, each with a later one about it: 1." in told.stdout, told.output


def as_it_comes(stage: Stage, url: str) -> Stage:
    settings = replace(stage.desk.settings, database_url=url)
    return replace(stage, desk=replace(stage.desk, settings=settings))
