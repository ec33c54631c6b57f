"""Which rules a message falls under, and that what was asked of it survives being kept."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from console.domain import rules
from console.domain.approval import Proof
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role, Rules
from console.domain.rules import Clause, Occasion, Policy
from console.domain.severity import Severity

NOON = Occasion(Mode.ACTUAL, "flooding", Severity.SEVERE, Kind.ALERT, time(12))
NIGHT = Clause("at night", {"sign_offs": 2}, begin=time(22), until=time(6))


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        (time(21, 59), False),
        (time(22), True),
        (time(23, 59), True),
        (time(0), True),
        (time(5, 59), True),
        (time(6), False),
    ],
)
def test_a_night_goes_over_midnight(at: time, fits: bool) -> None:
    assert NIGHT.fits(replace(NOON, at=at)) is fits


@pytest.mark.parametrize(
    ("clause", "fits"),
    [
        (Clause("all", {}), True),
        (Clause("by day", {}, begin=time(8), until=time(18)), True),
        (Clause("mornings", {}, begin=time(8), until=time(12)), False),
        (Clause("floods", {}, types=frozenset({"flooding"})), True),
        (Clause("snow", {}, types=frozenset({"snow-ice"})), False),
        (Clause("bad", {}, severities=frozenset({Severity.SEVERE, Severity.EXTREME})), True),
        (Clause("deadly", {}, severities=frozenset({Severity.EXTREME})), False),
        (Clause("corrections", {}, kinds=frozenset({Kind.CORRECTION})), False),
        (
            Clause("both", {}, types=frozenset({"flooding"}), kinds=frozenset({Kind.UPDATE})),
            False,
        ),
    ],
)
def test_an_exception_fits_where_all_that_it_names_does(clause: Clause, fits: bool) -> None:
    assert clause.fits(NOON) is fits


def test_where_several_exceptions_fit_the_later_one_has_the_last_word() -> None:
    policy = Policy(
        clauses=(
            Clause("floods", {"sign_offs": 2, "wrong_pins": 3}),
            Clause("severe", {"sign_offs": 1}),
        )
    )
    found = policy.rules(NOON)
    assert (found.sign_offs, found.wrong_pins) == (1, 3)
    assert [one.name for one in policy.fitting(NOON)] == ["floods", "severe"]


def test_exceptions_are_for_actual_incidents_only() -> None:
    drill = replace(NOON, mode=Mode.EXERCISE)
    policy = Policy(clauses=(Clause("all", {"sign_offs": 3}),))
    assert policy.rules(drill) == policy.exercise
    assert policy.fitting(drill) == ()


def test_rules_that_are_kept_come_back_as_they_were() -> None:
    kept = Rules(
        sign_offs=2,
        proof=Proof.SESSION,
        approve_within=timedelta(minutes=7),
        languages=("en", "cy"),
        roles=frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
        next_after=(timedelta(minutes=3),),
        sole_release=frozenset({Role.DUTY_OFFICER}),
        look_back_within=timedelta(hours=5),
    )
    assert rules.load(rules.dump(kept)) == kept
    assert rules.load({}) == Rules()
    assert rules.load({**rules.dump(kept), "of a later version": 1}) == kept
