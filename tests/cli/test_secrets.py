"""`skellat secrets`, as whoever runs the server uses it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import sealing, settings
from console.actions import credentials
from console.cli.main import skellat
from console.settings import ROOT
from console.store.engine import Sessions
from workers.vault import Vault

SECRET = "s3cret-of-the-council"
LIVE = """
[mastodon]
network = "mastodon"
account = "@northbrae@social.example"
url = "https://social.example"
token = "sealed"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "config/channels.toml").write_text(LIVE)
    assert run(tmp_path, "migrate").exit_code == 0
    return tmp_path


def run(home: Path, *arguments: str, typed: str = "") -> Result:
    environment = {"SKELLAT_CONFIG": str(home / "config")}
    return CliRunner(env=environment).invoke(skellat, [*arguments, "--dir", str(home)], input=typed)


def known(home: Path) -> settings.Settings:
    return settings.load(home, {"SKELLAT_CONFIG": str(home / "config")})


def opened(home: Path) -> str:
    """What was offered proves itself, and is what a worker then sends with."""
    sessions = Sessions.of(known(home))
    vault = Vault(sessions, known(home))
    if offered := vault.offered("mastodon").ids:
        with sessions.begin() as db:
            credentials.accept(db, channel="mastodon", ids=offered, now=datetime.now(UTC))
    found = vault.open("mastodon", "token")
    sessions.close()
    return found


def listed(home: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run(home, "secrets", "list", "--json").stdout)
    return found


def test_a_secret_is_read_from_standard_input_and_shown_nowhere(home: Path) -> None:
    done = run(home, "secrets", "set", "mastodon", "token", typed=f"{SECRET}\n")
    assert done.exit_code == 0, done.output
    shown = run(home, "secrets", "list")
    assert "mastodon.token  waits for a worker to try it" in shown.output
    assert SECRET not in done.output + shown.output
    assert opened(home) == SECRET
    assert listed(home)[0]["standing"] == "in use"
    for path in home.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_turning_the_key_leaves_every_secret_as_it_was(home: Path) -> None:
    run(home, "secrets", "set", "mastodon", "token", typed=f"{SECRET}\n")
    assert opened(home) == SECRET
    before = listed(home)[0]["key"]
    done = run(home, "secrets", "rotate")
    assert done.exit_code == 0, done.output
    assert done.output == "1 sealed with the new key; 1 old taken away.\n"
    after = listed(home)[0]["key"]
    assert after != before
    assert opened(home) == SECRET
    assert {one.stem for one in known(home).sealing.rglob("*.key")} == {after}


def test_turning_the_key_names_what_it_cannot_open_and_keeps_its_key(home: Path) -> None:
    run(home, "secrets", "set", "mastodon", "token", typed=f"{SECRET}\n")
    folder = known(home).sealing
    (folder / "private" / f"{sealing.current(folder)}.key").write_text("gone")
    done = run(home, "secrets", "rotate")
    assert done.exit_code == 1
    assert "write them again: mastodon.token" in done.output
    assert "0 old taken away" in done.output


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("radio", "url"), "x\n", "No channel 'radio'"),
        (
            ("mastodon", "url"),
            "x\n",
            "in channels.toml. Sealed there: token.",
        ),
        (("mastodon", "token"), "\n", "Nothing was typed"),
        (("mastodon", "token"), "x" * 9000 + "\n", "longer than 8192"),
    ],
)
def test_what_cannot_be_sealed_is_told_in_a_sentence(
    home: Path, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    done = run(home, "secrets", "set", *arguments, typed=typed)
    assert done.exit_code == 1
    assert said in done.output
    assert listed(home) == []


def test_nothing_sealed_is_said_with_what_to_do(home: Path) -> None:
    assert 'Write `token = "sealed"`' in run(home, "secrets", "list").output
