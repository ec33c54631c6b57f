"""The page that promises names a test for every row of the fault matrix, and each one exists."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs/guarantee.md"


def test_the_page_has_all_38_rows() -> None:
    matrix = PAGE.read_text().partition("## Every row")[2].partition("## The chaos")[0]
    rows = re.findall(r"^\| (\d+) \|", matrix, re.M)
    assert rows == [str(number) for number in range(1, 39)]


@pytest.mark.parametrize("row", [str(number) for number in range(1, 39)])
def test_each_test_that_a_row_names_exists(row: str) -> None:
    named = re.findall(r"`([^`:]+)::([^`]+)`", _matrix_row(row))
    assert named
    for path, name in named:
        tree = ast.parse((TESTS / path).read_text())
        assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def _matrix_row(row: str) -> str:
    matrix = PAGE.read_text().partition("## Every row")[2]
    found = re.search(rf"^\| {row} \| .*$", matrix, re.M)
    assert found
    return found.group()
