"""`skellat places`, as whoever keeps the lists uses it."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import places
from console.cli.main import skellat
from console.settings import ROOT


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def shipped() -> str:
    return (ROOT / "config/places/schools.csv").read_text()


def run(home: Path, *arguments: str) -> Result:
    return CliRunner(env={"SKELLAT_CONFIG": str(home / "config")}).invoke(skellat, [*arguments])


def bring(home: Path, text: str, *options: str, to: str = "schools") -> Result:
    file = home / "new.csv"
    file.write_bytes(text.encode("utf-8-sig"))
    return run(home, "places", "import", to, str(file), *options, "--dir", str(home))


def kept(home: Path) -> list[Path]:
    return sorted((home / "config/places").glob("schools.csv.before-*"))


def there(home: Path) -> str:
    return (home / "config/places/schools.csv").read_text()


CHANGED = (
    shipped()
    .replace("01632 960 101", "01632 960 201")
    .replace("yarrow-braes-primary,Yarrow Braes Primary School", "new-school,New Primary School")
)


def test_it_says_what_it_would_do_and_does_nothing(home: Path) -> None:
    found = bring(home, CHANGED)
    assert found.exit_code == 0
    assert "change ardell-nursery: phone 01632 960 101 -> 01632 960 201" in found.output
    assert "line 43: add new-school: New Primary School (Cairnhead)" in found.output
    assert "take out yarrow-braes-primary: Yarrow Braes Primary School (Cairnhead)" in found.output
    assert "1 added, 1 changed, 1 taken out, 40 as before, 0 refused." in found.output
    assert "Nothing was written. Add --write to do it." in found.output
    assert there(home) == shipped()
    assert kept(home) == []


def test_it_is_written_when_asked_and_the_old_list_is_kept(home: Path) -> None:
    found = bring(home, CHANGED, "--write")
    assert found.exit_code == 0
    assert "new-school" in there(home)
    [old] = kept(home)
    assert old.read_text() == shipped()
    assert old.name in found.output
    assert len(places.load(home / "config/places")["schools"]) == 42
    again = json.loads(bring(home, CHANGED, "--write", "--json").stdout)
    assert (again["as_before"], again["written"]) == (42, True)
    assert len(kept(home)) == 2


def test_a_row_that_is_refused_keeps_all_of_it_out(home: Path) -> None:
    found = bring(home, CHANGED + ",Nameless,Ardell,,\n", "--write")
    assert found.exit_code == 1
    assert "line 44: refused: Nameless, Ardell. It has no id." in found.output
    assert "Nothing was written." in found.output
    assert there(home) == shipped()


def test_a_quote_that_is_never_closed_takes_no_school_out(home: Path) -> None:
    found = bring(home, shipped().replace("Ardell Primary", '"Ardell Primary'), "--write")
    assert found.exit_code == 1
    assert "Mend the quotes" in found.output
    assert there(home) == shipped()


def test_a_file_with_other_ids_has_to_be_meant(home: Path) -> None:
    lines = shipped().splitlines()
    other = "\n".join([lines[0], *(f"x-{line}" for line in lines[1:])])
    found = bring(home, other, "--write")
    assert found.exit_code == 1
    assert "add --take-out 42" in found.output
    assert bring(home, other, "--write", "--take-out", "41").exit_code == 1
    assert there(home) == shipped()
    assert bring(home, other, "--write", "--take-out", "42").exit_code == 0
    assert "x-ardell-nursery" in there(home)


def test_a_list_that_a_type_counts_on_is_not_emptied(home: Path) -> None:
    found = bring(home, "id,name\n", "--write")
    assert found.exit_code == 1
    assert "No place would be left" in found.output


def test_a_new_list_needs_no_old_one(home: Path) -> None:
    found = bring(home, "id,name\na90,the A90\n", "--write", to="roads")
    assert found.exit_code == 0
    assert list(places.load(home / "config/places")["roads"]) == ["a90"]


@pytest.mark.parametrize("name", ["../policy", "Schools", "a/b", ""])
def test_a_list_has_a_plain_name(home: Path, name: str) -> None:
    assert bring(home, shipped(), "--write", to=name).exit_code == 2


def test_a_list_that_somebody_spoilt_can_be_replaced(home: Path) -> None:
    (home / "config/places/schools.csv").write_text("id,name\ncorrie-school,\n")
    assert bring(home, shipped(), "--write").exit_code == 0
    assert len(places.load(home / "config/places")["schools"]) == 42


def test_check_reads_a_file_and_touches_nothing(home: Path) -> None:
    file = home / "list.csv"
    file.write_text("id;name;head\na;A School;Ms X\nb;;\n")
    found = run(home, "places", "check", str(file))
    assert found.exit_code == 1
    assert "line 3: refused: b. It has no name." in found.output
    assert "Columns that are not used: head." in found.output
    assert "1 places, 1 rows refused." in found.output
    shown = json.loads(run(home, "places", "check", str(file), "--json").stdout)
    assert [one["line"] for one in shown["refused"]] == [3]
    assert run(home, "places", "check", str(ROOT / "config/places/schools.csv")).exit_code == 0
