"""The public side as files: whole or not at all, only what changed, healed after a crash."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from console.public import writing
from console.public.writing import Writer
from tests.public.conftest import AT, Town


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def paths(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


def test_everything_is_there_as_a_file(town: Town, folder: Path) -> None:
    town.says("m0")
    Writer(folder).write(town.side())
    assert paths(folder) >= {
        "index.html",
        "404.html",
        "flood/index.html",
        "cap/skellat-m0.xml",
        "cap.atom",
        "feed.atom",
        "feed.rss",
        "feed.json",
        "banner.js",
        "banner.json",
        "banner.html",
    }
    assert not [one for one in paths(folder) if "/." in f"/{one}"]
    assert (folder / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_second_writing_touches_nothing_and_news_only_what_they_change(
    town: Town, folder: Path
) -> None:
    town.says("m0")
    town.says("other", incident="wind", subject="Wind")
    writer = Writer(folder)
    writer.write(town.side())
    before = (folder / "wind" / "index.html").stat().st_mtime_ns
    assert writer.write(town.side()) == 0
    assert Writer(folder).write(town.side()) == 0
    town.says("m1", kind="update", subject="News of it", created_at=AT + timedelta(hours=1))
    assert writer.write(town.side()) > 0
    assert "News of it" in (folder / "flood" / "index.html").read_text()
    assert (folder / "wind" / "index.html").stat().st_mtime_ns == before


def test_what_runs_out_is_written_anew_without_any_news(town: Town, folder: Path) -> None:
    town.says("m0", expires_at=AT + timedelta(hours=1))
    writer = Writer(folder)
    writer.write(town.side())
    writer.write(town.side(AT + timedelta(hours=1)))
    assert "This has run out" in (folder / "flood" / "index.html").read_text()
    writer.write(town.side(AT + timedelta(days=3)))
    assert "There is no current emergency message" in (folder / "index.html").read_text()


def test_a_reader_never_sees_half_a_file(town: Town, folder: Path) -> None:
    place, done, seen = folder / "index.html", threading.Event(), set()
    town.says("m0")
    Writer(folder).write(town.side())

    def read() -> None:
        while not done.is_set():
            seen.add(place.read_text()[-8:])

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        town.says(f"n{number}", subject="x" * number * 20, created_at=AT + timedelta(hours=number))
        Writer(folder).write(town.side())
    done.set()
    reader.join()
    assert len(seen) == 1, seen


def test_what_a_dead_writer_left_is_cleared_away_and_its_file_written(
    town: Town, folder: Path
) -> None:
    town.says("m0")
    pid = os.fork()
    if pid == 0:
        writing.os.fsync = lambda _handle: os._exit(9)  # type: ignore[assignment]
        Writer(folder).write(town.side())
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert [one for one in paths(folder) if one.endswith(f".{pid}.part")]
    assert not (folder / "index.html").exists()
    Writer(folder).write(town.side())
    assert not [one for one in paths(folder) if one.endswith(".part")]
    assert "Flooding" in (folder / "index.html").read_text()


def test_a_file_that_somebody_removed_or_changed_comes_back(town: Town, folder: Path) -> None:
    town.says("m0")
    writer = Writer(folder)
    writer.write(town.side())
    (folder / "flood" / "index.html").write_text("defaced")
    (folder / "cap.atom").unlink()
    writer.write(town.side(AT + writing.WHOLE_EVERY))
    assert "defaced" not in (folder / "flood" / "index.html").read_text()
    assert (folder / "cap.atom").exists()


def test_nothing_of_an_exercise_is_in_any_file(town: Town, folder: Path) -> None:
    town.says("m0")
    town.says("drill", incident="drill", exercise=True, subject="Rehearsed", text="Rehearsed")
    town.says("mixed", exercise=True, subject="Rehearsed", text="Rehearsed")
    Writer(folder).write(town.side())
    assert "drill" not in {one.name for one in folder.iterdir()}
    for one in folder.rglob("*"):
        assert one.is_dir() or b"Rehearsed" not in one.read_bytes(), one
