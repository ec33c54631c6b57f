"""policy.toml is read whole, and what is wrong with it is said with key and remedy."""

from datetime import time, timedelta

import pytest

from console import policy_file
from console.configuration import Fault
from console.domain.approval import Proof
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role
from console.domain.rules import Occasion, Policy
from console.domain.severity import Severity
from console.settings import ROOT

WRITTEN = """
[actual]
sign_offs = 1
next_after_minutes = [4, 8]

[[rule]]
name = "at night"
from = "22:00"
until = "06:00"
approve_within_minutes = 60

[[rule]]
name = "danger to life"
severity = ["extreme"]
types = ["flooding"]
sign_offs = 2
roles = ["approver", "administrator"]
proof = "session"
sole_release = ["duty officer"]
look_back_within_hours = 6

[exercise]
proof = "button"
"""


def parsed(text: str) -> tuple[Policy | None, list[Fault]]:
    faults: list[Fault] = []
    return policy_file.parse(text, faults), faults


def test_rules_differ_by_type_severity_and_time_of_day() -> None:
    policy, faults = parsed(WRITTEN)
    assert not faults
    assert policy
    calm = Occasion(Mode.ACTUAL, "flooding", Severity.SEVERE, Kind.ALERT, time(12))
    assert policy.rules(calm).sign_offs == 1
    assert policy.rules(calm).next_after == (timedelta(minutes=4), timedelta(minutes=8))
    deadly = Occasion(Mode.ACTUAL, "flooding", Severity.EXTREME, Kind.ALERT, time(23))
    found = policy.rules(deadly)
    assert (found.sign_offs, found.proof) == (2, Proof.SESSION)
    assert found.approve_within == timedelta(minutes=60)
    assert found.roles == {Role.APPROVER, Role.ADMINISTRATOR}
    assert found.sole_release == {Role.DUTY_OFFICER}
    assert found.look_back_within == timedelta(hours=6)
    drill = Occasion(Mode.EXERCISE, "flooding", Severity.EXTREME, Kind.ALERT, time(23))
    assert policy.rules(drill).proof is Proof.BUTTON
    assert policy.rules(drill).own_sign_off


def test_the_shipped_policy_is_read_and_short() -> None:
    text = (ROOT / "config" / "policy.toml").read_text()
    policy, faults = parsed(text)
    assert policy
    assert not faults
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[actual]\nsignoffs = 1", "actual.signoffs", "Did you mean 'sign_offs'?"),
        ("[actuel]\nsign_offs = 1", "actuel", "Did you mean 'actual'?"),
        ("[[rule]]\nsign_offs = 2", "rule.0.name", "Add it"),
        ('[[rule]]\nname = "x y"\ntype = ["a"]', "rule.0.type", "Did you mean 'types'?"),
        ('[[rule]]\nname = "night"\nfrom = "22:00"', "rule.0", "needs both ends"),
        ("[actual]\nsign_offs = 0", "actual.sign_offs", "greater than or equal to 1"),
        ('[actual]\nproof = "button"', "actual.proof", "for exercises only"),
        ('[[rule]]\nname = "quick"\nproof = "button"', "rule 'quick'.proof", "for exercises only"),
        ("[actual]\nown_sign_off = true", "actual.own_sign_off", "their own words"),
        ('[actual]\nroles = ["auditor"]', "actual.roles", "administrator, approver"),
        ("[actual]\nroles = []", "actual.roles", "one or more of"),
        ('[actual]\nsole_release = ["auditor"]', "actual.sole_release", "duty officer"),
        ("[actual]\nnext_after_minutes = [10, 5]", "actual.next_after_minutes", "later than"),
        ("[actual", "", "Correct that line"),
    ],
)
def test_a_fault_is_said_with_its_key_and_what_to_do(text: str, key: str, says: str) -> None:
    policy, faults = parsed(text)
    assert policy is None
    assert [one.key for one in faults] == [key]
    assert says in str(faults[0])
