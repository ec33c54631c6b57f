"""Who may sign, and how many sign-offs of exactly these words are still missing."""

import pytest

from console.domain.approval import ApprovalState
from console.domain.policy import (
    MAY,
    Act,
    Bar,
    Role,
    Rules,
    SignOff,
    barred,
    may,
    still_needed,
)
from console.domain.rules import Policy

ONE, TWO = Rules(), Rules(sign_offs=2)
DRILL = Rules(own_sign_off=True)
GRANTED = ApprovalState.GRANTED


@pytest.mark.parametrize(
    ("rules", "sign_offs", "contributors", "missing"),
    [
        (ONE, [], [], 1),
        (ONE, [SignOff("a", "d", GRANTED)], [], 0),
        (ONE, [SignOff("a", "older", GRANTED)], [], 1),
        (ONE, [SignOff("a", "d", ApprovalState.ASKED)], [], 1),
        (ONE, [SignOff("a", "d", ApprovalState.SUPERSEDED)], [], 1),
        (ONE, [SignOff("a", "d", GRANTED)], ["a"], 1),
        (DRILL, [SignOff("a", "d", GRANTED)], ["a"], 0),
        (TWO, [SignOff("a", "d", GRANTED), SignOff("a", "d", GRANTED)], [], 1),
        (TWO, [SignOff("a", "d", GRANTED), SignOff("b", "d", GRANTED)], [], 0),
        (TWO, [SignOff("a", "d", GRANTED), SignOff("b", "older", GRANTED)], [], 1),
    ],
)
def test_only_sign_offs_of_these_words_by_others_count_once_each(
    rules: Rules, sign_offs: list[SignOff], contributors: list[str], missing: int
) -> None:
    assert still_needed(rules, "d", sign_offs, contributors) == missing


@pytest.mark.parametrize(
    ("rules", "active", "roles", "contributors", "bar"),
    [
        (ONE, True, [Role.APPROVER], [], None),
        (ONE, True, [Role.DUTY_OFFICER], [], Bar.NOT_AN_APPROVER),
        (ONE, True, [Role.ADMINISTRATOR], [], Bar.NOT_AN_APPROVER),
        (ONE, False, [Role.APPROVER], [], Bar.INACTIVE),
        (ONE, True, [Role.APPROVER, Role.DUTY_OFFICER], ["me"], Bar.CONTRIBUTED),
        (DRILL, True, [Role.APPROVER, Role.DUTY_OFFICER], ["me"], None),
        (DRILL, True, [Role.DUTY_OFFICER], ["me"], Bar.NOT_AN_APPROVER),
    ],
)
def test_who_may_not_sign_is_told_why(
    rules: Rules, active: bool, roles: list[Role], contributors: list[str], bar: Bar | None
) -> None:
    found = barred(rules, person="me", active=active, roles=roles, contributors=contributors)
    assert found is bar


def test_every_act_names_its_roles_and_nobody_without_a_role_may_do_anything() -> None:
    assert set(MAY) == set(Act)
    assert not any(may([], act) for act in Act)


def test_nobody_may_sign_their_own_words_in_an_actual_incident_unless_told_otherwise() -> None:
    assert not Policy().actual.own_sign_off
    assert Policy().exercise.own_sign_off
