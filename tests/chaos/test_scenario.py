"""The plans of seeds: replayable, and between them every fault point has its turn."""

import pytest

from tests.chaos.report import ENOUGH, at_most, never_hit
from tests.chaos.scenario import BROKEN, ORDER, database_of, plan


def test_a_seed_is_the_same_plan_every_time() -> None:
    assert [plan(seed) for seed in range(1, 50)] == [plan(seed) for seed in range(1, 50)]


def test_every_fault_point_has_both_databases_in_forty_seeds() -> None:
    first = {(plan(seed).faults[0].partition(":")[0], database_of(seed)) for seed in range(1, 41)}
    assert first == {(name, database) for name in ORDER for database in ("sqlite", "postgresql")}


def test_every_way_of_breaking_comes_up() -> None:
    acts = {step.act for seed in range(1, 200) for step in plan(seed).steps}
    assert set(BROKEN) <= acts


def test_a_point_that_was_never_hit_is_named() -> None:
    hit = [{"happened": {f"{name}:kill": 1}} for name in ORDER[1:]]
    assert never_hit([*hit, *[{}] * ENOUGH]) == [ORDER[0]]
    assert never_hit(hit) == []


@pytest.mark.parametrize(("found", "most"), [(0, 3.00), (1, 4.74), (2, 6.30), (5, 10.51)])
def test_what_was_seen_bounds_what_there_is(found: int, most: float) -> None:
    """As tables of the Poisson distribution have it, one-sided, 95 %."""
    assert at_most(found) == pytest.approx(most, abs=0.005)
