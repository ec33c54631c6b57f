"""An anchor moves on and never back; a database that lacks any of it is older."""

from dataclasses import replace

import pytest

from console.domain.anchor import INTENTS, Anchor, Older, older

ANCHOR = Anchor("first", 7, "seventh", "2026-01-16T05:18:00+00:00", ("one", "two"))


def test_joined_anchors_keep_the_higher_number_and_the_intents_of_both() -> None:
    behind = replace(ANCHOR, number=5, digest="fifth", intents=("three",))
    assert ANCHOR.joined(behind).number == behind.joined(ANCHOR).number == 7
    assert ANCHOR.joined(behind).digest == behind.joined(ANCHOR).digest == "seventh"
    assert ANCHOR.joined(behind).intents == ("one", "two", "three")
    assert ANCHOR.joined(ANCHOR) == ANCHOR


def test_the_oldest_intents_make_room_for_the_newest() -> None:
    joined = ANCHOR
    for number in range(INTENTS):
        joined = joined.joined(replace(ANCHOR, intents=(f"later {number}",)))
    assert joined.intents == tuple(f"later {number}" for number in range(INTENTS))


@pytest.mark.parametrize(
    ("last", "digest", "intents", "cut_off"),
    [
        (6, None, 2, True),
        (0, None, 0, True),
        (9, "another seventh", 2, False),
        (7, "seventh", 1, False),
    ],
)
def test_a_database_that_lacks_the_entry_or_an_intent_is_older(
    last: int, digest: str | None, intents: int, cut_off: bool
) -> None:
    found = older(ANCHOR, last=last, digest=digest, intents=intents)
    assert found == Older(ANCHOR, last)
    assert found.cut_off is cut_off


@pytest.mark.parametrize("last", [7, 70])
def test_a_database_that_has_all_of_it_is_not(last: int) -> None:
    assert older(ANCHOR, last=last, digest="seventh", intents=2) is None
