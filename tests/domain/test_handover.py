"""Handing over, purely: whose name stands in a text, and how far a line has come."""

from datetime import UTC, datetime, timedelta

import pytest

from console.domain.handover import Line, Step, Thing, named_in

THEN = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)
LATER = THEN + timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "Ann",
        "ann's telephone",
        "Ann’s telephone",
        "the phone of ANN, in the drawer",
        "Ring Ann.",
        "Bob/Ann",
        "ann@northbrae.example",
        "Recovery: ANN@northbrae.example.",
    ],
)
def test_a_name_is_found_as_a_whole_word(text: str) -> None:
    assert named_in(text, "Ann", "ann@northbrae.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Annabel",
        "Joann",
        "Mary-Ann",
        "Ann-Marie",
        "ann@elsewhere.example",
        "jo.ann@northbrae.example",
        "ann@northbrae.example.org",
        "Planning",
    ],
)
def test_part_of_a_word_or_of_an_address_is_nobodys_name(text: str) -> None:
    assert not named_in(text, "Ann", "ann@northbrae.example")


def test_a_name_of_two_words_is_found_however_it_is_spaced() -> None:
    assert named_in("with Una\n  KERR", "Una Kerr", "una@x.example")
    assert not named_in("with Una Kerrigan", "Una Kerr", "una@x.example")


def test_nobody_without_a_name_is_found() -> None:
    assert not named_in("anything", "", "")


def line(what: Thing = Thing.CUSTODY, **facts: object) -> Line:
    return Line("mastodon", "Mastodon", what, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (line(), Step.HELD),
        (line(changed_at=LATER, passed_at=LATER), Step.HELD),
        (line(reassigned_at=THEN), Step.REASSIGNED),
        # Changed while they still kept it: they know the new one.
        (line(reassigned_at=LATER, changed_at=THEN, passed_at=LATER), Step.REASSIGNED),
        (line(reassigned_at=THEN, changed_at=LATER), Step.ROTATED),
        (line(reassigned_at=THEN, changed_at=LATER, checkable=False), Step.DONE),
        (line(reassigned_at=THEN, changed_at=LATER, passed_at=LATER), Step.DONE),
        (line(Thing.OWNER), Step.HELD),
        (line(Thing.OWNER, reassigned_at=THEN), Step.DONE),
    ],
)
def test_a_line_is_reassigned_then_rotated_then_proved(found: Line, step: Step) -> None:
    assert found.step is step
    assert found.done == (step is Step.DONE)
