"""The digest that is signed, and the chain of the record: any change shows."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from console.domain.audit import GENESIS, Entry, entry_digest, first_break
from console.domain.canonical import canonical
from console.domain.incident import Mode
from console.domain.message import Variant, revision_digest

VARIANT = Variant(
    channel="mastodon",
    network="mastodon",
    account="@northbrae@social.example",
    language="en",
    text="Snow on Glen Road.",
    subject="Snow",
)
OTHER = replace(VARIANT, channel="bluesky", network="bluesky")
WHEN = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)


def digest(*variants: Variant, mode: Mode = Mode.ACTUAL, until: datetime | None = None) -> str:
    return revision_digest(variants, mode=mode, expires_at=until)


def test_the_order_of_the_channels_does_not_matter() -> None:
    assert digest(VARIANT, OTHER) == digest(OTHER, VARIANT)


@pytest.mark.parametrize("name", [one.name for one in fields(Variant) if one.name != "edited"])
def test_every_field_that_is_published_changes_the_digest(name: str) -> None:
    assert digest(replace(VARIANT, **{name: "another"})) != digest(VARIANT)


def test_mode_expiry_and_a_missing_channel_change_the_digest() -> None:
    whole = digest(VARIANT, OTHER)
    assert whole != digest(VARIANT)
    assert whole != digest(VARIANT, OTHER, mode=Mode.EXERCISE)
    assert whole != digest(VARIANT, OTHER, until=WHEN)


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    assert canonical({"b": [1, "€"], "a": {"z": None, "é": True}}) == (
        b'{"a":{"z":null,"\xc3\xa9":true},"b":[1,"\xe2\x82\xac"]}'
    )


def test_a_float_is_refused_because_it_can_be_written_in_two_ways() -> None:
    with pytest.raises(ValueError, match="floating point"):
        canonical({"a": [1.5]})


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    previous = GENESIS
    for number in range(1, length + 1):
        entry = Entry(
            number=number,
            at="2026-01-16T05:18:00.000000+00:00",
            actor="Officer",
            actor_id="abc",
            action="message drafted",
            subject=f"message:{number}",
            incident="xyz",
            detail='{"a":"b"}',
            previous=previous,
        )
        entries.append(replace(entry, digest=entry_digest(entry)))
        previous = entries[-1].digest
    return entries


def head_of(entries: list[Entry]) -> tuple[int, str]:
    return entries[-1].number, entries[-1].digest


def test_an_untouched_record_has_no_break() -> None:
    entries = chain(5)
    assert first_break(entries, head=head_of(entries)) is None
    assert first_break([], head=(0, GENESIS)) is None


@pytest.mark.parametrize("name", [one.name for one in fields(Entry)])
def test_a_change_in_any_field_is_found_at_its_number(name: str) -> None:
    entries = chain(5)
    changed = 99 if name == "number" else "x"
    entries[2] = replace(entries[2], **{name: changed})
    found = first_break(entries, head=(5, chain(5)[-1].digest))
    assert found is not None
    assert found.number == 3


def test_a_missing_swapped_repeated_or_cut_entry_is_found_at_its_number() -> None:
    entries = chain(5)
    head = head_of(entries)
    for number, broken in {
        2: [entries[0], *entries[2:]],
        3: [*entries[:2], entries[3], entries[2], entries[4]],
        4: [*entries[:3], entries[2], *entries[3:]],
        5: entries[:4],
        1: [],
    }.items():
        found = first_break(broken, head=head)
        assert found is not None
        assert found.number == number


def test_a_change_with_its_digest_made_anew_breaks_the_next_entry() -> None:
    entries = chain(5)
    changed = replace(entries[2], actor="Somebody else")
    entries[2] = replace(changed, digest=entry_digest(changed))
    found = first_break(entries, head=(5, chain(5)[-1].digest))
    assert found is not None
    assert found.number == 4
