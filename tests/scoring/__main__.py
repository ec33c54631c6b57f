"""Plays the forty checks and writes what they measured into `docs/scoring.md`."""

import sys

import pytest

from tests.scoring.sheet import HERE, PAGE, Result, number, put, table


class Listener:
    """Hears from pytest what became of each test."""

    def __init__(self) -> None:
        self.results: dict[int, Result] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        check = number(report.location[2])
        if not check or (report.when != "call" and report.passed):
            return
        result = self.results.setdefault(check, Result())
        result.passed &= report.passed
        result.measured += [str(said) for key, said in report.user_properties if key == "measured"]


def main(arguments: list[str]) -> int:
    listener = Listener()
    code = pytest.main([str(HERE), *arguments], plugins=[listener])
    PAGE.write_text(put(PAGE.read_text(), table(listener.results)))
    passed = sum(one.passed for one in listener.results.values())
    print(f"{passed} of 40 pass; {PAGE.name} says which, and what was measured.")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
