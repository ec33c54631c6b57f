"""The page of the 85 attacks names a test for every one, and each test exists."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs/security-tests.md"
ROWS = [str(number) for number in range(1, 86)]


def test_the_page_has_all_85_rows() -> None:
    assert re.findall(r"^\| (\d+) \|", PAGE.read_text(), re.M) == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_each_test_that_a_row_names_exists(row: str) -> None:
    line = _line(row)
    named = re.findall(r"`([^`:]+)::([^`]+)`", line)
    not_built = re.search(r"no test: \S+", line)
    assert named or not_built
    for path, name in named:
        tree = ast.parse((TESTS / path).read_text())
        functions = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        assert name in functions, f"{path} has no {name}"


def test_every_test_that_is_named_after_a_row_stands_in_it() -> None:
    for path in sorted((TESTS / "security").glob("test_*.py")):
        for name in re.findall(r"^def (test_row_\w+)", path.read_text(), re.M):
            for number in re.findall(r"(?<=_)(\d\d)(?=_)", name.split("_row")[1]):
                where = f"`security/{path.name}::{name}`"
                assert where in _line(str(int(number))), f"{where} is not in row {int(number)}"


def _line(row: str) -> str:
    found = re.search(rf"^\| {row} \| .*$", PAGE.read_text(), re.M)
    assert found
    return found.group()
