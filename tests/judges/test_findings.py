"""What nobody allowed fails, and so does a reason for nothing; a missed plant, a missing judge."""

from pathlib import Path

import pytest

from tests.judges import install, planted
from tests.judges.findings import ALLOWED, Allowed, Finding, allowed, complaints
from tests.judges.judge import present

FAULT = Finding("no-shell", "console/cli/up.py", "os.system(name)", 12)
REASON = Allowed("no-shell", "console/cli/*.py", "the name is ours", what=r"system\(name\)")


def test_what_nobody_allowed_is_a_complaint() -> None:
    other_rule = Finding("no-sql-by-formatting", FAULT.where, FAULT.what)
    other_file = Finding(FAULT.rule, "console/web/up.py", FAULT.what)
    other_line = Finding(FAULT.rule, FAULT.where, "os.system(typed)")
    assert complaints([FAULT], [REASON]) == []
    for strange in (other_rule, other_file, other_line):
        assert complaints([FAULT, strange], [REASON]) == [str(strange)]


def test_a_reason_for_what_is_not_found_any_more_is_a_complaint() -> None:
    (stale,) = complaints([], [REASON])
    assert stale.startswith("allowed but not found any more: no-shell in console/cli/*.py")


def test_every_list_belongs_to_a_judge_and_every_entry_has_its_reason() -> None:
    lists = {file.stem: allowed(file.stem) for file in ALLOWED.glob("*.toml")}
    assert set(lists) <= set(install.PROGRAMS)
    for entries in lists.values():
        assert all(len(one.why) > 15 for one in entries)


def test_a_planted_line_that_is_missed_and_a_good_one_that_is_not_are_mistakes(
    tmp_path: Path,
) -> None:
    marks = planted.plant("bandit", tmp_path)
    bad = [mark for mark in marks if mark.bad]
    found = [Finding(mark.rule, mark.where, "", mark.line) for mark in bad]
    assert planted.mistakes(marks, found) == []
    assert planted.mistakes(marks, found[1:]) == [str(bad[0])]
    good = planted.Mark("bad.py", 1, "B101", bad=False)
    assert planted.mistakes([good], [Finding("B101", "bad.py", "", 1)]) == [str(good)]


def test_a_judge_that_is_missing_is_a_loud_skip_and_in_ci_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKELLAT_CACHE", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    how = r"needs wapiti.*python tests/judges/install\.py wapiti"
    with pytest.raises(pytest.skip.Exception, match=how):
        present("wapiti")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=how):
        present("wapiti")


def test_every_judge_is_pinned_with_hashes_and_no_pin_names_where_it_comes_from() -> None:
    for judge in install.PROGRAMS:
        pins = install.requirements(judge).read_text()
        assert pins.count("==") > 0
        assert pins.count("--hash=sha256:") >= pins.count("==")
        assert "://" not in pins
