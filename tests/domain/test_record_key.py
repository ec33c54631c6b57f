"""The record's MACs: who has only the database can neither make nor move one."""

import hmac
from dataclasses import asdict, replace

from hypothesis import given
from hypothesis import strategies as st

from console.domain.audit import GENESIS, Entry, first_break, sealed
from console.domain.audit import _bytes as bytes_of
from console.domain.canonical import canonical
from console.domain.record_key import Mac, key_of, keys_of
from tests.standalone.forging import entries

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_one_secret_gives_keys_that_have_nothing_to_do_with_each_other() -> None:
    one, other = key_of("one"), key_of("other")
    assert key_of("one") == one
    assert len({one.name, other.name, one.mac, other.mac, one.seed, other.seed}) == 6
    assert one.mac.hex() not in repr(one)
    assert one.seed.hex() not in repr(one)


@given(st.integers(1, 2**53 - 1), st.lists(TEXT, min_size=8, max_size=8))
def test_what_is_digested_is_the_form_of_rfc_8785(number: int, text: list[str]) -> None:
    names = ("at", "actor", "actor_id", "action", "subject", "incident", "detail", "previous")
    told = {"number": number, **dict(zip(names, text, strict=True))}
    for key, mac in (("", ""), ("k", "m")):
        without, whole = bytes_of(number, *text, key, mac)
        named = told | ({"key": key} if key else {})
        assert without == canonical(named)
        assert whole == canonical(named | ({"mac": mac} if mac else {}))


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_a_mac_is_that_of_rfc_2104(key: bytes, told: bytes) -> None:
    assert Mac(key).over(told) == hmac.digest(key, told, "sha256").hex()


def test_a_mac_is_checked_by_whoever_has_the_key_and_skipped_by_whoever_has_not() -> None:
    found, ours = entries(8), keys_of("the council's").macs
    assert first_break(found) is None
    assert first_break(found, macs=ours) is None
    wrong = first_break(found, macs=keys_of("somebody else's").macs)
    assert wrong
    assert (wrong.number, "not known here" in wrong.what) == (7, True)


def test_each_entry_names_its_key_so_that_a_new_secret_does_not_spoil_the_old_ones() -> None:
    found = entries(4, key_of("old"), old=0)
    new = Entry(5, "t", "a", "", "did", "x", "", "{}", found[-1].digest)
    found.append(sealed(new, key_of("new")))
    assert first_break(found, macs=keys_of("new", ["old"]).macs) is None
    forgotten = first_break(found, macs=keys_of("new").macs)
    assert forgotten
    assert forgotten.number == 1


def test_a_mac_belongs_to_its_place() -> None:
    found = entries(4, old=0)
    moved = replace(found[2], mac=found[1].mac)
    moved = replace(moved, digest=sealed(replace(moved, digest=""), None).digest)
    broken = first_break([*found[:2], moved], macs=keys_of("the council's").macs)
    assert broken
    assert (broken.number, "MAC is wrong" in broken.what) == (3, True)


def test_no_entry_goes_without_a_mac_after_one_with_it() -> None:
    found = entries(3, old=0)
    bare = sealed(Entry(4, "t", "a", "", "did", "x", "", "{}", found[-1].digest), None)
    assert asdict(bare)["key"] == ""
    broken = first_break([*found, bare])
    assert broken
    assert (broken.number, broken.what) == (4, "it has no MAC, though entries before it have")


def test_an_empty_record_is_unbroken_for_everybody() -> None:
    assert first_break([], head=(0, GENESIS), macs=keys_of("x").macs) is None
