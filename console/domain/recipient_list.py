"""A list of addresses as people save it: CSV in, one finding for every row out."""

import csv
import io
from dataclasses import dataclass

from console.domain.recipient import Addresses, Flaw, NotAnAddress, address

MOST_BYTES = 8_000_000
MOST_ROWS = 200_000
_HEADINGS = {
    Addresses.EMAIL: ("email", "emailaddress", "mail"),
    Addresses.PHONE: ("phone", "phonenumber", "mobile", "mobilenumber", "mobilephone", "telephone"),
}
_MOST_CELL = 2000


@dataclass(frozen=True)
class Row:
    """One line of the file. ``address`` is empty where ``flaw`` says why; ``written`` is the cell
    as it stands there."""

    line: int
    written: str
    address: str = ""
    flaw: Flaw | None = None


class NotAList(Exception):
    """The file cannot be used. ``why`` is ``too large``, ``too many rows`` or ``empty``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def text_of(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16, else Windows-1252, as spreadsheets save it.

    Raises `NotAList`.
    """
    if len(content) > MOST_BYTES:
        raise NotAList("too large")
    for encoding in _encodings(content):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace").replace("\x00", "")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if content[1:2] == b"\x00":
        return ("utf-16-le",)
    if content[:1] == b"\x00":
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def read(text: str, kind: Addresses) -> list[Row]:
    """A row for every line that is not blank. Raises `NotAList`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[Row] = []
    column: int | None = None
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            cells = ["?"]
        begun, line = line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if column is None:
            column = _column(cells, kind)
            if _heading(cells, column, kind):
                continue
        rows.append(_row(begun, cells[column] if column < len(cells) else "", kind))
        if len(rows) > MOST_ROWS:
            raise NotAList("too many rows")
    if not rows:
        raise NotAList("empty")
    return rows


def _delimiter(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _column(cells: list[str], kind: Addresses) -> int:
    names = ["".join(c for c in cell.lower() if c.isalpha()) for cell in cells]
    return next((place for place, name in enumerate(names) if name in _HEADINGS[kind]), 0)


def _heading(cells: list[str], column: int, kind: Addresses) -> bool:
    """The first line is one where nothing in it could have been meant as an address."""
    written = cells[column]
    return "@" not in written if kind is Addresses.EMAIL else not any(c.isdigit() for c in written)


def _row(line: int, cell: str, kind: Addresses) -> Row:
    written = cell.strip()[:_MOST_CELL]
    try:
        return Row(line, written, address(written, kind))
    except NotAnAddress as not_one:
        return Row(line, written, flaw=not_one.flaw)
