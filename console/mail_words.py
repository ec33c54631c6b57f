"""The words of a mail: its template, filled in, as plain text and as HTML."""

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from console.domain.plain_text import clean

WIDTH = 72
"""Columns of a plain-text mail's own words. A message's words are never wrapped."""


def written(folder: Path, template: str, facts: dict[str, Any]) -> str:
    return _environment(folder).get_template(template).render(facts)


@cache
def _environment(folder: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "wrapped": _wrapped,
        "unlinked": unlinked,
        "exact": _exact,
        "one_line": _one_line,
    }
    return made


def unlinked(text: str) -> str:
    """Addresses without their scheme, so that a mail has one link: the one that decides."""
    return re.sub(r"(?i)\bhttps?://", "", text)


def _wrapped(text: str) -> str:
    """Paragraphs broken at spaces, never inside a word or an address."""
    return "\n\n".join(
        textwrap.fill(
            " ".join(paragraph.split()), WIDTH, break_long_words=False, break_on_hyphens=False
        )
        for paragraph in text.split("\n\n")
        if paragraph.strip()
    )


def _exact(text: str) -> Markup:
    """A message's words in HTML, line for line."""
    return Markup("<br>\n").join(text.split("\n"))


def _one_line(title: str) -> str:
    """No line break or control character can leave the subject for another header."""
    return " ".join(clean(title).split())
