"""Shortens a text that a person wrote to what a channel takes: whole sentences, then the link."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.domain.channel import Limit
from console.domain.counting import count


@dataclass(frozen=True)
class Shortened:
    text: str
    lost: str
    """The words that had no room."""


def shorten(text: str, link: str, limit: Limit) -> Shortened | None:
    """As many whole sentences as fit with the link below them, which leads to all of it; None
    where not even the first one does."""
    best = None
    for end in _ends(text):
        lost = text[end:].strip()
        kept = text[:end].rstrip()
        cut = kept if link in kept else f"{kept}\n{link}"
        if not lost or not count(cut, limit).fits:
            break
        best = Shortened(cut, lost)
    return best


def _ends(text: str) -> Iterator[int]:
    """Where a sentence ends: at a line's end, or at a full stop before a new beginning."""
    for found in _BREAK.finditer(text):
        if "\n" in found["space"] or not _ABBREVIATED.search(text[: found.start("space")]):
            yield found.start("space")
    yield len(text)


_BREAK = re.compile(
    r"""(?: (?<=[.!?]) | (?<=[.!?]["'”’)\]]) | (?<!\s)(?=\s*\n) )  # what ends a sentence
    (?P<space>\s+) (?! [a-zà-ÿ] )  # and no small letter begins after it""",
    re.VERBOSE,
)
_ABBREVIATED = re.compile(
    r"""\b (?: [A-Z] | St | Sts | Dr | Mr | Mrs | Ms | Rev | Rd | Ave | No | Nos | Tel | approx
    | e\.g | i\.e | vs | etc ) \.$""",
    re.VERBOSE,
)
"""St. Mary's School is one name."""
