"""The words for what could be better about a message: what it is, and what to write instead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.domain import lint
from console.domain.lint import Hint

MOST_SHOWN = 120
"""Characters of a sentence: its beginning is enough to find it."""
_SAYS = {
    Hint.LONG_SENTENCE: f"A sentence of more than {lint.LONG} words. Make two of it.",
    Hint.ACRONYM: "A short form that not everybody knows. Write it out once.",
    Hint.CAPITALS: "Large letters shout, and are hard to read. Keep them for the danger, or for "
    "what to do.",
    Hint.UNDATED: "A day without its date. Who reads this tomorrow needs one: Fri 16 Jan.",
    Hint.HASHTAG_CASE: "Begin each word of a hashtag with a capital, so that it can be read aloud.",
    Hint.HASHTAG_PLACE: "A hashtag within the words. Put it at the end.",
    Hint.BARE_LINK: "Say where a link leads instead.",
    Hint.NO_ALT: "The picture is not described. Who cannot see it learns nothing from it.",
    Hint.BARE_ALT: "That does not say what the picture shows.",
}


@dataclass(frozen=True)
class Hinted:
    """One line of the list."""

    found: str
    says: str
    language: str = ""


def hints(
    texts: Iterable[tuple[str, str]], known: Iterable[str] = (), alt: str | None = None
) -> list[Hinted]:
    """Of (language, text), each said once. ``alt``: what describes the picture, if there is one."""
    ours = frozenset(known)
    once = dict.fromkeys(texts)
    found = [_hinted(one, language) for language, text in once for one in lint.remarks(text, ours)]
    found += [_hinted(one, "") for one in (lint.of_picture(alt) if alt is not None else ())]
    return list(_once(found))


def _once(found: Iterable[Hinted]) -> Iterator[Hinted]:
    """The same words in two texts are one thing to look at."""
    seen: set[tuple[str, str]] = set()
    for one in found:
        if (one.found, one.says) not in seen:
            seen.add((one.found, one.says))
            yield one


def _hinted(one: lint.Remark, language: str) -> Hinted:
    found = one.found if len(one.found) <= MOST_SHOWN else f"{one.found[:MOST_SHOWN].rstrip()}…"
    return Hinted(found, _SAYS[one.hint], language)
