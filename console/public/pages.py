"""The pages: what is current, and everything that was said about one incident."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import languages
from console.public import look
from console.public.entries import Message, Picture
from console.public.file import HTML, File
from console.public.kinds import KINDS
from console.public.links import linked
from console.public.publisher import Publisher

_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


def front(publisher: Publisher, current: Sequence[Message], now: datetime) -> File:
    return _page(publisher, "public.html", now=now, messages=current)


def incident(publisher: Publisher, found: Sequence[Message], now: datetime) -> File:
    """``found`` is newest first, and not empty."""
    return _page(publisher, "public_incident.html", now=now, messages=found)


def nothing(publisher: Publisher) -> File:
    return _page(publisher, "public_nothing.html")


def picture_path(picture: Picture) -> str:
    """Below the home. With an ending where its kind is known, since web servers go by endings."""
    ending = _ENDINGS.get(picture.media_type, "")
    return f"pictures/{picture.sha256}{ending}"


def _page(publisher: Publisher, name: str, **facts: object) -> File:
    words = (
        _environment(publisher.templates)
        .get_template(f"pages/{name}")
        .render(
            council=publisher,
            exercise=publisher.exercise,
            home=publisher.home,
            kinds=KINDS,
            linked=partial(linked, trusted=publisher.trusted),
            when=publisher.when,
            **facts,
        )
    )
    return File(words.encode(), HTML)


@lru_cache(maxsize=4)
def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined
    )
    environment.globals.update(
        look=look.path, picture_path=picture_path, language_name=languages.own_name
    )
    return environment
