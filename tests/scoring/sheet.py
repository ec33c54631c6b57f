"""The table of `docs/scoring.md`: a row for each check, with what its tests measured."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "scoring.md"
VETOES = frozenset({4, 5, 10, 11, 17, 18, 24, 29, 32, 34})
"""Without each of these nothing ships, whatever the others say."""
CHECKS = range(1, 41)
HEAD = "| # | Check | Test | Measured | Passes |\n| --- | --- | --- | --- | --- |\n"
_NAME = re.compile(r"test_(\d\d)_\w+")


@dataclass
class Result:
    passed: bool = True
    measured: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Check:
    number: int
    words: str
    file: str
    name: str


def checks() -> list[Check]:
    """The checks that there are tests of, in order, by the tests' own names and first lines."""
    return sorted(_found(), key=lambda one: one.number)


def number(name: str) -> int:
    """Of the check that a test of this name is about; 0 for none."""
    found = _NAME.match(name)
    return int(found.group(1)) if found else 0


def _found() -> Iterator[Check]:
    for file in HERE.glob("test_*.py"):
        for one in ast.parse(file.read_text()).body:
            if isinstance(one, ast.FunctionDef) and number(one.name):
                words = " ".join((ast.get_docstring(one) or "").split())
                yield Check(number(one.name), words, file.name, one.name)


def table(results: Mapping[int, Result]) -> str:
    rows = [_row(one, results.get(one.number)) for one in checks()]
    return HEAD + "".join(rows)


def _row(check: Check, result: Result | None) -> str:
    veto = " **veto**" if check.number in VETOES else ""
    measured = "; ".join(dict.fromkeys(result.measured)) if result else ""
    passes = "not run" if result is None else "yes" if result.passed else "**no**"
    measured = measured.replace("|", "\\|")
    name = f"`{check.file}::{check.name}`"
    return f"| {check.number}{veto} | {check.words} | {name} | {measured} | {passes} |\n"


def put(page: str, fresh: str) -> str:
    """The page with this table in place of its own."""
    before, after = page.split(HEAD)
    rest = after[len("".join(re.findall(r"\A(?:\|.*\n)*", after))) :]
    return before + fresh + rest
