"""bandit reads the code: what it is known for is found where it was planted, and not in ours."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.judges import findings, planted
from tests.judges.findings import Finding
from tests.judges.install import ROOT
from tests.judges.judge import present, run

SECONDS = 120


@pytest.fixture(autouse=True)
def bandit() -> None:
    present("bandit")


def found(home: Path, ground: Path, *folders: str) -> list[Finding]:
    said = run(
        "bandit",
        *("--quiet", "--recursive", "--ignore-nosec"),
        *("--format", "json", "--output", home / "bandit.json"),
        *folders,
        home=home,
        cwd=ground,
        seconds=SECONDS,
    )
    assert said.code in (0, 1), said.out
    report = json.loads((home / "bandit.json").read_text())
    assert report["errors"] == []
    return [_finding(ground, one) for one in report["results"]]


def _finding(ground: Path, one: dict[str, Any]) -> Finding:
    return findings.in_file(ground, one["test_id"], one["filename"], one["line_number"])


def test_bandit_sees_every_planted_line(tmp_path: Path) -> None:
    marks = planted.plant("bandit", tmp_path / "ground")
    assert planted.mistakes(marks, found(tmp_path, tmp_path / "ground", ".")) == []


def test_bandit_has_nothing_to_say_of_the_code(tmp_path: Path) -> None:
    ours = found(tmp_path, ROOT, "console", "workers", "bench")
    findings.nothing_else(ours, findings.allowed("bandit"))
