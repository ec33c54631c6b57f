"""Reads config/places/*.csv: the schools, areas, roads and rivers that a message can name."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from console.configuration import ConfigurationFaults, Fault
from console.domain.place import Place, Places

_NEEDED = ("id", "name")
_COLUMNS = ("id", "name", "town", "phone", "type")

__all__ = ["Place", "Places", "load", "read"]


def load(folder: Path) -> dict[str, dict[str, Place]]:
    """Every list by its file's name without ``.csv``, in the file's order.

    Raises `ConfigurationFaults` with every line that cannot be used.
    """
    faults: list[Fault] = []
    places = {file.stem: _read(file, faults) for file in sorted(folder.glob("*.csv"))}
    if faults:
        raise ConfigurationFaults(faults)
    return places


def read(file: Path) -> dict[str, Place]:
    """One list. Raises `ConfigurationFaults`."""
    faults: list[Fault] = []
    places = _read(file, faults)
    if faults:
        raise ConfigurationFaults(faults)
    return places


def _read(file: Path, faults: list[Fault]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    words: set[str] = set()
    for line, row in _rows(file, faults):
        wrong = _wrong(row) or _taken(row, places, words)
        if wrong:
            faults.append(_fault(file, line, *wrong))
            continue
        place = Place(**row)
        places[place.id] = place
        words.add(place.words)
    return places


def _rows(file: Path, faults: list[Fault]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        # Spreadsheets save CSV with a byte order mark; utf-8-sig takes it off.
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(_fault(file, line, "is not UTF-8 text", "Save the file as CSV UTF-8"))
        return
    rows = csv.DictReader(text.splitlines(), strict=True)
    if wrong := _wrong_columns(rows.fieldnames or []):
        faults.append(_fault(file, 1, *wrong))
        return
    try:
        for row in rows:
            yield rows.line_num, {key: _trimmed(value) for key, value in row.items()}
    except csv.Error as error:
        line = rows.reader.line_num
        faults.append(_fault(file, line, str(error), "Mend the quotes in this line"))


def _trimmed(value: str | list[str] | None) -> str | list[str] | None:
    return value.strip() if isinstance(value, str) else value


def _wrong_columns(given: object) -> tuple[str, str] | None:
    columns = list(given) if isinstance(given, list | tuple) else []
    remedy = f"The first line names the columns: {', '.join(_COLUMNS)}"
    if missing := [column for column in _NEEDED if column not in columns]:
        return f"has no column {missing[0]!r}", remedy
    if unknown := [column for column in columns if column not in _COLUMNS]:
        return f"has an unknown column {unknown[0]!r}", remedy
    return None


def _wrong(row: dict[str, Any]) -> tuple[str, str] | None:
    # csv puts values without a column under None, and None for columns without a value.
    if None in row or None in row.values():
        remedy = "Put a value that has a comma in it between double quotes"
        return "has not as many values as there are columns", remedy
    if blank := [column for column in _NEEDED if not row[column]]:
        return f"has no {blank[0]}", "Fill it in, or take the line out"
    return None


def _taken(
    row: dict[str, Any], places: dict[str, Place], words: set[str]
) -> tuple[str, str] | None:
    if row["id"] in places:
        return f"has the id {row['id']!r}, which is taken", "Give each place an id of its own"
    if Place(**row).words in words:
        return f"names {Place(**row).words!r} again", "Tell them apart by town, or take one out"
    return None


def _fault(file: Path, line: int, what: str, remedy: str) -> Fault:
    return Fault(file.name, f"line {line}", what, remedy)
