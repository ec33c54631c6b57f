"""A place that a message can name: a school, a road, a river, a part of the council's area."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    id: str
    name: str
    town: str = ""
    """Where it is; empty where the name says so itself."""
    type: str = ""
    phone: str = ""

    @property
    def words(self) -> str:
        """The name with its town, unless it says the town itself: two schools may have one name."""
        return self.name if self.name.startswith(self.town) else f"{self.name} ({self.town})"


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TELEPHONE = re.compile(r"\+?[0-9](?:[ ()-]{0,2}[0-9]){2,14}")


def is_id(text: str) -> bool:
    """``corrie-school`` or ``8001234``: what can stand in a form, a file and an address."""
    return bool(_ID.fullmatch(text))


def is_telephone(text: str) -> bool:
    return bool(_TELEPHONE.fullmatch(text))


Places = Mapping[str, Mapping[str, Place]]
"""Every list of places by its name (``schools``), each place by its id."""


@dataclass(frozen=True)
class Chosen:
    """The places that a message names; in a template, their names as one phrase."""

    places: tuple[Place, ...]
    total: int
    """How many the whole list has: the 42 of "6 of 42 schools"."""
    noun: str
    """What the list is of: ``schools``."""
    named: bool = True
    """False where there is no room for the names, so that several are only counted."""

    @property
    def listed(self) -> bool:
        """True where the names are in the words; else the wording has to say where they are."""
        return self.named or self.count == 1

    @property
    def count(self) -> int:
        return len(self.places)

    def __bool__(self) -> bool:
        return bool(self.places)

    def __str__(self) -> str:
        if not self.listed and self.places:
            return f"{self.count} {self.noun}"
        return joined(place.words for place in self.places)


def joined(names: Iterable[str]) -> str:
    """``one``, ``one and two``, ``one, two and three``."""
    *most, last = list(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last
