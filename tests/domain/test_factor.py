"""Who needs two factors, what counts as a second one, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from console.domain.factor import FRESH_FOR, Factor, fresh, needs_two, strong
from console.domain.policy import Role

NOW = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("by_session", [True, False])
def test_who_keeps_channels_or_accounts_needs_two(role: Role, by_session: bool) -> None:
    always = role in (Role.ADMINISTRATOR, Role.CUSTODIAN)
    signs = role is Role.APPROVER and by_session
    assert needs_two([role], signs_by_session=by_session) is (always or signs)


def test_one_role_that_needs_two_is_enough() -> None:
    assert needs_two([Role.DUTY_OFFICER, Role.CUSTODIAN], signs_by_session=False)
    assert not needs_two([], signs_by_session=True)


def test_a_password_or_single_sign_on_alone_is_no_second_factor() -> None:
    assert not strong([Factor.PASSWORD])
    assert not strong([Factor.SINGLE_SIGN_ON])
    assert strong([Factor.SINGLE_SIGN_ON, Factor.ELSEWHERE])
    assert strong([Factor.PASSKEY])
    assert strong([Factor.PASSWORD, Factor.TOTP])


def test_a_proof_is_fresh_for_five_minutes() -> None:
    assert fresh(NOW, NOW + FRESH_FOR)
    assert not fresh(NOW, NOW + FRESH_FOR + timedelta(seconds=1))
    assert not fresh(None, NOW)
