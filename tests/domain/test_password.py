"""What a password must not be made of, and how it is written before it is hashed."""

import pytest

from console.domain.password import made_of, own_words, prepared

WORDS = own_words(["Northbrae Council", "Morag Bain", "morag.bain@northbrae.example"])


def test_short_words_are_not_looked_for() -> None:
    assert own_words(["Isle of Bute", "Ada Lee"]) == {"isle", "bute"}


@pytest.mark.parametrize(
    "password",
    ["Northbrae Council", "morag.bain.2026!", "NORTHBRAEnorthbrae", "council-council-council"],
)
def test_a_password_of_ones_own_names_is_found(password: str) -> None:
    assert made_of(password, WORDS)


@pytest.mark.parametrize("password", ["correct horse battery", "council tram fjord otter"])
def test_a_name_in_a_long_password_does_no_harm(password: str) -> None:
    assert not made_of(password, WORDS)


def test_one_letter_that_two_keyboards_write_in_two_ways_is_one() -> None:
    assert prepared("cafe\u0301") == prepared("caf\u00e9") == "caf\u00e9"
    assert prepared("\ufb01le") == "\ufb01le", "only what looks the same is made the same"
