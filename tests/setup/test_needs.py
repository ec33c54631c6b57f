"""What a machine lacks is said aloud at home and is a failure in CI."""

from pathlib import Path

import pytest

from tests.real.needs import needs


def test_at_home_a_missing_tool_is_a_skip_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"needs no-such-bell.*apt install bell"):
        needs("no-such-bell", "apt install bell")


def test_in_ci_a_missing_tool_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="needs no-such-bell"):
        needs("no-such-bell", "apt install bell")


def test_a_tool_off_the_path_is_found_where_the_test_says(tmp_path: Path) -> None:
    bell = tmp_path / "no-such-bell"
    bell.touch(mode=0o755)
    assert needs("no-such-bell", "apt install bell", [tmp_path]) == bell
