"""Forty seeds of real processes that are really broken; and planted bugs, each of which is seen."""

import time
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import report, runner
from tests.chaos.scenario import plan
from tests.real.needs import missing, needs
from tests.real.postgres import find_binaries

pytestmark = pytest.mark.xdist_group("chaos")
LANES = 8


@pytest.fixture(scope="module", autouse=True)
def servers() -> None:
    needs("redis-server", "apt install redis-server, or brew install valkey")
    find_binaries()
    if not Path("/proc/self/task").exists():
        missing("the /proc of Linux", "run this on Linux")


def test_forty_seeds_break_no_promise_and_hit_every_fault_point() -> None:
    begun = time.monotonic()
    results = runner.run(range(1, 41), lanes=LANES)
    found = report.report(results, time.monotonic() - begun, LANES)
    print(report.table(found))
    assert (found["seeds"], found["verdicts"], found["never_hit"]) == (40, [], [])


SEEN_BY = {
    "lease-removed": (2, "doubled", ""),
    "intent-after-send": (1, "doubled", "before-intent-commit:kill"),
    "send-before-commit": (10, "unapproved", ""),
    "blind-resend": (5, "doubled", ""),
    "no-recheck": (4, "altered", ""),
    "order-ignored": (4, "stale", ""),
}
"""The seed to begin with, one of those that shows it soon; what the judge says; and the fault
without which it cannot show, so that only seeds with it are played."""


@pytest.mark.parametrize("plant", SEEN_BY)
def test_a_planted_bug_is_seen_within_a_hundred_seeds(plant: str) -> None:
    first, kind, fault = SEEN_BY[plant]

    def blind(result: dict[str, Any]) -> bool:
        return kind not in {one["kind"] for one in result["verdicts"]}

    able = (one for one in count(first) if any(fault in name for name in (*plan(one).faults, "")))
    results = runner.run(list(islice(able, 100)), lanes=LANES, plant=plant, each=blind)
    assert not blind(results[-1]), f"{len(results)} seeds saw nothing of it"
