"""`skellat sign-on`: is the provider there, and whose account is whose."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import settings
from console.actions import people
from console.cli import check
from console.cli.sign_on import command
from console.domain.policy import Role
from console.store import audit
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.migrate import migrate
from tests.stage import BEGIN, PASSWORD
from tests.web.single_sign_on import openid
from tests.web.single_sign_on.openid import OpenID
from tests.web.single_sign_on.travelling import configured

EMAIL = "una@northbrae.example"


@pytest.fixture
def provider() -> Iterator[OpenID]:
    with openid.running(lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, provider: OpenID) -> dict[str, str]:
    known = settings.load(tmp_path, {})
    sessions = Sessions.of(known)
    migrate(sessions)
    with sessions.begin() as db:
        people.add(
            db, email=EMAIL, name="Una", roles=[Role.CUSTODIAN], password=PASSWORD, pin="",
            by=Actor("test"), now=BEGIN,
        )  # fmt: skip
    sessions.close()
    return configured(tmp_path, provider.url)


def run(tmp_path: Path, environment: dict[str, str], *words: str) -> Result:
    return CliRunner(env=environment).invoke(
        command, [words[0], "--dir", str(tmp_path), *words[1:]]
    )


def test_a_provider_that_answers_is_told_with_the_address_it_needs(
    tmp_path: Path, environment: dict[str, str], provider: OpenID
) -> None:
    result = run(tmp_path, environment, "check")
    assert result.exit_code == 0
    assert f"{provider.url} answers" in result.output
    assert "http://localhost/sign-in/sso/return" in result.output


def test_one_that_does_not_is_told_with_what_is_wrong(
    tmp_path: Path, environment: dict[str, str], provider: OpenID
) -> None:
    provider.discovery["issuer"] = "https://login.evil.example"
    result = run(tmp_path, environment, "check")
    assert result.exit_code == 1
    assert "The provider's answer cannot be used" in result.output
    whole = CliRunner(env=environment).invoke(check.command, ["--dir", str(tmp_path), "--json"])
    faults = [one for one in json.loads(whole.output)["faults"] if "single_sign_on" in str(one)]
    assert "names another issuer" in str(faults)


def test_an_account_is_tied_and_untied_and_it_stands_on_the_record(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    assert "is tied" in run(tmp_path, environment, "tie", EMAIL, "opaque-7").output
    again = run(tmp_path, environment, "tie", EMAIL, "opaque-8")
    assert again.exit_code == 1
    assert "tied already" in again.output
    assert "is free" in run(tmp_path, environment, "untie", EMAIL).output
    assert "tied to nobody" in run(tmp_path, environment, "untie", EMAIL).output
    assert "no open account" in run(tmp_path, environment, "tie", "x@y.example", "s").output
    sessions = Sessions.of(settings.load(tmp_path, environment))
    with sessions.read() as db:
        acts = [one.action for one in audit.newest(db, actor="command line", limit=9)]
    sessions.close()
    assert acts == ["untied from single sign-on", "tied to single sign-on"]


def test_without_a_provider_it_says_where_to_begin(tmp_path: Path) -> None:
    for words in (["check"], ["untie", EMAIL]):
        result = run(tmp_path, {}, *words)
        assert result.exit_code == 1
        assert "docs/single-sign-on.md" in result.output
