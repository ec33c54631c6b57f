"""What groups give and take, and which addresses may be trusted: plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from console.domain.policy import Role
from console.domain.single_sign_on import (
    WEIGHTY,
    Asserted,
    GroupRules,
    Roles,
    SingleSignOn,
    after,
    given,
    safe_address,
    strong_at,
)

NOW = datetime(2026, 1, 16, 6, 10, tzinfo=UTC)
OFFICER, APPROVER, AUDITOR, CUSTODIAN, ADMINISTRATOR = (
    Role.DUTY_OFFICER, Role.APPROVER, Role.AUDITOR, Role.CUSTODIAN, Role.ADMINISTRATOR,
)  # fmt: skip
RULES = GroupRules(
    {
        "auditors": frozenset({AUDITOR}),
        "everything": frozenset(Role),
        "officers": frozenset({OFFICER, AUDITOR}),
    },
    publishing=frozenset({"officers"}),
)


def test_a_group_gives_its_roles_and_an_unknown_one_gives_none() -> None:
    assert given(RULES, ["auditors", "choir"]).roles == {AUDITOR}
    assert given(RULES, []).roles == frozenset()


def test_a_group_that_is_not_listed_gives_no_weighty_role() -> None:
    found = given(RULES, ["everything"])
    assert found.roles == {AUDITOR, CUSTODIAN}
    assert found.withheld == WEIGHTY


def test_a_listed_group_gives_them_and_only_its_own() -> None:
    found = given(RULES, ["everything", "officers"])
    assert found.roles == {AUDITOR, CUSTODIAN, OFFICER}
    assert found.withheld == {APPROVER, ADMINISTRATOR}


@pytest.mark.parametrize(
    ("by_hand", "by_group", "groups_give", "all_after", "by_group_after"),
    [
        ({OFFICER}, set(), set(), {OFFICER}, set()),
        ({OFFICER}, set(), {AUDITOR}, {OFFICER, AUDITOR}, {AUDITOR}),
        ({OFFICER}, {AUDITOR}, set(), {OFFICER}, set()),
        ({OFFICER}, {AUDITOR}, {CUSTODIAN}, {OFFICER, CUSTODIAN}, {CUSTODIAN}),
        # What was given by hand before a group gave it too does not go with the group.
        ({AUDITOR}, set(), {AUDITOR}, {AUDITOR}, set()),
        (set(), {AUDITOR}, set(), set(), set()),
    ],
)
def test_groups_take_what_they_gave_and_nothing_else(
    by_hand: set[Role],
    by_group: set[Role],
    groups_give: set[Role],
    all_after: set[Role],
    by_group_after: set[Role],
) -> None:
    before = Roles(frozenset(by_hand | by_group), frozenset(by_group))
    assert after(before, frozenset(groups_give)) == Roles(
        frozenset(all_after), frozenset(by_group_after)
    )


def asserted(*methods: str, ago: float | None = 0) -> Asserted:
    at = None if ago is None else NOW - timedelta(minutes=ago)
    return Asserted("https://i", "s", methods=frozenset(methods), proved_at=at)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (asserted("pwd", "otp"), NOW),
        (asserted("otp", ago=90), NOW - timedelta(minutes=90)),
        (asserted("otp", ago=-90), NOW),
        (asserted("pwd"), None),
        (asserted(), None),
        (asserted("otp", ago=None), None),
        (asserted("otp", ago=12 * 60 + 1), None),
    ],
)
def test_a_second_factor_counts_from_when_it_was_proved(
    person: Asserted, expected: datetime | None
) -> None:
    assert strong_at(person, {"otp", "hwk"}, NOW, timedelta(hours=12)) == expected


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.northbrae.example/realms/staff", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080/x", True),
        ("http://[::1]:8080/x", True),
        ("http://login.northbrae.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("https://login@evil.example", False),
        ("https://", False),
        ("https://[broken", False),
        ("https://a b.example", False),
        ("https://a\n.example", False),
        ("ftp://login.northbrae.example", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_an_address_is_https_or_on_this_machine(url: str, safe: bool) -> None:
    assert safe_address(url) is safe


def test_the_emergency_account_alone_keeps_its_password_where_they_are_off() -> None:
    known = SingleSignOn("x", "https://i", "c", "s", RULES, only=True, break_glass="e@n.example")
    assert known.takes_password(" E@N.example ")
    assert not known.takes_password("officer@n.example")
    assert SingleSignOn("x", "https://i", "c", "s", RULES).takes_password("officer@n.example")


def test_the_secret_does_not_show_where_the_settings_are_shown() -> None:
    assert "hunter2" not in repr(SingleSignOn("x", "https://i", "c", "hunter2", RULES))
