"""Who may be the second administrator, when an invitation counts, and what is guessed first."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from console.domain import guessable
from console.domain.granting import TWO_AGREE, Bar, barred, split
from console.domain.invitation import InvitationState, Stage, stage
from console.domain.policy import Act, Role, may

AT = datetime(2026, 1, 16, 6, 10, tzinfo=UTC)


def test_every_role_that_can_write_sign_stop_or_give_roles_takes_two() -> None:
    publishing = (Act.DRAFT, Act.SIGN, Act.STOP, Act.RESEND, Act.ADMINISTER)
    assert {role for role in Role if any(may({role}, act) for act in publishing)} == TWO_AGREE


def test_neither_whoever_asked_nor_whoever_gets_it_is_the_second() -> None:
    people = ("a", "b", "c")
    for decider, asker, person in product(people, people, people):
        free = barred(decider=decider, asked_by=asker, person=person) is None
        assert free == (decider not in (asker, person))
    assert barred(decider="a", asked_by="a", person="a") is Bar.CONCERNED
    assert barred(decider="a", asked_by="", person="b") is None


def test_roles_are_split_into_those_at_once_and_those_that_wait() -> None:
    at_once, later = split(Role)
    assert at_once == {Role.AUDITOR, Role.CUSTODIAN}
    assert later == TWO_AGREE


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("state", InvitationState)
def test_only_the_newest_link_of_an_open_invitation_in_time_counts(
    state: InvitationState, newest: bool
) -> None:
    for late in (timedelta(seconds=-1), timedelta(0)):
        found = stage(state, newest=newest, expires_at=AT, now=AT + late)
        counts = state is InvitationState.OPEN and newest and late < timedelta(0)
        assert (found is Stage.OPEN) == counts


@pytest.mark.parametrize(
    "pin",
    [
        "000000", "111111", "123456", "654321", "012345", "567890", "098765", "121212", "123123",
        "112112", "198019", "19801980", "20012001", "1234567890", "787878", "445445", "111222",
    ],
)  # fmt: skip
def test_a_pin_with_a_pattern_is_guessed_first(pin: str) -> None:
    assert guessable.pin(pin)


@pytest.mark.parametrize("pin", ["314159", "246813", "271828", "905318", "10293847"])
def test_other_pins_are_taken(pin: str) -> None:
    assert not guessable.pin(pin)
