"""semgrep reads code and templates by the project's own laws, which no other check knows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.judges import findings, planted
from tests.judges.findings import Finding
from tests.judges.install import ROOT
from tests.judges.judge import present, run

RULES = Path(__file__).parent / "rules"
SECONDS = 240


@pytest.fixture(autouse=True)
def semgrep() -> None:
    present("semgrep")


def found(home: Path, ground: Path, *folders: str) -> list[Finding]:
    """By local rules alone: nothing is fetched, nothing is told to anybody."""
    said = run(
        "semgrep",
        *("scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore"),
        *("--disable-nosem", "--project-root", ground, "--jobs", "2"),
        *("--config", RULES, "--json", "--output", home / "semgrep.json"),
        *folders,
        home=home,
        cwd=ground,
        seconds=SECONDS,
    )
    assert said.code == 0, said.out
    report = json.loads((home / "semgrep.json").read_text())
    assert report["errors"] == []
    return [_finding(ground, one) for one in report["results"]]


def _finding(ground: Path, one: dict[str, Any]) -> Finding:
    rule = str(one["check_id"]).rpartition(".")[2]
    return findings.in_file(ground, rule, one["path"], one["start"]["line"])


def test_every_rule_has_a_planted_line_that_it_sees_and_no_good_one_is_taken_for_bad(
    tmp_path: Path,
) -> None:
    ground = tmp_path / "ground"
    marks = planted.plant("semgrep", ground)
    rules = {
        name
        for file in RULES.glob("*.yaml")
        for name in re.findall(r"^  - id: (\S+)$", file.read_text(), re.M)
    }
    assert rules == {mark.rule for mark in marks if mark.bad}
    there = sorted(each.name for each in ground.iterdir())
    assert planted.mistakes(marks, found(tmp_path, ground, *there)) == []


def test_the_code_and_the_templates_keep_the_laws(tmp_path: Path) -> None:
    ours = found(tmp_path, ROOT, "console", "workers", "templates", "bench")
    findings.nothing_else(ours, findings.allowed("semgrep"))
