"""`skellat recipients`, as whoever runs the server uses it."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli.main import skellat
from console.settings import ROOT

TEXTS = """
[texts]
network = "twilio"
account = "+447700900000"
practice = true
recipient_list = true
[mastodon]
network = "mastodon"
account = "@northbrae@social.example"
practice = true
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "config/channels.toml").write_text(TEXTS)
    (tmp_path / "list.csv").write_bytes(
        "\ufeffName;Mobile\r\nZoë;07700 900001\r\nBob;7700900001\r\nAnn;x\r\n".encode("utf-16")
    )
    assert run(tmp_path, "migrate").exit_code == 0
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    environment = {"SKELLAT_CONFIG": str(home / "config")}
    return CliRunner(env=environment).invoke(skellat, [*arguments, "--dir", str(home)])


def bring(home: Path, *options: str) -> Result:
    return run(home, "recipients", "import", "texts", str(home / "list.csv"), *options)


def counts(home: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(run(home, "recipients", "list", "texts", "--json").stdout)[
        "counts"
    ]
    return found


def test_a_file_is_tried_first_and_then_imported(home: Path) -> None:
    tried = bring(home, "--dry-run")
    assert tried.exit_code == 0
    assert "line 3: twice, first in line 2" in tried.output
    assert "line 4: not a mobile number" in tried.output
    assert "1 would be added" in tried.output
    assert counts(home) == {"active": 0, "unsubscribed": 0, "bounced": 0}
    done = json.loads(bring(home, "--json").stdout)
    assert (done["done"], done["added"], len(done["left_out"])) == (True, 1, 2)
    assert done["left_out"][0]["address"] == "07…001"
    assert counts(home) == {"active": 1, "unsubscribed": 0, "bounced": 0}
    assert "900001" not in run(home, "recipients", "list", "texts").output


def test_replacing_takes_the_others_off(home: Path) -> None:
    bring(home)
    (home / "list.csv").write_text("07700900002\n")
    assert (
        "1 added, 0 on the list already, 0 left out, 1 taken off."
        in bring(home, "--replace").output
    )
    assert counts(home)["active"] == 1


def test_what_is_wrong_is_a_sentence(home: Path) -> None:
    file = str(home / "list.csv")
    for name in ("mastodon", "none"):
        answer = run(home, "recipients", "import", name, file)
        assert answer.exit_code == 1
        assert "recipient_list = true" in answer.output
    (home / "list.csv").write_text("")
    assert "cannot be used: empty" in bring(home).output
