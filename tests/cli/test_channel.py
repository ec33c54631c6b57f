"""`skellat channel`: the register, the checks and the handover from the command line."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from console import channels, settings
from console.actions import estate, keeping, people, register
from console.actions.people import User
from console.cli.main import skellat
from console.domain.channel import Reason
from console.domain.policy import Role
from console.store.audit import Actor
from tests.plugins import CHANNEL, Plugins
from tests.stage import PASSWORD, Stage
from workers.practice import Practice

Run = Callable[..., Result]
LIVE = """
[social]
network = "mastodon"
title = "Northbrae on Mastodon"
account = "@northbrae@social.example"
url = "{practice}/mastodon"
token = "env:SOCIAL_TOKEN"
private_network = true
"""
SIGN = '[sign]\nnetwork = "{network}"\naccount = "A9"\npractice = true\n'


@pytest.fixture
def practice() -> Iterator[Practice]:
    with Practice() as running:
        yield running


@pytest.fixture
def run(stage: Stage, tmp_path: Path, practice: Practice) -> Run:
    """Runs a command on the stage's database; ``tables`` instead of the shipped channels."""
    environment = {
        "SKELLAT_DATABASE_URL": stage.desk.settings.database_url,
        "SKELLAT_PRACTICE_URL": practice.url,
        "SKELLAT_PRACTICE_SMTP": f"{practice.host}:{practice.smtp_port}",
        "SKELLAT_PACE": "4",
        "SOCIAL_TOKEN": "canary-token-of-the-desk",
    }

    def running(*arguments: str, tables: str = "", **more: str) -> Result:
        if tables:
            config = tmp_path / "config"
            shutil.copytree(settings.ROOT / "config", config, dirs_exist_ok=True)
            (config / channels.FILE).write_text(tables.replace("{practice}", practice.url))
            environment["SKELLAT_CONFIG"] = str(config)
        command = ["channel", *arguments]
        if arguments[0] not in ("networks", "new"):
            command += ["--dir", str(tmp_path)]
        return CliRunner().invoke(skellat, command, env=environment | more)

    return running


def told(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def entered(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)


def account(stage: Stage, name: str) -> estate.Account:
    with stage.sessions.read() as db:
        return estate.estate(db, by=None, now=stage.now).account(name)


def test_the_list_names_every_account_and_what_is_wrong_with_it(run: Run, stage: Stage) -> None:
    entered(stage)
    shown = run("list")
    assert shown.exit_code == 0
    for channel in stage.desk.channels:
        assert f"{channel.title} ({channel.network}) {channel.account}" in shown.stdout
    assert "! Nobody keeps its keys. Name two custodians." in shown.stdout
    rows = told(run("list", "--json"))["accounts"]
    assert {row["name"] for row in rows} == {one.name for one in stage.desk.channels}
    assert rows[0]["reds"][0] == {
        "red": "too few custodians",
        "what": "Nobody keeps its keys.",
        "to_do": "Name two custodians.",
    }


def test_an_empty_register_says_when_channels_enter_it(run: Run) -> None:
    assert "enter it from channels.toml at every start" in run("list").stdout
    assert told(run("list", "--json"))["accounts"] == []


@pytest.mark.parametrize("command", [["list"], ["handover", "officer@northbrae.example"]])
def test_without_the_tables_it_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    arguments = ["channel", *command, "--dir", str(tmp_path)]
    ran = CliRunner().invoke(skellat, arguments, env={"SKELLAT_DATABASE_URL": ""})
    assert ran.exit_code == 1
    assert "Run `skellat migrate`" in ran.stderr


def test_without_the_tables_a_check_is_made_all_the_same(tmp_path: Path) -> None:
    arguments = ["channel", "check", "public-page", "--dir", str(tmp_path)]
    ran = CliRunner().invoke(skellat, arguments, env={"SKELLAT_DATABASE_URL": ""})
    assert ran.exit_code == 0
    assert "public-page: passed" in ran.stdout
    assert "Not kept in the register" in ran.stderr


def test_a_check_that_passes_is_told_and_kept(run: Run, stage: Stage) -> None:
    shown = run("check")
    assert shown.exit_code == 0, shown.output
    assert "mastodon: passed, as @actual.mastodon (id " in shown.stdout
    assert shown.stdout.count(": passed") == len(stage.desk.channels)
    kept = account(stage, "mastodon").check
    assert kept
    assert (kept.passed, kept.account) == (True, "@actual.mastodon")
    assert kept.account_id
    assert kept.followers is not None
    assert "Last check: passed" in run("list").stdout


def test_a_check_that_fails_says_what_to_do_and_is_red(run: Run, stage: Stage) -> None:
    tables, bad = LIVE, {"SOCIAL_TOKEN": "bad"}
    shown = run("check", "social", tables=tables, **bad)
    assert shown.exit_code == 1
    assert shown.stdout.startswith("social: FAILED. The network did not accept our sign-in.")
    assert "Ask a custodian to renew its password or token." in shown.stdout
    (found,) = told(run("check", "--json", tables=tables, **bad), code=1)
    assert (found["result"], found["reason"]) == ("failed", Reason.CREDENTIAL)
    (row,) = [one for one in told(run("list", "--json", tables=tables))["accounts"] if one["check"]]
    assert "check failed" in [one["red"] for one in row["reds"]]


def test_a_secret_that_is_not_there_is_named_by_its_place(run: Run) -> None:
    shown = run("check", tables=LIVE, SOCIAL_TOKEN="")
    assert shown.exit_code == 1
    assert "no secret at env:SOCIAL_TOKEN" in shown.stdout


def test_a_live_channel_does_not_reach_a_private_network_unless_it_may(run: Run) -> None:
    shown = run("check", tables=LIVE.replace("private_network = true\n", ""))
    assert shown.exit_code == 1
    assert "a server of your own network needs private_network = true" in shown.stdout


def test_what_a_check_tells_holds_no_secret(run: Run, plugins: Plugins, stage: Stage) -> None:
    code = CHANNEL.replace("from typing", "from console.domain.channel import *\nfrom typing")
    code += '    keys = {"token": Key(secret=True)}\n'
    code += "    def __init__(self, settings):\n        self.token = settings['token']\n"
    code += "    def check(self):\n        print(self.token)\n"
    code += "        raise Refused(Reason.CREDENTIAL, self.token)\n"
    plugins.add("tells", code)
    table = '[sign]\nnetwork = "tells"\naccount = "A9"\ntoken = "env:SOCIAL_TOKEN"\n'
    for arguments in (["check"], ["check", "--json"], ["list", "--json"], ["list"]):
        shown = run(*arguments, tables=table)
        assert "canary" not in shown.output, arguments
    kept = account(stage, "sign").check
    assert kept
    assert kept.detail == "[secret]"


ODD_CHECKS = {
    "hangs": ("import time; time.sleep(30)", "no answer"),
    "leaves": ("import sys; sys.exit(0)", "unexpected"),
    "raises": ("raise RuntimeError('odd')", "unexpected"),
    "gives_a_name": ("return 'A9'", "unexpected"),
    "prints": ("print('checked!'); raise ValueError", "unexpected"),
}


@pytest.mark.parametrize("name", ODD_CHECKS)
def test_an_odd_plugin_fails_its_own_check_in_time_and_no_other(
    name: str, run: Run, plugins: Plugins
) -> None:
    code, reason = ODD_CHECKS[name]
    plugins.add(name, CHANNEL + f"    def check(self):\n        {code}\n")
    tables = LIVE + SIGN.replace("{network}", name)
    found = {one["channel"]: one for one in told(run("check", "--json", tables=tables), code=1)}
    assert found["social"]["result"] == "passed"
    assert found["sign"]["result"] == "failed"
    assert reason in found["sign"]["reason"]


def test_a_channel_whose_network_has_no_check_cannot_be_checked(
    run: Run, plugins: Plugins, stage: Stage
) -> None:
    plugins.add("silent", CHANNEL)
    shown = run("check", tables=SIGN.replace("{network}", "silent"))
    assert shown.exit_code == 0
    assert shown.stdout == "sign: cannot be checked: the network silent has no check.\n"
    assert account(stage, "sign").check is None


def test_a_channel_on_a_broken_plugin_fails_with_the_plugins_name(
    run: Run, plugins: Plugins
) -> None:
    plugins.add("signs", "raise ValueError('not today')")
    shown = run("check", "sign", tables=LIVE + SIGN.replace("{network}", "signs"))
    assert shown.exit_code == 1
    assert "the plugin northbrae-signs 1.4 (signs:Channel) is broken" in shown.stdout


def test_a_channel_that_is_not_configured_is_a_mistake_of_whoever_asks(run: Run) -> None:
    shown = run("check", "mastodn")
    assert shown.exit_code == 2
    assert "There is no channel mastodn. There are: " in shown.stderr


def test_without_practice_networks_a_channel_there_is_not_called_red(run: Run) -> None:
    shown = run("check", "mastodon", SKELLAT_PRACTICE_URL="")
    assert shown.exit_code == 0
    assert "the practice networks, which do not run here" in shown.stdout


def test_every_network_is_told_with_its_settings_and_what_it_can(
    run: Run, plugins: Plugins
) -> None:
    plugins.add("signs", "raise ValueError('not today')")
    found = {one["name"]: one for one in told(run("networks", "--json"))}
    assert set(found) == {*channels.installed(), "signs"}
    mastodon = found["mastodon"]
    assert mastodon["package"] == "skellat"
    assert mastodon["settings"]["token"]["secret"] is True
    assert mastodon["settings"]["visibility"]["required"] is False
    assert mastodon["abilities"]["reads back"] is True
    assert mastodon["abilities"]["pictures"] is True
    assert found["twilio"]["abilities"]["pictures"] is False
    assert found["signs"]["error"] == "ValueError: not today"
    shown = run("networks").stdout
    assert "signs  (northbrae-signs 1.4)\n  BROKEN: ValueError: not today" in shown
    assert "token (secret): an access token with read and write" in shown
    assert "at most 280 characters, wide ones counted as 2" in shown


def custodian(stage: Stage, name: str) -> User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email=f"{name.lower()}@northbrae.example",
            name=name,
            roles=[Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def test_a_handover_says_what_is_left_until_nothing_is(run: Run, stage: Stage) -> None:
    entered(stage)
    one, other, third = (custodian(stage, name) for name in ("One", "Other", "Third"))
    assert told(run("handover", one.email, "--json"))["lines"] == []
    with stage.sessions.begin() as db:
        for person in (one, other, third):
            keeping.entrust(db, channel="mastodon", user_id=person.id, by=other, now=stage.now)
    shown = run("handover", "ONE@northbrae.example")
    assert shown.exit_code == 1
    assert "Mastodon (mastodon), custodian: name somebody else" in shown.stdout
    assert "1 of 1 left." in shown.stdout
    with stage.sessions.begin() as db:
        keeping.release(db, channel="mastodon", user_id=one.id, by=other, now=stage.now)
        register.rotated(db, name="mastodon", by=other, now=stage.now)
    (line,) = told(run("handover", one.email, "--json"), code=1)["lines"]
    assert line["left"] == "wait for the next check to pass, which proves the new one"
    assert run("check", "mastodon").exit_code == 0
    shown = run("handover", one.email)
    assert shown.exit_code == 0
    assert "Nothing is left" in shown.stdout


def test_a_handover_of_nobody_says_where_everybody_is(run: Run) -> None:
    shown = run("handover", "nobody@northbrae.example")
    assert shown.exit_code == 1
    assert "`skellat user list`" in shown.stderr
