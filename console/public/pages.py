"""The pages: what is current, and everything that was said about one incident.

The words of the messages are what they are in whatever language the page around them is.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import catalogue
from console.catalogue import ENGLISH, OWN
from console.public import look
from console.public.entries import Message, Picture
from console.public.file import HTML, File
from console.public.kinds import KINDS
from console.public.links import linked
from console.public.publisher import Publisher

_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


def front(
    publisher: Publisher, current: Sequence[Message], now: datetime, language: str = ENGLISH
) -> File:
    shown = _shown(publisher, current, language)
    return _page(publisher, "public.html", language, "", now=now, messages=shown)


def incident(
    publisher: Publisher, found: Sequence[Message], now: datetime, language: str = ENGLISH
) -> File:
    """``found`` is newest first, and not empty."""
    shown = _shown(publisher, found, language)
    path = found[0].incident
    return _page(publisher, "public_incident.html", language, path, now=now, messages=shown)


def nothing(publisher: Publisher, language: str = ENGLISH) -> File:
    return _page(publisher, "public_nothing.html", language)


def folder(language: str) -> str:
    """What the paths of the pages in this language begin with, below the home."""
    return "" if language == ENGLISH else f"{language}/"


def picture_path(picture: Picture) -> str:
    """Below the home. With an ending where its kind is known, since web servers go by endings."""
    ending = _ENDINGS.get(picture.media_type, "")
    return f"pictures/{picture.sha256}{ending}"


def _shown(publisher: Publisher, found: Sequence[Message], language: str) -> list[Message]:
    """On a page for each language, its readers' words come first."""
    several = len(publisher.languages) > 1
    return [one.beginning_in(language) if several else one for one in found]


def _page(
    publisher: Publisher, name: str, language: str, path: str | None = None, **facts: object
) -> File:
    """``path``: of the page, below the home; None where it stands in no place of its own."""
    words = (
        _environment(publisher.templates, language)
        .get_template(f"pages/{name}")
        .render(
            council=publisher,
            exercise=publisher.exercise,
            files=publisher.home,
            home=f"{publisher.home}{folder(language)}",
            kinds=KINDS,
            linked=partial(linked, trusted=publisher.trusted),
            versions=_versions(publisher, path),
            when=partial(publisher.when, language=language),
            **facts,
        )
    )
    return File(words.encode(), HTML)


def _versions(publisher: Publisher, path: str | None) -> list[dict[str, str]]:
    """The same page in every language, for who wants another; none where there is one."""
    if path is None or len(publisher.languages) == 1:
        return []
    return [
        {"code": one, "name": OWN[one], "path": f"{publisher.home}{folder(one)}{path}"}
        for one in publisher.languages
    ]


@lru_cache(maxsize=4)
def _environment(templates: Path, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    said = catalogue.said_in(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        said.gettext, said.ngettext, newstyle=True
    )
    environment.filters["translated"] = said.gettext
    environment.globals.update(
        look=look.path,
        picture_path=picture_path,
        public_language=language,
        language_name=partial(catalogue.language_name, language=language),
    )
    return environment
