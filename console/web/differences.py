"""Two states of one draft, field by field, where they differ; and one made of both."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from console import languages
from console.actions import same_words
from console.domain.incident_type import FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.place import joined
from console.domain.plain_text import clean
from console.web.context import web
from console.web.draft_form import Typed
from console.web.questions import PREFIX

Pieces = tuple[tuple[str, str], ...]
"""See `same_words.pieces`."""
_EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Difference:
    field: str
    """The field of the form."""
    label: str
    theirs: str
    mine: str
    chosen: str = ""
    """``theirs`` or ``mine`` where only one of us changed it; else somebody has to choose."""

    @property
    def language(self) -> str:
        """Of words that somebody translated; else empty."""
        part, _, code = self.field.partition("-")
        return code if part in ("text", "subject") else ""

    @property
    def pieces(self) -> Pieces:
        return tuple(same_words.pieces(self.theirs, self.mine))


def between(
    theirs: Typed, mine: Typed, type_: IncidentType, kind: Kind, begun: str = ""
) -> list[Difference]:
    """``begun``: the `prints` of what both began with, where the form brought them."""
    before = dict(one.split("=", 1) for one in begun.split() if "=" in one)
    now, ours = _shown(theirs, type_, kind), _shown(mine, type_, kind)
    return [
        Difference(field, label, now[field][1], own, _chosen(before.get(field), now[field][1], own))
        for field, (label, own) in ours.items()
        if now[field][1] != own
    ]


def prints(typed: Typed, type_: IncidentType, kind: Kind) -> str:
    """A few letters for each field: by them is known afterwards who changed it."""
    shown = _shown(typed, type_, kind)
    return " ".join(f"{field}={_print(words)}" for field, (_, words) in shown.items())


def with_theirs(
    theirs: Typed, mine: Typed, fields: Collection[str], type_: IncidentType, kind: Kind
) -> Typed:
    """Mine, but for these fields; others than the form has are left out."""
    known = _shown(theirs, type_, kind)
    facts = dict(mine.facts or {})
    said = {code: dict(words) for code, words in mine.translations.items()}
    whole: dict[str, Any] = {}
    for field in (one for one in fields if one in known):
        part, _, code = field.partition("-")
        if field.startswith(PREFIX):
            name = field.removeprefix(PREFIX)
            facts[name] = (theirs.facts or {}).get(name, "")
        elif code:
            words = theirs.translations.get(code, _EMPTY)
            said.setdefault(code, {})[part] = words.get(part, "")
        else:
            whole[field] = getattr(theirs, field)
    return replace(mine, facts=facts, translations=said, **whole)


def _shown(typed: Typed, type_: IncidentType, kind: Kind) -> dict[str, tuple[str, str]]:
    """Field -> what it is called, and what stands in it, as people read it."""
    found = {
        f"{PREFIX}{field.name}": (field.label, _answer(field, typed.facts))
        for field in type_.asks(kind)
    }
    found["text"] = ("Your own words", typed.text)
    spoken = {code for one in web().desk.channels for code in one.languages}
    for code in sorted(spoken - {web().desk.settings.council.language}):
        words = typed.translations.get(code, _EMPTY)
        for part, label in (("subject", "Headline"), ("text", "Text")):
            called = f"{label} in {languages.name(code)}"
            found[f"{part}-{code}"] = (called, words.get(part, ""))
    found |= {
        "channels": ("Channels", _titles(typed)),
        "picture": ("Picture", _picture(typed)),
        "alt": ("What the picture shows", typed.alt),
        "publish": ("Goes out at", typed.publish),
        "expires": ("Stop trying at", typed.expires),
        "severity": ("How serious it is", typed.severity or str(type_.severity)),
    }
    return {field: (label, clean(words).strip()) for field, (label, words) in found.items()}


def _chosen(before: str | None, theirs: str, mine: str) -> str:
    if before is None:
        return ""
    if before == _print(mine):
        return "theirs"
    return "mine" if before == _print(theirs) else ""


def _print(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _answer(field: Any, facts: Any) -> str:
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
