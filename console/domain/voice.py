"""How a channel speaks where nothing is urgent: signature, tone, hashtags, and emoji or none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from console.domain.channel import Limit
from console.domain.counting import count
from console.domain.message import Kind


class Tone(StrEnum):
    PLAIN = "plain"
    FRIENDLY = "friendly"


@dataclass(frozen=True)
class Phrase:
    """What is added to a kind of message, in one tone."""

    closing: str = ""
    emoji: str = ""


Phrases = Mapping[tuple[Tone, Kind, str], Phrase]
"""(Tone, kind, language) -> what is added."""


@dataclass(frozen=True)
class Voice:
    """What a council sets for one channel."""

    signature: str = ""
    """A post, such as ``Roads team``; never a person, who may have left."""
    tone: Tone = Tone.PLAIN
    hashtags: tuple[str, ...] = ()
    emoji: bool = False


PLAIN = Voice()
SPOKEN = frozenset({Kind.UPDATE, Kind.ALL_CLEAR})
"""Never in an alert, a correction or a cancel message: these speak as the council, and every
channel says the same."""
_HASHTAG = re.compile(r"#[A-Z0-9][A-Za-z0-9]*")


def hashtag_fits(tag: str) -> bool:
    """``#NorthbraeSnow``: with a capital for each word, screen readers read it as words."""
    return bool(_HASHTAG.fullmatch(tag)) and not tag[1:].isdigit() and not _SHOUTED.search(tag)


_SHOUTED = re.compile(r"[A-Z]{5}")
"""#SNOWDAY is read letter by letter; #A90 and #NHSHelp are not shouted."""


def spoken(
    text: str, link: str, kind: Kind, voice: Voice, phrases: Phrases, language: str, limit: Limit
) -> str:
    """The text in the channel's voice. What does not fit, or would cost a further SMS part, is left
    out, the signature last: a voice never costs a word of the message."""
    if kind not in SPOKEN or voice == PLAIN:
        return text
    phrase = phrases.get((voice.tone, kind, language), Phrase())
    for one in _fullest_first(voice, phrase):
        added = _joined(text, link, one)
        if _free(text, added, limit):
            return added
    return text


@dataclass(frozen=True)
class _Added:
    closing: str
    signature: str
    hashtags: tuple[str, ...]


def _fullest_first(voice: Voice, phrase: Phrase) -> list[_Added]:
    emoji = phrase.emoji if voice.emoji else ""
    whole = _Added(f"{phrase.closing} {emoji}".strip(), voice.signature, voice.hashtags)
    without = replace(whole, closing=phrase.closing)
    untagged = replace(without, hashtags=())
    return [whole, without, untagged, replace(untagged, closing="")]


def _joined(text: str, link: str, added: _Added) -> str:
    """Before the line with the link, and the hashtags last."""
    lines = text.split("\n")
    linked = [lines.pop()] if len(lines) > 1 and link in lines[-1] else []
    if added.closing:
        lines[-1] = f"{lines[-1]} {added.closing}"
    if added.signature:
        lines.append(added.signature)
    return "\n".join([*lines, *linked, *([" ".join(added.hashtags)] if added.hashtags else [])])


def _free(text: str, added: str, limit: Limit) -> bool:
    before, after = count(text, limit), count(added, limit)
    return after.fits and (after.parts or 0) <= (before.parts or 0)
