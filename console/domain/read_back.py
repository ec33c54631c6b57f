"""What the lists of a message come to: "6 of 118 closed", and whether that is over half of all."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.domain.facts import blank
from console.domain.incident_type import Facts, FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.place import Place, Places


@dataclass(frozen=True)
class Listed:
    """The places that one field of the message names."""

    field: str
    label: str
    noun: str
    """What the list is of: ``schools``."""
    status: str
    """``closed``; empty where the list is asked for once, and without a status."""
    places: tuple[Place, ...]
    total: int

    @property
    def count(self) -> int:
        return len(self.places)

    @property
    def over_half(self) -> bool:
        return 2 * self.count > self.total

    def __str__(self) -> str:
        return f"{self.count} of {self.total} {self.status or self.noun}"


@dataclass(frozen=True)
class Rest:
    """The places of a list that are in none of its statuses: open as normal."""

    noun: str
    count: int
    total: int


def listed(type: IncidentType, kind: Kind, facts: Facts, places: Places) -> tuple[Listed, ...]:
    """Every list that is filled in, in the order of the form."""
    return tuple(one for one in _all(type, kind, facts, places) if one.count)


def rests(lists: tuple[Listed, ...]) -> tuple[Rest, ...]:
    """What is left of each list that is asked for by status."""
    nouns = dict.fromkeys((one.noun, one.total) for one in lists if one.status)
    named = {
        noun: {place.id for one in lists if one.noun == noun and one.status for place in one.places}
        for noun, _ in nouns
    }
    return tuple(Rest(noun, total - len(named[noun]), total) for noun, total in nouns)


def over_half(type: IncidentType, kind: Kind, facts: Facts, places: Places) -> Listed | None:
    """The status that more than half of all places have; a slip of the finger could be behind it,
    so somebody has to count them. There is one at most, since no place has two statuses."""
    statuses = [one for one in listed(type, kind, facts, places) if one.status]
    return next((one for one in statuses if one.over_half), None)


def _all(type: IncidentType, kind: Kind, facts: Facts, places: Places) -> Iterator[Listed]:
    for field in type.asks(kind):
        answer = facts.get(field.name, "")
        if field.kind is not FieldKind.PLACES or blank(answer):
            continue
        known = places[field.places]
        chosen = tuple(known[one] for one in dict.fromkeys(answer) if one in known)
        yield Listed(field.name, field.label, field.places, field.status, chosen, len(known))
