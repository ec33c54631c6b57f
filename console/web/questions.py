"""The questions of one kind of message, as the form shows them: with what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from console.domain.facts import YES_OR_NO
from console.domain.incident_type import Facts, Field, FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.place import Place, Places
from console.web.twice import Twice

PREFIX = "facts-"
FOLLOWS_ANEW = (FieldKind.TIME, FieldKind.DATE_AND_TIME)
"""A time is promised anew in every message: the last one's has passed, or soon will have. One that
belongs to another answer goes with it: when these schools open, when somebody confirmed."""
LETTERS_FROM = 20
"""A list so long has links to its letters."""


@dataclass(frozen=True)
class Question:
    field: Field
    answer: str | Sequence[str]
    error: str
    places: tuple[Place, ...] = ()

    @property
    def id(self) -> str:
        return f"{PREFIX}{self.field.name}"

    @property
    def label(self) -> str:
        return self.field.label if self.field.required else f"{self.field.label} (optional)"

    @property
    def folded(self) -> bool:
        """True for a further status that is not used: most days nothing is in its list."""
        return bool(self.field.status) and not (self.field.required or self.answer or self.error)

    def place_id(self, number: int) -> str:
        """Of the tick box of the place with this ``number``, from 1; errors lead to the first."""
        return self.id if number == 1 else f"{self.id}-{number}"

    @property
    def letters(self) -> tuple[tuple[str, str], ...]:
        """Each first letter, and the id of the first tick box under it."""
        found: dict[str, str] = {}
        for number, place in enumerate(self.places, 1):
            found.setdefault(place.name[:1].upper(), self.place_id(number))
        return tuple(found.items()) if len(self.places) >= LETTERS_FROM else ()

    @property
    def options(self) -> tuple[str, ...]:
        return YES_OR_NO if self.field.kind is FieldKind.YES_OR_NO else self.field.options

    @property
    def hint(self) -> str:
        if self.field.hint or self.field.kind in (FieldKind.CHOICE, FieldKind.YES_OR_NO):
            return self.field.hint
        return f"For example: {self.field.example}" if not self.places else ""


def questions(
    type_: IncidentType, kind: Kind, facts: Facts, errors: Mapping[str, str], places: Places
) -> list[Question]:
    return [
        Question(
            field,
            facts.get(field.name, ""),
            errors.get(f"{PREFIX}{field.name}", ""),
            _sorted(places[field.places]) if field.kind is FieldKind.PLACES else (),
        )
        for field in type_.asks(kind)
    ]


def answers(
    type_: IncidentType, kind: Kind, form: MultiDict[str, str]
) -> dict[str, str | list[str]]:
    """What was typed, as it was typed. Raises `Twice`."""
    return {
        field.name: _answer(field, form.getlist(f"{PREFIX}{field.name}"))
        for field in type_.asks(kind)
    }


def _answer(field: Field, given: list[str]) -> str | list[str]:
    if field.kind is FieldKind.PLACES:
        return given
    if len(given) > 1:
        raise Twice(field.label)
    return given[0] if given else ""


def carried(type_: IncidentType, facts: Facts) -> dict[str, str | Sequence[str]]:
    """The facts that a following message begins with."""
    again = {
        field.name
        for field in type_.fields
        if field.kind not in FOLLOWS_ANEW or field.required_with
    }
    return {name: answer for name, answer in facts.items() if name in again}


def _sorted(known: Mapping[str, Place]) -> tuple[Place, ...]:
    return tuple(sorted(known.values(), key=lambda place: (place.name.casefold(), place.town)))
