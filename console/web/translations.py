"""The words of a draft in languages beside the council's own: asked for, read, shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from console import languages
from console.actions.texts import TEXT_MOST
from console.channels import ConfiguredChannel
from console.domain.facts import text_problems
from console.domain.place import joined
from console.domain.plain_text import clean
from console.web import words
from console.web.context import web

Translations = Mapping[str, Mapping[str, str]]
"""Language -> ``subject`` and ``text``."""
SUBJECT_MOST = 200


@dataclass(frozen=True)
class Asked:
    """One further language that channels publish in."""

    code: str
    name: str
    """``Welsh (Cymraeg)``."""
    channels: str
    """The titles of those channels."""
    demanded: bool
    """True where policy sends nothing for approval without it."""


def asked(channels: list[ConfiguredChannel], demanded: Collection[str] = ()) -> list[Asked]:
    """Each language that these channels publish in beside the council's own."""
    settings = web().desk.settings
    spoken: dict[str, list[str]] = {}
    for channel in channels:
        for one in channel.languages:
            spoken.setdefault(one, []).append(channel.title)
    return [
        Asked(code, languages.own_name(code), joined(titles), code in demanded)
        for code, titles in spoken.items()
        if code != settings.council.language
    ]


def read(form: Mapping[str, str]) -> Translations:
    """What a form brings in each language."""
    codes = [name.removeprefix("text-") for name in form if name.startswith("text-")]
    return {
        code: {
            "subject": clean(form.get(f"subject-{code}", "")),
            "text": clean(form.get(f"text-{code}", "")),
        }
        for code in codes
    }


def wrong(typed: Translations, wanted: list[Asked]) -> dict[str, str]:
    """Field -> what to do about it. That a language is missing the check page says, so that a
    draft can be kept before it is translated."""
    found: dict[str, str] = {}
    trusted = web().desk.settings.trusted_links
    for one in wanted:
        texts = typed.get(one.code, {})
        for part, most in (("subject", SUBJECT_MOST), ("text", TEXT_MOST)):
            field, text = f"{part}-{one.code}", texts.get(part, "")
            label = f"{'Headline' if part == 'subject' else 'Text'} in {one.name}"
            if len(text) > most:
                found[field] = words.fault("too long", label, over=len(text) - most)
            elif problems := text_problems(field, text, trusted):
                found[field] = words.fault(problems[0].reason, label, found=problems[0].found)
        if texts.get("subject", "").strip() and not texts.get("text", "").strip():
            found[f"text-{one.code}"] = words.fault("blank", f"Text in {one.name}")
    return found
