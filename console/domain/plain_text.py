"""What a text may consist of: tidies what is harmless, and names what would mislead a reader."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

import regex


class Flaw(StrEnum):
    """What is wrong with a text; the words for people are in ``console/web/words.py``."""

    BIDI = "direction control"
    HIDDEN = "hidden character"
    CONTROL = "control character"
    SURROGATE = "half a character"
    STACKED = "stacked marks"
    ENCODED = "encoded mail header"
    LINK_SIGN_IN = "link with a sign-in part"
    LINK_HOST = "link host not in plain letters"
    LINK_BROKEN = "link without a host"


@dataclass(frozen=True)
class Fault:
    flaw: Flaw
    at: int
    """Where in the text it begins, counted in code points from 0."""
    found: str
    """What stands there, made visible: ``U+202E``, or the link in ASCII."""


_NEWLINES = regex.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = regex.compile(r"[\p{Cc}--\n]", regex.VERSION1)
# Normalising a long row of marks takes quadratic time (8 s for 100,000), so a row is cut at the
# length that Unicode's stream-safe format sets: https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format
_ENDLESS_MARKS = regex.compile(r"(\p{M}{30})\p{M}++")


def clean(text: str) -> str:
    """Newlines as ``\\n``, tabs as spaces, no other control characters, Unicode NFC."""
    lines = _NEWLINES.sub("\n", text).replace("\t", " ")
    return _cut_marks(unicodedata.normalize("NFC", _cut_marks(_CONTROLS.sub("", lines))))


def _cut_marks(text: str) -> str:
    """Before normalising, for its time; after it, because a few marks become two."""
    shortened: str = _ENDLESS_MARKS.sub(r"\1", text)
    return shortened


# The flags of England, Scotland and Wales are spelled with tag characters, and nothing else is.
_NATION = "\U0001f3f4\U000e0067\U000e0062{}\U000e007f"
_NATIONS = tuple(
    _NATION.format("".join(chr(0xE0000 + ord(letter)) for letter in nation))
    for nation in ("eng", "sct", "wls")
)
_INNOCENT = regex.compile(
    "|".join(_NATIONS)
    + r"|(?<=\p{Emoji})[\uFE0E\uFE0F]"
    + r"|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D"
    + r"(?=\p{Extended_Pictographic})"
)
_BAD_CHARACTERS: tuple[tuple[Flaw, regex.Pattern[str]], ...] = (
    (Flaw.BIDI, regex.compile(r"[\u202A-\u202E\u2066-\u2069]")),
    (Flaw.SURROGATE, regex.compile(r"\p{Cs}")),
    (Flaw.CONTROL, regex.compile(r"[\p{Cc}--\n]", regex.VERSION1)),
    # Format and other invisible characters: zero-width ones, tags, fillers, stray selectors.
    (Flaw.HIDDEN, regex.compile(r"[[\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]"
                                r"--[\u202A-\u202E\u2066-\u2069]]", regex.VERSION1)),
    (Flaw.STACKED, regex.compile(r"\p{M}{6,}+")),
)  # fmt: skip
# Python below 3.11.10 turns such a word in a subject into real headers (CVE-2024-6923).
_ENCODED_WORD = regex.compile(r"=\?[\w-]++\?[BbQq]\?")
_LINK = regex.compile(r"https?+:[/\\]++[^\s<>\"]*+", regex.IGNORECASE)
_AUTHORITY = regex.compile(
    r"https?+:(?P<slashes>[/\\]++)(?P<authority>[^/?#\\]*+)(?P<rest>.?)", regex.I
)


Hosts = frozenset[str]
"""Hosts with letters of other alphabets that a council trusts, in ASCII: ``xn--ty-3ia.example``."""
NONE: Hosts = frozenset()


def faults(text: str, trusted: Hosts = NONE) -> list[Fault]:
    """Everything in the text that must not be published, in the order it stands. Linear time."""
    visible = _INNOCENT.sub(lambda found: "x" * len(found[0]), text)
    found = [*_bad_characters(visible), *_bad_links(text, trusted), *_encoded(text)]
    return sorted(found, key=lambda fault: (fault.at, fault.flaw))


def _bad_characters(text: str) -> Iterator[Fault]:
    for flaw, pattern in _BAD_CHARACTERS:
        for match in pattern.finditer(text):
            yield Fault(flaw, match.start(), f"U+{ord(match[0][0]):04X}")


def _encoded(text: str) -> Iterator[Fault]:
    for match in _ENCODED_WORD.finditer(text):
        yield Fault(Flaw.ENCODED, match.start(), match[0])


def _bad_links(text: str, trusted: Hosts) -> Iterator[Fault]:
    for match in _LINK.finditer(text):
        if flaw := link_flaw(match[0], trusted):
            yield Fault(flaw, match.start(), _visible(match[0]))


def link_flaw(link: str, trusted: Hosts = NONE) -> Flaw | None:
    """What is wrong with one http(s) link; None where a reader can trust its host.

    Hosts are ASCII only, but for those that are trusted: letters of other alphabets can imitate
    them, and so can punycode.
    """
    match = _AUTHORITY.match(link)
    if not match or match["slashes"] != "//" or match["rest"] == "\\":
        return Flaw.LINK_BROKEN
    authority = match["authority"]
    if "@" in authority:
        return Flaw.LINK_SIGN_IN
    host = _host(authority)
    if not host:
        return Flaw.LINK_BROKEN
    if regex.fullmatch(r"[a-z0-9.-]++", host) and "xn--" not in host:
        return None
    named = in_ascii(host)
    return None if named and named in trusted else Flaw.LINK_HOST


def _host(authority: str) -> str:
    return authority.rstrip(".,;:!?)]}'’”…").partition(":")[0].lower()


def in_ascii(host: str) -> str:
    """As the name is looked up: ``gоv.uk`` with a Cyrillic o is ``xn--gv-fmc.uk``. Empty where it
    is no name, or only pretends to be one of other letters."""
    import idna  # its tables take 2 MB, and hardly a text needs them

    try:
        found = idna.encode(host[:253], uts46=True).decode()
    except (UnicodeError, IndexError):
        return ""
    return found if "xn--" in found else ""


def _visible(link: str) -> str:
    """In ASCII: an imitation is seen as one."""
    match = _AUTHORITY.match(link)
    host = _host(match["authority"]) if match else ""
    if match and host and (plain := in_ascii(host)):
        begins = match.start("authority")
        link = link[:begins] + plain + link[begins + len(host) :]
    return quote(link[:100], safe=":/?#[]@!$&'()*+,;=%\\", errors="replace")
