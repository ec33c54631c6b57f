"""Facts and a template become the text for one channel: long where it fits, else short."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from console.domain.channel import Limit
from console.domain.counting import count
from console.domain.facts import Problem, Reason, blank, needed, problems
from console.domain.incident_type import Facts, Field, FieldKind, IncidentType, Wording
from console.domain.message import Kind
from console.domain.moment import AsTyped, Moment, clock_time, moment
from console.domain.place import Chosen, Places
from console.domain.plain_text import clean

__all__ = [
    "FRAME_NAMES", "NO_LIMIT", "UNWRITABLE", "Facts", "Field", "FieldKind", "Frame",
    "IncidentType", "Missing", "Problem", "Reason", "Rendered", "TooLong", "Wording", "fill",
    "names_in", "problems", "render", "written",
]  # fmt: skip

NO_LIMIT = Limit()
_SUBJECT_ROOM = 80
EXERCISE = "EXERCISE ONLY."
"""The first words of every text of an exercise, also where colour and border are lost."""


@dataclass(frozen=True)
class Frame:
    """What surrounds the facts of one message."""

    source: str
    """The council's name, which every message opens with."""
    link: str
    """The public address of the incident."""
    at: datetime
    """When the message is written: local time, aware."""
    earlier_at: datetime | None = None
    """When the message went out that this one corrects, clears or cancels; local, aware."""
    sequence: int = 1
    """Which message of the incident this is."""
    exercise: bool = False
    """True where the text must say that nothing has happened."""


@dataclass(frozen=True)
class Rendered:
    text: str
    subject: str
    length: Literal["long", "short"]
    left_out: tuple[str, ...] = ()
    """Fields that were filled in and are not in this text, or only counted, for want of room."""
    lost: str = ""
    """Words of a person's own that had no room."""


class TooLong(Exception):
    """Not even the short wording fits."""

    def __init__(self, over: int) -> None:
        super().__init__(f"{over} too long")
        self.over = over
        """Characters too many in the shortest form, as the network counts; else bytes."""


class Missing(Exception):
    """Required facts are blank."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


UNWRITABLE = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError)
"""What a template that somebody has written can raise: ``{{ where + 1 }}``, ``{{ 1 / 0 }}``."""

FRAME_NAMES = frozenset({"source", "link", "at", "earlier", "earlier_short", "number"})
"""What a template may use besides its own fields."""


def _capital(text: object) -> str:
    """``snow`` -> ``Snow`` and ``A90`` -> ``A90``: a fact that begins a sentence."""
    words = str(text)
    return words[:1].upper() + words[1:]


# Plain text, and every network escapes for itself: escaped here, residents would read "&amp;".
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_ENVIRONMENT.filters["capital"] = _capital
_NEW_LINE = "\u2029"
"""Stands for the blank lines of a template while it renders; no cleaned fact has one."""


def render(
    type: IncidentType, kind: Kind, facts: Facts, places: Places, *, frame: Frame, limit: Limit
) -> Rendered:
    """Raises `Missing` for blank required facts and `TooLong` where neither length fits."""
    fields = type.asks(kind)
    if missing := tuple(
        one.name
        for one in fields
        if needed(one, type, kind, facts) and _nothing(one, facts, places)
    ):
        raise Missing(missing)
    wording = type.wording[kind]
    subject = _subject(wording.subject, fields, facts, frame, places)
    over = []
    for length, extras, listed in _FULLEST_FIRST:
        source = wording.long if length == "long" else wording.short
        said = facts if extras else _kept(fields, facts)
        text = fill(source, fields, said, frame=frame, places=places, listed=listed)
        if frame.exercise:
            text = f"{EXERCISE} {text}"
        length_of = count(text, limit)
        if length_of.fits:
            left_out = _left_out(source, fields, facts, said, places, listed)
            return Rendered(text, subject, length, left_out)
        over.append(length_of.over or length_of.octets_over)
    raise TooLong(min(over))


def _kept(fields: tuple[Field, ...], facts: Facts) -> Facts:
    """Without the facts that may be blank. A status stays: "all others are open" would be untrue
    without those that open late."""
    return {one.name: facts[one.name] for one in fields if one.kept and one.name in facts}


_FULLEST_FIRST: tuple[tuple[Literal["long", "short"], bool, bool], ...] = (
    # length, with the facts that may be blank, with the places' names
    ("long", True, True),
    ("long", False, True),
    ("long", True, False),
    ("long", False, False),
    ("short", True, True),
    ("short", True, False),
)


def _subject(
    source: str, fields: tuple[Field, ...], facts: Facts, frame: Frame, places: Places
) -> str:
    """One line, with the places' names if that leaves it short enough for a mail program's list."""
    lines = [
        fill(source, fields, facts, frame=frame, places=places, listed=listed)
        for listed in (True, False)
    ]
    return lines[len(lines[0]) > _SUBJECT_ROOM].replace("\n", " ")


def _left_out(
    source: str, fields: tuple[Field, ...], facts: Facts, said: Facts, places: Places, listed: bool
) -> tuple[str, ...]:
    """The facts that were filled in and that a reader of this text will not find in it."""
    present = names_in(source) & said.keys()
    return tuple(
        field.name
        for field in fields
        if not _nothing(field, facts, places)
        and not field.silent
        and (field.name not in present or _only_counted(field, facts, listed))
    )


def _only_counted(field: Field, facts: Facts, listed: bool) -> bool:
    return field.kind is FieldKind.PLACES and not listed and len(facts[field.name]) > 1


def fill(
    source: str,
    fields: tuple[Field, ...],
    facts: Facts,
    *,
    frame: Frame,
    places: Places,
    listed: bool = True,
) -> str:
    """One template with the facts in it; raises jinja2's TemplateError.

    Without ``listed``, several places are counted instead of named.
    """
    answers = {one.name: _value(one, facts, frame, places, listed) for one in fields}
    return written(source, _frame_words(frame) | answers)


@lru_cache(maxsize=1024)
def names_in(source: str) -> frozenset[str]:
    """The names that a template uses; raises jinja2's TemplateSyntaxError."""
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source)))


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(re.sub(r"\n[ \t]*\n", _NEW_LINE, source))


def written(source: str, values: Mapping[str, object]) -> str:
    """A blank line in a template begins a new line of the text; every other space is one space."""
    lines = [" ".join(line.split()) for line in _compiled(source).render(values).split(_NEW_LINE)]
    return clean("\n".join(line for line in lines if line))


def _frame_words(frame: Frame) -> dict[str, object]:
    earlier = Moment(frame.earlier_at, frame.at) if frame.earlier_at else None
    return {
        "source": frame.source,
        "link": frame.link,
        "at": Moment(frame.at, frame.at),
        "earlier": f"message of {earlier}" if earlier else "earlier message",
        "earlier_short": earlier.clock if earlier else "earlier",
        "number": frame.sequence,
    }


def _nothing(field: Field, facts: Facts, places: Places) -> bool:
    answer = facts.get(field.name, "")
    return blank(answer) or (
        field.kind is FieldKind.PLACES and not any(one in places[field.places] for one in answer)
    )


def _value(field: Field, facts: Facts, frame: Frame, places: Places, listed: bool) -> object:
    """What the template sees. An answer that is not what it should be stays as it was typed."""
    answer = facts.get(field.name, "")
    if field.kind is FieldKind.PLACES:
        return _chosen(answer, places, field.places, listed)
    words = " ".join(clean(str(answer)).split())
    match field.kind:
        case FieldKind.YES_OR_NO:
            return words == "yes"
        case FieldKind.TIME:
            clock = clock_time(words)
            return f"{clock:%H:%M}" if clock else words
        case FieldKind.DATE_AND_TIME:
            at = moment(words, frame.at, future=field.future)
            return Moment(at, frame.at) if at else AsTyped(words)
    return words.removesuffix(".")  # the wording brings its own full stops


def _chosen(ids: str | Sequence[str], places: Places, list_name: str, listed: bool) -> Chosen:
    known = places[list_name]
    chosen = dict.fromkeys(one for one in ids if one in known)
    return Chosen(tuple(known[one] for one in chosen), len(known), noun=list_name, named=listed)
