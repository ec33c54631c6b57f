"""`skellat public`: everything as files in a folder, and a folder that cannot be written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli.public import command


def run(home: Path, *arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(command, [arguments[0], "--dir", str(home), *arguments[1:]])
    return found.exit_code, found.output


def test_export_writes_every_file_and_again_none(tmp_path: Path) -> None:
    code, said = run(tmp_path / "home", "export", str(tmp_path / "www"))
    assert (code, said.endswith(f"in {tmp_path}/www.\n")) == (0, True), said
    assert (tmp_path / "www" / "cap.atom").exists()
    assert run(tmp_path / "home", "export", str(tmp_path / "www"))[1].startswith("0 files")


def test_sync_writes_where_the_workers_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKELLAT_PUBLIC_DIR", str(tmp_path / "site"))
    assert run(tmp_path / "home", "sync")[0] == 0
    assert (tmp_path / "site" / "index.html").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = run(tmp_path / "home", "export", str(tmp_path / "file" / "www"))
    assert code == 1
    assert "cannot be written: Not a directory." in said
