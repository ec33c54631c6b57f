"""Anchors on disk: shared by processes, never moved back, whole or not at all."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from console.domain.anchor import Anchor
from console.store.anchors import Anchors, Unreadable

FIRST = "f" * 64
ANCHOR = Anchor(FIRST, 1, "digest 1", "2026-01-16T05:18:00+00:00")


def climb(home: Path, numbers: range) -> None:
    """One process of several; others may be further already."""
    anchors = Anchors(home)
    for number in numbers:
        anchors.keep(replace(ANCHOR, number=number, digest=f"digest {number}"))
        found = anchors.read(FIRST)
        assert found
        assert found.number >= number
        assert found.digest == f"digest {found.number}"


def test_processes_side_by_side_never_move_it_back(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(climb, tmp_path, range(one, 201, 4)) for one in (1, 2, 3, 4)]:
            done.result()
    found = Anchors(tmp_path).read(FIRST)
    assert found
    assert (found.number, found.digest) == (200, "digest 200")


def test_only_the_first_to_keep_one_is_told_that_there_was_none(tmp_path: Path) -> None:
    assert Anchors(tmp_path).keep(ANCHOR)
    assert not Anchors(tmp_path).keep(ANCHOR)


def test_what_a_person_accepted_may_lie_further_back(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path)
    anchors.keep(replace(ANCHOR, number=9, intents=("one",)))
    anchors.begin_anew(ANCHOR)
    assert anchors.read(FIRST) == ANCHOR


def test_each_database_has_its_own_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path)
    anchors.keep(ANCHOR)
    anchors.keep(replace(ANCHOR, database="e" * 64, number=5))
    assert anchors.read(FIRST) == ANCHOR
    files = list((tmp_path / "anchors").iterdir())
    assert len([one for one in files if one.suffix == ".json"]) == 2
    assert not [one for one in files if one.suffix == ".json" and one.stat().st_mode & 0o077]
    assert (tmp_path / "anchors").stat().st_mode & 0o077 == 0


def test_what_somebody_wrote_into_it_is_told_by_its_path(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path)
    anchors.keep(ANCHOR)
    (path,) = (tmp_path / "anchors").glob("*.json")
    path.write_text("7")
    with pytest.raises(Unreadable) as told:
        anchors.read(FIRST)
    assert told.value.path == path
