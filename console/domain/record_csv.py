"""The record as a table for a spreadsheet, and back: nothing of an entry is lost on the way."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from console.domain.audit import FIELDS, Entry

COLUMNS: Mapping[str, str] = {
    "number": "number",
    "time": "",
    "at (UTC)": "at",
    "who": "actor",
    "who (id)": "actor_id",
    "action": "action",
    "what": "",
    "subject": "subject",
    "incident": "incident",
    "detail": "detail",
    "previous": "previous",
    "key": "key",
    "mac": "mac",
    "digest": "digest",
    "erased by entry": "erased",
}
"""Heading -> the entry's field; two are words for people, and are passed over when it is read."""
_LATER = frozenset({"erased by entry"})
"""Headings that tables of before there were erasures lack."""

# A spreadsheet would run these as a formula: https://owasp.org/www-community/attacks/CSV_Injection
# Some of them pass over spaces, or take a line of a cell for a cell, or wide signs for plain ones.
_FORMULA = re.compile(
    r"(?:^|[\r\n])(?:[^\S\r\n]|[\ufeff\u200b])*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]"
)
LONGEST = 4_000_000
"""Characters of one cell; the csv module's own limit is less than an entry may have."""


class NotARecord(Exception):
    """The file is none that Skellat wrote. ``line`` is where that was seen."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not of a record")
        self.line = line


def row(entry: Entry, *, time: str, what: str) -> list[str]:
    words = {"time": time, "what": what}
    return [
        harmless(getattr(entry, field) if field else words[heading])
        for heading, field in COLUMNS.items()
    ]


def harmless(cell: object) -> str:
    """A cell that a spreadsheet shows and never runs. One that begins with the mark already is
    marked as well, so that `plain` gives every cell back."""
    text = str(cell)
    return f"'{text}" if text.startswith("'") or _FORMULA.search(text) else text


def plain(cell: str) -> str:
    """What `harmless` was given."""
    return cell.removeprefix("'")


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a file that was opened with ``newline=""``. Raises `NotARecord`."""
    csv.field_size_limit(LONGEST)
    found = csv.reader(lines)
    headings = next(found, [])
    if not set(COLUMNS) - _LATER <= {heading.removeprefix("\ufeff") for heading in headings}:
        raise NotARecord(1)
    fields = [COLUMNS.get(heading.removeprefix("\ufeff"), "") for heading in headings]
    for cells in found:
        values: dict[str, Any] = dict(zip(fields, map(plain, cells), strict=False))
        number, erased = values.get("number", ""), values.setdefault("erased", "0")
        if not set(FIELDS) <= set(values) or not (number.isdecimal() and erased.isdecimal()):
            raise NotARecord(found.line_num)
        numbers = {"number": int(number), "erased": int(erased)}
        yield Entry(**{name: values[name] for name in FIELDS} | numbers)
