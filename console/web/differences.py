"""Two states of one draft, field by field, where they differ."""

from dataclasses import dataclass
from typing import Any

from console import languages
from console.domain.incident_type import FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.place import joined
from console.domain.plain_text import clean
from console.web.context import web
from console.web.draft_form import Typed


@dataclass(frozen=True)
class Difference:
    label: str
    theirs: str
    mine: str


def between(theirs: Typed, mine: Typed, type_: IncidentType, kind: Kind) -> list[Difference]:
    pairs = [
        (field.label, _shown(field, theirs.facts), _shown(field, mine.facts))
        for field in type_.asks(kind)
    ]
    pairs += [
        ("Your own words", theirs.text, mine.text),
        *(
            (f"{label} in {languages.name(code)}", *_in(code, part, theirs, mine))
            for code in {**theirs.translations, **mine.translations}
            for part, label in (("subject", "Headline"), ("text", "Text"))
        ),
        ("Channels", _titles(theirs), _titles(mine)),
        ("Picture", _picture(theirs), _picture(mine)),
        ("What the picture shows", theirs.alt, mine.alt),
        ("Goes out at", theirs.publish, mine.publish),
        ("Stop trying at", theirs.expires, mine.expires),
        ("How serious it is", theirs.severity, mine.severity),
    ]
    tidy = [(label, clean(one).strip(), clean(two).strip()) for label, one, two in pairs]
    return [Difference(label, one, two) for label, one, two in tidy if one != two]


def _in(code: str, part: str, theirs: Typed, mine: Typed) -> tuple[str, str]:
    empty: dict[str, str] = {}
    return (
        theirs.translations.get(code, empty).get(part, ""),
        mine.translations.get(code, empty).get(part, ""),
    )


def _shown(field: Any, facts: Any) -> str:
    answer = (facts or {}).get(field.name, "")
    if field.kind is not FieldKind.PLACES:
        return str(answer)
    known = web().desk.places[field.places]
    names = sorted(known[one].words if one in known else one for one in answer)
    return joined(names) if names else ""


def _titles(typed: Typed) -> str:
    return joined(one.title for one in web().desk.channels if one.name in typed.channels)


def _picture(typed: Typed) -> str:
    """Two pictures are told apart by how their digests begin; most often there is only one."""
    return f"a picture ({typed.picture[:6]})" if typed.picture else ""
