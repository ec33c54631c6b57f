"""Addresses in one form, masked, forgotten; links that only we can make; files as people save."""

from contextlib import suppress

import pytest

from console.domain.recipient import (
    Addresses,
    Flaw,
    NotAnAddress,
    address,
    forgotten,
    is_forgotten,
    masked,
    most_set_aside,
    of_token,
    stand_ins,
    token,
    without,
)
from console.domain.recipient_list import MOST_BYTES, MOST_ROWS, NotAList, read, text_of

EMAIL, PHONE = Addresses.EMAIL, Addresses.PHONE


@pytest.mark.parametrize(
    ("written", "kind", "kept"),
    [
        (" Anna.Reid@Example.ORG ", EMAIL, "Anna.Reid@example.org"),
        ("Anna Reid <anna@example.org>", EMAIL, "anna@example.org"),
        ("mailto:anna@example.org", EMAIL, "anna@example.org"),
        ("'anna@example.org", EMAIL, "anna@example.org"),
        ("anna@bücher.example", EMAIL, "anna@xn--bcher-kva.example"),
        ("07700 900123", PHONE, "+447700900123"),
        ("7700900123", PHONE, "+447700900123"),  # a spreadsheet took the nought
        ("447700900123", PHONE, "+447700900123"),
        ("+44 (0)7700 900-123", PHONE, "+447700900123"),
        ("0044 7700 900123", PHONE, "+447700900123"),
        ("+353 85 012 3456", PHONE, "+353850123456"),
        ("'+447700900123", PHONE, "+447700900123"),  # as our own download writes it
    ],
)
def test_every_way_of_writing_an_address_is_kept_in_one_form(
    written: str, kind: Addresses, kept: str
) -> None:
    assert address(written, kind) == kept


@pytest.mark.parametrize(
    ("written", "kind", "flaw"),
    [
        ("  ", EMAIL, Flaw.EMPTY),
        ("anna", EMAIL, Flaw.NOT_EMAIL),
        ("anna@example", EMAIL, Flaw.NOT_EMAIL),
        ("a b@example.org", EMAIL, Flaw.NOT_EMAIL),
        ("anna@example.org, bob@example.org", EMAIL, Flaw.NOT_EMAIL),
        (".anna@example.org", EMAIL, Flaw.NOT_EMAIL),
        ("anna@-example.org", EMAIL, Flaw.NOT_EMAIL),
        ("anna@example.org\r\nBcc: x@y.example", EMAIL, Flaw.NOT_EMAIL),
        ("a" * 65 + "@example.org", EMAIL, Flaw.NOT_EMAIL),
        ("01632 960123", PHONE, Flaw.NOT_PHONE),  # a landline
        ("0770090012", PHONE, Flaw.NOT_PHONE),
        ("999", PHONE, Flaw.NOT_PHONE),
        ("4.47701E+11", PHONE, Flaw.CUT),
    ],
)
def test_what_cannot_be_written_to_is_told_why(written: str, kind: Addresses, flaw: Flaw) -> None:
    with pytest.raises(NotAnAddress) as wrong:
        address(written, kind)
    assert wrong.value.flaw is flaw


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("anna.reid@example.org", "a…@example.org"),
        ("+447700900123", "07…123"),
        ("+353850123456", "+35…456"),
        ("", ""),
    ],
)
def test_a_masked_address_can_be_recognised_and_not_written_to(kept: str, shown: str) -> None:
    assert masked(kept) == shown
    assert masked(masked(kept)) == shown


def test_a_forgotten_address_is_known_again_and_by_nobody_else() -> None:
    kept = forgotten("Anna.Reid@example.org", "our secret")
    assert kept.startswith("a…@example.org ")
    assert "nna" not in kept
    assert is_forgotten(kept)
    assert masked(kept) == "a…@example.org"
    assert forgotten(kept, "our secret") == kept
    assert forgotten("anna.reid@example.org", "our secret") == kept
    assert forgotten("anna.reid@example.org", "another secret") != kept
    assert forgotten("adam@example.org", "our secret") != kept


@pytest.mark.parametrize(
    ("said", "address_", "left"),
    [
        ("<Anna.Reid@EXAMPLE.org>: unknown", "anna.reid@example.org", "<a…@example.org>: unknown"),
        ("no user anna.reid here", "anna.reid@example.org", "no user a… here"),
        ("The number 07700 900 123 is wrong", "+447700900123", "The number 07…123 is wrong"),
        ("To=+447700900123", "+447700900123", "To= 07…123"),
        ("queued as 1234567890", "anna.reid@example.org", "queued as 1234567890"),
        ("anything", "", "anything"),
    ],
)
def test_what_a_network_repeats_of_an_address_is_masked(
    said: str, address_: str, left: str
) -> None:
    assert without(said, address_) == left


def test_a_link_is_of_one_person_and_cannot_be_made_without_the_secret() -> None:
    mine = token("abcd", "our secret")
    assert of_token(mine, "our secret") == "abcd"
    assert of_token(mine, "another secret") is None
    assert of_token(mine.replace("abcd", "abce"), "our secret") is None
    for wrong in ("", "abcd", "abcd-", mine[:-1], mine + "0", "\udcff", "é"):
        assert of_token(wrong, "our secret") is None


@pytest.mark.parametrize(("people", "most"), [(0, 1), (1, 1), (19, 1), (20, 2), (1240, 124)])
def test_one_message_sets_a_tenth_aside_at_most(people: int, most: int) -> None:
    assert most_set_aside(people) == most


@pytest.mark.parametrize("kind", list(Addresses))
def test_an_exercise_writes_to_made_up_addresses_each_of_them_once(kind: Addresses) -> None:
    assert stand_ins(kind, 0) == ()
    assert len(stand_ins(kind, 3)) == 3
    many = stand_ins(kind, 50_000)
    assert len(set(many)) == len(many) == 100
    assert [address(one, kind) for one in many] == list(many)


LIST = "Name;E-mail;Road\r\nAnna;anna@example.org;Glen Road\r\nBob;bob@example.org;High Street\r\n"
TWO = ["anna@example.org", "bob@example.org"]


@pytest.mark.parametrize(
    "content",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.encode("utf-16"),
        LIST.encode("utf-16-le"),
        LIST.replace("Glen", "Gleann Mòr").encode("cp1252"),
        LIST.replace(";", ",").encode(),
        LIST.replace(";", "\t").encode(),
        LIST.replace("\r\n", "\n\n").encode(),
        b'email\n"anna@example.org"\n"Bob <bob@example.org>"',
        b"anna@example.org\nbob@example.org\n",
    ],
)
def test_a_file_is_read_however_a_spreadsheet_saved_it(content: bytes) -> None:
    assert [row.address for row in read(text_of(content), EMAIL)] == TWO


def test_every_row_has_its_line_in_the_file_and_its_flaw() -> None:
    rows = read('phone,note\n07700900001,"two\nlines"\n\nnobody,\n4.47701E+11,\n', PHONE)
    assert [(row.line, row.address, row.flaw) for row in rows] == [
        (2, "+447700900001", None),
        (5, "", Flaw.NOT_PHONE),
        (6, "", Flaw.CUT),
    ]


def test_a_file_that_is_no_list_is_said_to_be_none() -> None:
    with pytest.raises(NotAList) as empty:
        read("email\n\n", EMAIL)
    assert empty.value.why == "empty"
    with pytest.raises(NotAList) as large:
        text_of(b"x" * (MOST_BYTES + 1))
    assert large.value.why == "too large"
    with pytest.raises(NotAList) as long:
        read("x@example.org\n" * (MOST_ROWS + 1), EMAIL)
    assert long.value.why == "too many rows"


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfe\x00", b'"', b"\xff" * 50])
def test_no_file_breaks_the_reader(content: bytes) -> None:
    with suppress(NotAList):
        assert all(row.flaw for row in read(text_of(content), EMAIL))
