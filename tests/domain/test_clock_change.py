"""Local times at the two changes of the clocks in Britain, and in a zone that has none."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from console.domain.clock_change import ClockFault, clock_fault

LONDON = ZoneInfo("Europe/London")


def local(text: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("clock", ["01:00", "01:30", "01:59"])
def test_the_hour_that_spring_leaves_out_does_not_exist(clock: str) -> None:
    assert clock_fault(local(f"2026-03-29T{clock}")) is ClockFault.SKIPPED


@pytest.mark.parametrize("clock", ["01:00", "01:30", "01:59"])
@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_autumn_repeats_is_no_one_moment(clock: str, fold: int) -> None:
    at = local(f"2026-10-25T{clock}").replace(fold=fold)
    assert clock_fault(at) is ClockFault.TWICE


@pytest.mark.parametrize(
    "text",
    ["2026-03-29T00:59", "2026-03-29T02:00", "2026-10-25T00:59", "2026-10-25T02:00",
     "2026-01-16T06:00"],
)  # fmt: skip
def test_every_other_time_is_one_moment(text: str) -> None:
    assert clock_fault(local(text)) is None


def test_where_no_clock_is_changed_every_time_is_one_moment() -> None:
    assert clock_fault(local("2026-03-29T01:30", "Etc/UTC")) is None
