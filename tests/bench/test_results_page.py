"""RESULTS.md says what results.json holds, which goal was missed and by how much."""

from typing import Any

import pytest

from bench import figures, results_page
from bench.figures import Figure

MACHINE = {"cores": "2"}


def measured(*found: Figure) -> dict[str, Any]:
    return {"machine": MACHINE, "measures": {one.name: one.plain() for one in found}}


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure("a", "", "×", [1.02, 1.04, 1.2], goal=1.05), "≤ 1.05: yes"),
        (Figure("a", "", "s", [12.0], goal=10), "≤ 10: NO, by 2, 20.0%"),
        (Figure("a", "", "/s", [200.0], goal=250, least=True), "≥ 250: NO, by 50, 20.0%"),
        (Figure("a", "", "/s", [251.0], goal=250, least=True), "≥ 250: yes"),
        (Figure("a", "", "ms", [3.0]), ""),
    ],
)
def test_a_goal_is_compared_with_the_median(figure: Figure, said: str) -> None:
    assert figure.met == said


def test_how_many_times_faster_is_told_only_where_both_were_measured() -> None:
    ours = Figure("fanout_20", "", "×", [1.0, 1.1, 1.2])
    theirs = Figure("apprise_20", "", "×", [2.3, 2.2, 2.4])
    both = {"fanout_20": ours, "apprise_20": theirs}
    assert [(one.name, one.met) for one in figures.faster(both)] == [("faster_20", "≥ 2: yes")]
    assert list(figures.faster({"fanout_20": ours})) == []


def test_the_results_begin_with_the_figures_of_the_goals() -> None:
    names = (*figures.RATIOS, *figures.NUMBERS)
    found = figures.results({name: Figure(name, "", "×", [1, 2, 3]).plain() for name in names})
    assert found["fanout_20"] == {"median": 2, "min": 1, "max": 3}
    assert found["recover_s"] == 2
    assert set(found) == {*names, "machine", "measures"}


def test_what_is_measured_again_takes_the_place_of_what_was_and_stale_ratios_go() -> None:
    names = ("fanout_20", "apprise_20", "faster_20", "pss_mb")
    before = {name: Figure(name, "", "×", [1.0]).plain() for name in names}
    again = {"fanout_20": Figure("fanout_20", "", "×", [2.0]).plain()}
    found = figures.joined(before, again)
    assert {name: one["median"] for name, one in found.items()} == {
        "fanout_20": 2, "apprise_20": 1, "pss_mb": 1,
    }  # fmt: skip
    whole = figures.joined(before, {**again, "apprise_20": before["apprise_20"]})
    assert set(whole) == set(names)


def test_the_page_names_what_was_missed_and_keeps_the_notes() -> None:
    slow = Figure("recover_s", "a worker killed", "s", [12.0], goal=10)
    page = results_page.render(measured(slow), None, "## Why\n\nThe disk was slow.\n")
    day = slow.plain()["day"]
    said = f"| 12.0 | 12.0 | 12.0 | s | 1 | ≤ 10: NO, by 2, 20.0% | {day} | a worker killed |"
    assert f"| recover_s {said}" in page
    assert "Missed: recover_s." in page
    assert "The disk was slow." in page
    assert results_page.NO_CHAOS in page


def test_the_page_shows_what_the_chaos_proof_reports() -> None:
    chaos = {
        "date": "2026-11-22",
        "seeds": 300,
        "range": [1, 300],
        "bound": 0.01,
        "kills": {"after-intent": 40},
        "verdicts": {"lost": 0, "doubled": 0},
    }
    page = results_page.render(measured(), chaos, "")
    assert "Every goal is met." in page
    assert "- seeds: 300\n- range: 1, 300\n- bound: 0.01" in page
    assert "| after-intent | 40 |" in page
    assert "| lost | 0 |" in page
    assert results_page.NO_CHAOS not in page
