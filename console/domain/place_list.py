"""A list of places as people save it: what every row comes to, and what it changes."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from console.domain.facts import text_problems
from console.domain.place import Place, is_id, is_telephone

COLUMNS = ("id", "name", "town", "phone", "type")
_CALLED = {
    "id": ("id", "schoolid", "code", "dfenumber", "dfe", "seed", "seedcode", "urn"),
    "name": ("name", "schoolname", "school", "area", "road"),
    "town": ("town", "place", "locality"),
    "phone": ("phone", "telephone", "tel", "phonenumber", "telephonenumber"),
    "type": ("type", "phase", "sector"),
}
_LONGEST = {"id": 60, "name": 80, "town": 60, "phone": 30, "type": 40}
_MOST_ROWS = 5000


class NotAList(Exception):
    """The file cannot be used; the words say why and what to do."""


@dataclass(frozen=True)
class Refused:
    line: int
    written: str
    """What stands there, to find it by."""
    why: str
    """What is wrong and what to do, without a full stop."""


@dataclass(frozen=True)
class Sheet:
    """What a file says. ``lines`` has the line of each place, by id."""

    places: Mapping[str, Place]
    lines: Mapping[str, int]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]
    """Columns that are not for here."""


@dataclass(frozen=True)
class Changed:
    before: Place
    after: Place

    @property
    def words(self) -> str:
        """``phone 01632 960 101 -> 01632 960 999``."""
        pairs = ((one, getattr(self.before, one), getattr(self.after, one)) for one in COLUMNS)
        return ", ".join(
            f"{one} {a or '(none)'} -> {b or '(none)'}" for one, a, b in pairs if a != b
        )


@dataclass(frozen=True)
class Report:
    """What a file would do to the list as it is."""

    added: tuple[Place, ...]
    changed: tuple[Changed, ...]
    gone: tuple[Place, ...]
    same: int
    sheet: Sheet

    @property
    def takes_out_most(self) -> bool:
        """More than half of what is there, as a file with the wrong ids would."""
        return 2 * len(self.gone) > len(self.gone) + len(self.changed) + self.same


def compare(before: Mapping[str, Place], sheet: Sheet) -> Report:
    after = sheet.places
    both = [id_ for id_ in after if id_ in before]
    changed = [Changed(before[id_], after[id_]) for id_ in both if before[id_] != after[id_]]
    return Report(
        added=tuple(one for id_, one in after.items() if id_ not in before),
        changed=tuple(changed),
        gone=tuple(one for id_, one in before.items() if id_ not in after),
        same=len(both) - len(changed),
        sheet=sheet,
    )


def read(text: str) -> Sheet:
    """Every row that is not blank, as a place or refused. Raises `NotAList`."""
    rows = list(_rows(text))
    if not rows:
        raise NotAList("The file has no rows. Its first line names the columns: id, name, town")
    heading, *rest = rows
    places, columns = _columns(heading[1])
    found: dict[str, Place] = {}
    lines: dict[str, int] = {}
    names: dict[str, int] = {}
    refused = []
    for line, cells in rest:
        place = _place(cells, places)
        why = _wrong(cells, place, len(columns)) or _taken(place, lines, names)
        if why:
            refused.append(Refused(line, ", ".join(one for one in cells if one)[:80], why))
            continue
        found[place.id], lines[place.id], names[place.words.casefold()] = place, line, line
    ignored = tuple(one for at, one in enumerate(columns) if at not in places.values() and one)
    return Sheet(found, lines, tuple(refused), ignored)


def csv_of(places: Mapping[str, Place]) -> str:
    """The file as Skellat keeps it."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(COLUMNS)
    written.writerows([getattr(one, column) for column in COLUMNS] for one in places.values())
    return out.getvalue()


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells. A quote that is never closed would swallow all rows below it, and these would
    seem to be taken out: that stops the reading."""
    source, mark = io.StringIO(text, newline=""), _delimiter(text)
    reader = csv.reader(source, delimiter=mark, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            trimmed = [" ".join(one.split()) for one in cells]
            if any(trimmed):
                yield line, trimmed
            if line > _MOST_ROWS:
                raise NotAList(f"The file has more than {_MOST_ROWS:,} rows. Is it the right one?")
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotAList(
            f"Line {line} cannot be read ({error}). Mend the quotes there, and try again"
        ) from error


def _delimiter(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _columns(heading: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Where each of ours is, and what all are called. Raises `NotAList`."""
    plain = ["".join(c for c in one.lower() if c.isalpha()) for one in heading]
    found = {}
    for column, called in _CALLED.items():
        at = [place for place, one in enumerate(plain) if one in called]
        if len(at) > 1:
            twice = " and ".join(repr(heading[place]) for place in at[:2])
            raise NotAList(f"{twice} could both be the column {column!r}. Take one out")
        if at:
            found[column] = at[0]
    for needed in ("id", "name"):
        if needed not in found:
            known = ", ".join(COLUMNS)
            raise NotAList(f"There is no column {needed!r}. The first line names them: {known}")
    return found, list(heading)


def _place(cells: Sequence[str], places: Mapping[str, int]) -> Place:
    return Place(**{column: cells[at] if at < len(cells) else "" for column, at in places.items()})


def _wrong(cells: Sequence[str], place: Place, columns: int) -> str:
    """What is wrong with the row alone; empty where nothing is."""
    if any(cells[columns:]):
        return "It has more values than there are columns. Put one with a comma between quotes"
    for needed in ("id", "name"):
        if not getattr(place, needed):
            return f"It has no {needed}. Fill it in, or take the line out"
    for one in fields(Place):
        if len(getattr(place, one.name)) > _LONGEST[one.name]:
            return f"Its {one.name} has more than {_LONGEST[one.name]} characters. Shorten it"
    if not is_id(place.id):
        return "Its id has other characters than letters, digits, dots and hyphens. Change it"
    if place.phone and not is_telephone(place.phone):
        return "Its phone is not a telephone number. Correct it, or leave it blank"
    for text in (place.name, place.town):
        if wrong := text_problems("", text):
            return f"It has something that no message may have ({wrong[0].reason}). Type it again"
    return ""


def _taken(place: Place, lines: Mapping[str, int], names: Mapping[str, int]) -> str:
    if place.id in lines:
        return f"Its id stands in line {lines[place.id]} already. Give each an id of its own"
    if place.words.casefold() in names:
        line = names[place.words.casefold()]
        return f"Line {line} has that name and town already. Tell them apart by town"
    return ""
