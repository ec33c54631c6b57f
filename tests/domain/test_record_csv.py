"""The record as a table: no cell is a formula, and every entry comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.audit import FIELDS, Entry, entry_digest
from console.domain.record_csv import COLUMNS, NotARecord, harmless, plain, read, row

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def table(*entries: Entry) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in entries:
        writer.writerow(row(one, time="06:10", what="=what"))
    return out.getvalue()


def back(text: str) -> list[Entry]:
    return list(read(io.StringIO(text, newline="")))


@given(TEXT, TEXT, st.integers(1, 2**31))
def test_what_was_written_comes_back(actor: str, detail: str, number: int) -> None:
    values = dict.fromkeys(FIELDS, actor) | {
        "number": number,
        "detail": detail,
        "erased": number - 1,
    }
    entry = Entry(**values)  # type: ignore[arg-type]
    assert back(table(entry, entry)) == [entry, entry]
    assert entry_digest(back(table(entry))[0]) == entry_digest(entry)


@given(TEXT)
def test_a_cell_is_given_back_and_never_runs(cell: str) -> None:
    shown = harmless(cell)
    assert plain(shown) == cell
    assert shown[:1] not in tuple("=+-@\t\r")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_a_spreadsheets_mark_at_the_beginning_is_passed_over() -> None:
    entry = Entry(1, "t", "a", "", "b", "c", "", "{}", "0")
    assert back("\ufeff" + table(entry)) == [entry]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(COLUMNS) + "\nx,y\n"])
def test_another_file_is_no_record(text: str) -> None:
    with pytest.raises(NotARecord):
        back(text)
