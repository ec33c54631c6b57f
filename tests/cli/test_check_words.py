"""`skellat check` proves the words of every incident type, and reads them out."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import settings as known
from console.cli.main import WRONG, skellat


def run(home: Path, *options: str) -> Result:
    return CliRunner().invoke(skellat, ["check", "--dir", str(home), *options])


def test_every_text_is_read_out(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 1, "there is no database yet; the words are well"
    said = run(tmp_path, "--words").output
    assert "Missing person (police relay): all clear" in said
    assert "Please remove the photo and the name" in said
    assert "Heat: alert" in said


def test_words_that_can_go_wrong_are_a_fault_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(known.ROOT / "config", tmp_path / "config")
    shutil.copytree(known.ROOT / "templates", tmp_path / "templates")
    power = tmp_path / "templates/incidents/power-cut.toml"
    slip = "{% if not confirmed %}{{ until.nothing }}{% endif %} Stay off fallen wires."
    begin, alert, rest = power.read_text().partition("[alert]")
    power.write_text(begin + alert + rest.replace("Stay off fallen wires.", slip, 1))
    monkeypatch.setattr(known, "ROOT", tmp_path)
    found = run(tmp_path / "home", "--json")
    assert found.exit_code == WRONG
    [fault] = [one for one in json.loads(found.stdout)["faults"] if one["file"] == "power-cut.toml"]
    assert fault["key"] == "alert"
    assert "does not render" in fault["what"]


def test_a_translation_that_no_native_speaker_checked_is_noted_where_it_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = "pages are offered in Cymraeg. No native speaker has checked that"
    assert note not in run(tmp_path).output
    monkeypatch.setenv("SKELLAT_PRACTICE_ONLY", "1")
    assert note in run(tmp_path).output
    assert "faults" in json.loads(run(tmp_path, "--json").stdout)
