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
    REFERENCE = "reference"
    """Digits, and hardly a letter: no name can be written in it."""


@dataclass(frozen=True)
class Field:
    """One question to the duty officer."""

    name: str
    label: str
    kind: FieldKind
    stages: tuple[Kind, ...]
    """The kinds of message that ask it."""
    example: str = ""
    """A good answer. For places, their ids with commas between; left out, the list's first ones."""
    hint: str = ""
    required: bool = True
    """For the statuses of one list: whether one of them has to be filled in."""
    required_with: str = ""
    """Another field: only where that is filled in, or answered with yes, this one has to be."""
    max: int = 100
    """The longest answer, in characters; for places, the most of them."""
    options: tuple[str, ...] = ()
    """The answers of a choice."""
    places: str = ""
    """The list in config/places/ that a field of places chooses from."""
    status: str = ""
    """What its places are (``closed``), where one list is asked for by status. No place has two."""
    hosts: tuple[str, ...] = ()
    """The only hosts that a link may lead to, with all under them; empty: any."""
    silent: bool = False
    """True where the answer is for the record and the approver, and no words use it."""
    prepared: str = ""
    """The answer in a message that is made before anybody needs it."""
    future: bool = False
    """True where a time that has passed makes no sense: the next update, an end."""

    @property
    def kept(self) -> bool:
        """True where a text without its answer could be wrong, however little room there is."""
        return self.required or bool(self.status or self.required_with)


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
    relay: bool = False
    """True where it passes on what others say, in its own words alone: nobody adds a text, a
    title or a picture."""
    over: str = ""
    """What the button says that begins the all clear, where that is not plain."""
    category: Category = Category.SAFETY
    """CAP's, for feeds; nobody is asked for it."""
    do: tuple[str, ...] = ()
    """The sentences of its wording that say what to do, for feeds."""

    def asks(self, kind: Kind) -> tuple[Field, ...]:
        """The fields of one kind of message, in the order of the form."""
        return tuple(field for field in self.fields if kind in field.stages)

    def statuses(self, kind: Kind, places: str) -> tuple[Field, ...]:
        """The fields that ask for the same list by status."""
        return tuple(one for one in self.asks(kind) if one.status and one.places == places)

    def examples(self, kind: Kind) -> dict[str, str | list[str]]:
        """A complete set of answers, to show, to try and to test with."""
        return {field.name: _example(field) for field in self.asks(kind)}

    def unsaid(self, kind: Kind, facts: Facts) -> list[tuple[str, str]]:
        """Label and answer of what is for the record and the approver alone."""
        silent = [one for one in self.asks(kind) if one.silent and facts.get(one.name)]
        return [(one.label, str(facts[one.name])) for one in silent]

    def least(self, kind: Kind) -> dict[str, str | list[str]]:
        """The fewest answers that make a message: of several statuses the first one."""
        answers = self.examples(kind)
        alone = {
            one.name
            for one in self.asks(kind)
            if one.required and not one.required_with and not self._spare(one, kind)
        }
        needed = {
            one.name
            for one in self.asks(kind)
            if one.required_with in alone and answers[one.required_with] != "no"
        }
        return {name: answer for name, answer in answers.items() if name in alone | needed}

    def _spare(self, field: Field, kind: Kind) -> bool:
        return bool(field.status) and field != self.statuses(kind, field.places)[0]

    def prepared(self, kind: Kind) -> dict[str, str]:
        """The answers that are ready before anybody asks, for words that take a message back."""
        return {field.name: field.prepared for field in self.asks(kind) if field.prepared}


def _example(field: Field) -> str | list[str]:
    if field.kind is FieldKind.PLACES:
        return [place.strip() for place in field.example.split(",") if place.strip()]
    return field.example
