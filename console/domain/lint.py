"""Remarks on the words of a message: what makes it hard to read, or to act on. None blocks."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex


class Hint(StrEnum):
    """What could be better; the words for people are in ``console/web/lint_words.py``."""

    LONG_SENTENCE = "long sentence"
    ACRONYM = "acronym"
    CAPITALS = "capitals"
    UNDATED = "day without a date"
    HASHTAG_CASE = "hashtag in small letters"
    HASHTAG_PLACE = "hashtag not at the end"
    BARE_LINK = "link text that says nothing"
    NO_ALT = "picture without a description"
    BARE_ALT = "description that says nothing"


@dataclass(frozen=True)
class Remark:
    """One of them, with the words that it is about."""

    hint: Hint
    found: str = ""


LONG = 25
"""Words; a sentence that has more is read twice. The Government Communication Service's figure:
https://gcs.civilservice.gov.uk/guidance/digital-communication/planning-creating-and-publishing-accessible-social-media-campaigns/"""
_KNOWN = """
    A&E AM BBC BST CORRECTION DIY DVD EU EV EXERCISE FAQ GMT GP GPS ID IT MOT MP MSP MS NHS OK ONLY
    PE PIN PM PO QR RAF RNLI SMS TV UK US USA UTC VAT WC WIFI
"""
KNOWN = frozenset(_KNOWN.split())
"""Short forms that people know better than what they stand for, and the words that Skellat itself
writes large."""
_ALOUD = """
    ALERT AVOID BOIL CALL CANCELLED CLOSED DANGER DO DRINK EMERGENCY EVACUATE FIRE FLOOD FLOODS GAS
    GO HOME ICE KEEP LEAVE LIFE MOVE NO NOT NOW OFF OPEN OUT OVER RED SAFE SEVERE SMOKE SNOW STAY
    STOP TO TRAVEL UPDATE URGENT WARNING WATER WIND
"""
ALOUD = frozenset(_ALOUD.split())
"""Hazards and actions: what may be written large."""
_LINK = regex.compile(r"(?:https?://|www\.)[^\s<>\"]++", regex.IGNORECASE)
_BREAK = regex.compile(r"(?<=[.!?…])[\"”’)]?+\s++|\n++")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}'’:.,-]*+")
_LARGE = regex.compile(r"(?<![\p{L}\p{N}#@/._-])\p{Lu}[\p{Lu}&]++(?![\p{L}\p{N}_-])")
_EXPLAINED = regex.compile(r"\((\p{Lu}[\p{Lu}&]++)\)")
_HASHTAG = regex.compile(r"(?<![\p{L}\p{N}&/])#(\p{L}[\p{L}\p{N}_]*+)")
_DATE = regex.compile(
    r"\b(?:mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|\b\d{1,2}/\d{1,2}\b"
    r"|\b(?:llun|mawrth|mercher|iau|gwener|sadwrn|sul)\b"
    r"|\bdi(?:luain|màirt|ciadain|ardaoin|haoine|sathairne|dòmhnaich)\b",
    regex.IGNORECASE,
)
_DAY = regex.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|heddiw|heno|yfory|ddoe|an-diugh|a-nochd|a-màireach"
    r"|an-dè)\b",
    regex.IGNORECASE,
)
_BARE = regex.compile(
    r"\b(?:click|tap|press) (?:here|this|below|the link)\b|\b(?:see|read more|more) here\b"
    r"|\bclici(?:wch|a) yma\b|\blink in bio\b",
    regex.IGNORECASE,
)
_FILE = regex.compile(
    r"\A[\w -]*+\.(?:jpe?g|png|webp|gif|heic)|(?:img|dsc|image|photo)[\W_]?\d*+", regex.I
)
_NOTHING_SAID = frozenset({"image", "picture", "photo", "photograph", "map", "graphic", "logo"})


def remarks(text: str, known: Collection[str] = ()) -> list[Remark]:
    """Everything worth another look, once each, in the order of `Hint`. ``known``: short forms that
    the council itself uses. Linear time."""
    said = _LINK.sub("", text)
    sentences = [one.strip() for one in _BREAK.split(said) if one and one.strip()]
    found = [
        *_long(sentences),
        *_large(said, known),
        *_undated(sentences),
        *_hashtags(text),
        *(Remark(Hint.BARE_LINK, one[0]) for one in _BARE.finditer(said)),
    ]
    return list(dict.fromkeys(found))


def of_picture(alt: str) -> list[Remark]:
    """What is to be said about the description of a picture that there is."""
    words = " ".join(alt.split())
    if not words:
        return [Remark(Hint.NO_ALT)]
    bare = words.casefold().rstrip(".") in _NOTHING_SAID or _FILE.fullmatch(words)
    return [Remark(Hint.BARE_ALT, words)] if bare else []


def _long(sentences: Sequence[str]) -> Iterator[Remark]:
    for one in sentences:
        if len(_WORD.findall(one)) > LONG:
            yield Remark(Hint.LONG_SENTENCE, one)


def _large(text: str, known: Collection[str]) -> Iterator[Remark]:
    """Short forms that nobody explained; and words that shout, a row of them said once."""
    fine = KNOWN | ALOUD | {one.upper() for one in known} | set(_EXPLAINED.findall(text))
    row: list[str] = []
    end = -1
    for match in _LARGE.finditer(text):
        word = match[0]
        if word in fine:
            continue
        if text[end : match.start()].strip() and row:
            yield _shouted(row)
            row = []
        row.append(word)
        end = match.end()
    if row:
        yield _shouted(row)


def _shouted(row: Sequence[str]) -> Remark:
    short = len(row) == 1 and len(row[0]) <= 5
    return Remark(Hint.ACRONYM if short else Hint.CAPITALS, " ".join(row))


def _undated(sentences: Sequence[str]) -> Iterator[Remark]:
    for one in sentences:
        if (day := _DAY.search(one)) and not _DATE.search(one):
            yield Remark(Hint.UNDATED, day[0])


def _hashtags(text: str) -> Iterator[Remark]:
    """Read aloud, a hashtag of several words is one unless each begins large; and one in the middle
    of a sentence interrupts it."""
    tags = list(_HASHTAG.finditer(text))
    for one in tags:
        if one[1][0].islower():
            yield Remark(Hint.HASHTAG_CASE, one[0])
    last = _end_of_words(text)
    for one in tags:
        if one.start() < last:
            yield Remark(Hint.HASHTAG_PLACE, one[0])


def _end_of_words(text: str) -> int:
    """Where the last word ends that is neither a hashtag nor a link."""
    without = _HASHTAG.sub(lambda one: " " * len(one[0]), text)
    without = _LINK.sub(lambda one: " " * len(one[0]), without)
    return len(without.rstrip())
