"""Renders every incident type in every way that its answers allow, and says what would be wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.channels import ConfiguredChannel
from console.configuration import Fault
from console.domain.blank_form import with_gaps
from console.domain.facts import YES_OR_NO, text_problems
from console.domain.incident_type import Facts, Field, FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.place import Places
from console.domain.wording import (
    NO_LIMIT,
    UNWRITABLE,
    Frame,
    Missing,
    Rendered,
    TooLong,
    fill,
    render,
)

OPENING = 5
"""Words: who reads no more of an all clear must not read its alert again."""
PROMISE = "next_update"
_FREE = (FieldKind.TEXT, FieldKind.LONG_TEXT)
_DATELINE = re.compile(r"^(?:as at )?\d\d:\d\d(?:, \w{3} \d{1,2} \w{3})?[:,.]? ?")


@dataclass(frozen=True)
class Setting:
    """What the words are tried in: the council's own name, places and channels."""

    source: str
    link: str
    at: datetime
    places: Places
    channels: Sequence[ConfiguredChannel]

    def frame(self, kind: Kind) -> Frame:
        return Frame(self.source, self.link, self.at, None if kind is Kind.ALERT else self.at)


def prove(types: Mapping[str, IncidentType], setting: Setting) -> list[Fault]:
    """Everything that would go wrong with some answer; empty where all is well."""
    return [fault for one in types.values() for fault in _prove(one, setting)]


def words(
    types: Mapping[str, IncidentType], setting: Setting
) -> Iterator[tuple[IncidentType, Kind, Mapping[str, str]]]:
    """Every text with its examples: ``subject``, ``long`` and ``short``, to be read aloud."""
    for one in types.values():
        for kind in Kind:
            yield one, kind, _texts(one, kind, one.examples(kind), setting)


def _prove(one: IncidentType, setting: Setting) -> Iterator[Fault]:
    for kind in Kind:
        yield from _unrendered(one, kind, setting)
        yield from _unfit(one, kind, setting)
        if kind in (Kind.ALERT, Kind.UPDATE) and not any(map(_promise, one.asks(kind))):
            remedy = f'Ask for it: common = "{PROMISE}"'
            yield _fault(one, f"{kind}", "promises no time of the next update", remedy)
    yield from _not_on_paper(one, setting)
    yield from _mistakable(one, setting)


def _promise(field: Field) -> bool:
    return field.name == PROMISE and field.required and field.future


def _unrendered(one: IncidentType, kind: Kind, setting: Setting) -> Iterator[Fault]:
    """Each answer that can be chosen, ticked or left out, in each of the three texts."""
    for facts in _answers(one, kind):
        try:
            texts = _texts(one, kind, facts, setting)
        except (*UNWRITABLE, Missing) as error:
            remedy = "Try the words with this answer"
            yield _fault(one, f"{kind}", f"does not render: {error}", remedy)
            return
        for key, text in texts.items():
            if wrong := text_problems(key, text):
                what = f"has {wrong[0].found!r} in its words ({wrong[0].reason})"
                yield _fault(one, f"{kind}.{key}", what, "Write it differently")
                return


def _answers(one: IncidentType, kind: Kind) -> Iterator[Facts]:
    every = one.examples(kind)
    yield every
    yield one.least(kind)
    for field in one.asks(kind):
        for option in field.options or (YES_OR_NO if field.kind is FieldKind.YES_OR_NO else ()):
            yield {**every, field.name: option}
        if not field.required or field.required_with:
            yield {name: answer for name, answer in every.items() if name != field.name}
        if field.status:
            others = {other.name for other in one.statuses(kind, field.places)} - {field.name}
            yield {name: answer for name, answer in every.items() if name not in others}


def _unfit(one: IncidentType, kind: Kind, setting: Setting) -> Iterator[Fault]:
    """The channels that have no room, not even for the short words."""
    every = one.examples(kind)
    longest = {
        field.name: ("long words " * 100)[: field.max].rstrip()
        for field in one.asks(kind)
        if field.kind in _FREE
    }
    for channel in setting.channels:
        try:
            _rendered(one, kind, {**every, **longest}, setting, channel)
        except TooLong as error:
            what = f"can be {error.over} too long for {channel.title}, with the longest answers"
            yield _fault(one, f"{kind}.short", what, "Shorten the words, or the field's max")
            return
        except (*UNWRITABLE, Missing):
            return  # named already


def _rendered(
    one: IncidentType,
    kind: Kind,
    facts: Facts,
    setting: Setting,
    channel: ConfiguredChannel,
) -> Rendered:
    frame = setting.frame(kind)
    return render(one, kind, facts, setting.places, frame=frame, limit=channel.limit or NO_LIMIT)


def _not_on_paper(one: IncidentType, setting: Setting) -> Iterator[Fault]:
    """The run-sheet has the short alert as a form for pen and paper."""
    try:
        with_gaps(one.wording[Kind.ALERT].short, one.asks(Kind.ALERT), council=setting.source)
    except UNWRITABLE as error:
        what = f"cannot be printed with gaps: {error}"
        yield _fault(one, f"{Kind.ALERT}.short", what, "Use the facts plainly")


def _mistakable(one: IncidentType, setting: Setting) -> Iterator[Fault]:
    try:
        full, least = one.examples(Kind.ALERT), one.least(Kind.ALERT)
        alerts = [
            text
            for facts in (full, least)
            for text in _texts(one, Kind.ALERT, facts, setting).values()
        ]
        clears = _texts(one, Kind.ALL_CLEAR, one.examples(Kind.ALL_CLEAR), setting)
    except UNWRITABLE:
        return  # named already
    for said in alerts:
        opening = " ".join(_bare(said, setting).split()[:OPENING])
        for key, text in clears.items():
            if opening in _bare(text, setting):
                what = f"says {opening!r}, as the alert begins"
                yield _fault(one, f"all clear.{key}", what, "Say first that it is over")
                return


def _bare(text: str, setting: Setting) -> str:
    """Without the council's name, the time and the link, in small letters."""
    plain = " ".join(text.replace(setting.link, "").split())
    return _DATELINE.sub("", plain.removeprefix(setting.source).lstrip(",: ")).lower()


def _texts(one: IncidentType, kind: Kind, facts: Facts, setting: Setting) -> dict[str, str]:
    wording, frame = one.wording[kind], setting.frame(kind)
    sources = {"subject": wording.subject, "long": wording.long, "short": wording.short}
    return {
        key: fill(source, one.asks(kind), facts, frame=frame, places=setting.places)
        for key, source in sources.items()
    }


def _fault(one: IncidentType, key: str, what: str, remedy: str) -> Fault:
    return Fault(f"{one.slug}.toml", key, what, remedy)
