"""The page of the forty checks has a row and a test for every one, and marks the vetoes."""

import re

from tests.scoring.sheet import CHECKS, PAGE, VETOES, Result, checks, put, table


def test_every_check_has_one_test_and_words_of_its_own() -> None:
    found = checks()
    assert [one.number for one in found] == list(CHECKS)
    assert all(one.words for one in found)


def test_the_page_names_every_test_and_marks_every_veto() -> None:
    page = PAGE.read_text()
    rows = {int(number): row for number, row in re.findall(r"^\| (\d+)\b(.*)$", page, re.M)}
    assert list(rows) == list(CHECKS)
    for one in checks():
        assert f"`{one.file}::{one.name}`" in rows[one.number]
    assert {number for number, row in rows.items() if "**veto**" in row} == VETOES


def test_at_least_38_pass_no_veto_failed_and_what_fails_is_explained() -> None:
    page = PAGE.read_text()
    passed = {int(one) for one in re.findall(r"^\| (\d+)\b.*\| yes \|$", page, re.M)}
    failed = {*CHECKS} - passed
    assert len(failed) <= 2
    assert not failed & VETOES
    for number in failed:
        assert f"**{number}.**" in page, "what fails is explained"


def test_a_run_puts_its_figures_into_the_table_and_leaves_the_rest() -> None:
    page = f"Before.\n\n{table({})}\nAfter.\n"
    fresh = put(page, table({2: Result(True, ["8 taps"]), 5: Result(False, ["a | b"])}))
    assert fresh.startswith("Before.\n\n| # |")
    assert fresh.endswith("|\n\nAfter.\n")
    assert "| 8 taps | yes |" in fresh
    assert "| a \\| b | **no** |" in fresh
