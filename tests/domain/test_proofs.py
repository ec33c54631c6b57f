"""Which proof counts: what policy asks for, whose it is, and how fresh."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from console.domain.approval import (
    FRESH_FOR,
    Button,
    Given,
    Passkey,
    Pin,
    Proof,
    Session,
    counts,
    mark,
    name_of,
)

NOW = datetime(2026, 1, 16, 6, 10, tzinfo=UTC)
ASKED = (Proof.PIN, Proof.SESSION, Proof.BUTTON)
GIVEN: dict[str, Given] = {
    "pin": Pin("123456"),
    "fresh": Session("isla", NOW - FRESH_FOR),
    "stale": Session("isla", NOW - FRESH_FOR - timedelta(seconds=1)),
    "weak": Session("isla", None),
    "passkey": Passkey("isla", "{}"),
    "another's session": Session("ewan", NOW),
    "another's passkey": Passkey("ewan", "{}"),
    "button": Button(),
}
TAKES = {
    Proof.PIN: {"pin", "fresh", "passkey"},
    Proof.SESSION: {"fresh", "passkey"},
    Proof.BUTTON: {"pin", "fresh", "stale", "weak", "passkey", "button"},
}


@pytest.mark.parametrize(("asked", "given"), list(product(ASKED, GIVEN)))
def test_policy_takes_these_proofs_and_no_others(asked: Proof, given: str) -> None:
    taken = counts(asked, GIVEN[given], approver="isla", now=NOW)
    assert taken is (given in TAKES[asked])


def test_the_record_names_what_was_shown() -> None:
    assert name_of(Proof.PIN, GIVEN["pin"]) is Proof.PIN
    assert name_of(Proof.PIN, GIVEN["fresh"]) is Proof.SESSION
    assert name_of(Proof.SESSION, GIVEN["passkey"]) is Proof.PASSKEY
    assert name_of(Proof.BUTTON, GIVEN["pin"]) is Proof.BUTTON


def test_no_secret_stands_in_what_a_proof_says_of_itself() -> None:
    assert "123456" not in repr(Pin("123456"))
    assert "answer" not in repr(Passkey("isla", "answer"))


def of(secret: str, at: datetime) -> str:
    return mark(
        secret,
        message="m",
        digest="d",
        approver="a",
        proof="pin",
        languages=["en"],
        decided_at=at,
    )


def test_a_mark_is_the_same_for_the_same_moment_in_any_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert of("secret", NOW) == of("secret", elsewhere)
    assert of("secret", NOW) != of("other", NOW)
