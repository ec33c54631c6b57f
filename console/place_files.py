"""Puts a list of places in the place of the old one, which is kept beside it."""

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from console import incident_types, places
from console.configuration import ConfigurationFaults, Fault
from console.domain import place_list
from console.domain.place import Place
from console.domain.place_list import Sheet
from console.domain.recipient_list import NotAList as NotText
from console.domain.recipient_list import text_of


def sheet(file: Path) -> Sheet:
    """What a file says. Raises `place_list.NotAList`."""
    try:
        return place_list.read(text_of(file.read_bytes()))
    except NotText as error:
        raise place_list.NotAList(f"The file is {error.why}") from error


def as_it_is(folder: Path, name: str) -> Mapping[str, Place]:
    """The list that is there: what can be read of it, where somebody has spoilt it."""
    file = folder / f"{name}.csv"
    return sheet(file).places if file.exists() else {}


def unfit(folder: Path, templates: Path, name: str, new: Mapping[str, Place]) -> list[Fault]:
    """What in the incident types would no longer do, if this list were there."""
    try:
        others = {
            file.stem: places.read(file) for file in folder.glob("*.csv") if file.stem != name
        }
        incident_types.load(templates, {**others, name: new})
    except ConfigurationFaults as error:
        return list(error.faults)
    return []


def put(folder: Path, name: str, new: Mapping[str, Place], now: datetime) -> Path | None:
    """Writes the list, all of it or nothing; returns where the old one is kept."""
    file, kept = folder / f"{name}.csv", None
    fresh = folder / f".{name}.csv.new"
    fresh.write_text(place_list.csv_of(new), encoding="utf-8")
    if file.exists():
        kept = _free(folder / f"{name}.csv.before-{now:%Y%m%d-%H%M%S}")
        shutil.copy2(file, kept)
    fresh.replace(file)
    return kept


def _free(file: Path) -> Path:
    """A name that is not taken: two imports in one second keep both."""
    number, found = 2, file
    while found.exists():
        found, number = file.with_name(f"{file.name}-{number}"), number + 1
    return found
