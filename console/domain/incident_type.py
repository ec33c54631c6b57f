"""An incident type: the few facts it asks for, and its wording for every kind of message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from console.domain.about import Category
from console.domain.message import Kind
from console.domain.severity import Severity

Facts = Mapping[str, str | Sequence[str]]
"""What the duty officer filled in: field name -> text as typed, or the ids of the places."""


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long text"
    TIME = "time"
    """A time of day, such as 10:00."""
    DATE_AND_TIME = "date and time"
    CHOICE = "choice"
    PLACES = "places"
    YES_OR_NO = "yes or no"
    TELEPHONE = "telephone"
    LINK = "link"


@dataclass(frozen=True)
class Field:
    """One question to the duty officer."""

    name: str
    label: str
    kind: FieldKind
    stages: tuple[Kind, ...]
    """The kinds of message that ask it."""
    example: str
    """A good answer; for places, their ids with commas between."""
    hint: str = ""
    required: bool = True
    max: int = 100
    """The longest answer, in characters; for places, the most of them."""
    options: tuple[str, ...] = ()
    """The answers of a choice."""
    places: str = ""
    """The list in config/places/ that a field of places chooses from."""
    prepared: str = ""
    """The answer in a message that is made before anybody needs it."""
    future: bool = False
    """True where a time that has passed makes no sense: the next update, an end."""


@dataclass(frozen=True)
class Wording:
    """Jinja templates of one kind of message: a headline and two lengths."""

    subject: str
    long: str
    short: str


@dataclass(frozen=True)
class IncidentType:
    slug: str
    title: str
    lead: str
    """Who leads the response, and so whose facts these are."""
    fields: tuple[Field, ...]
    wording: Mapping[Kind, Wording]
    severity: Severity = Severity.MODERATE
    """How bad it is where nobody says otherwise."""
    category: Category = Category.SAFETY
    """CAP's, for feeds; nobody is asked for it."""
    do: tuple[str, ...] = ()
    """The sentences of its wording that say what to do, for feeds."""

    def asks(self, kind: Kind) -> tuple[Field, ...]:
        """The fields of one kind of message, in the order of the form."""
        return tuple(field for field in self.fields if kind in field.stages)

    def examples(self, kind: Kind) -> dict[str, str | list[str]]:
        """A complete set of answers, to show, to try and to test with."""
        return {field.name: _example(field) for field in self.asks(kind)}

    def prepared(self, kind: Kind) -> dict[str, str]:
        """The answers that are ready before anybody asks, for words that take a message back."""
        return {field.name: field.prepared for field in self.asks(kind) if field.prepared}


def _example(field: Field) -> str | list[str]:
    if field.kind is FieldKind.PLACES:
        return [place.strip() for place in field.example.split(",")]
    return field.example
