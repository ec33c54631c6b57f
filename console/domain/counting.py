"""Counts a text as each network counts it: characters, graphemes, links as 23, SMS parts."""

from dataclasses import dataclass
from unicodedata import normalize

import regex
from gsm0338 import Codec

from console.domain.channel import Counting, Limit

# What Mastodon takes for a link: a host whose last label begins with a letter, up to a space.
# Addresses without one (an IP address, a bare machine name) it counts letter by letter.
_MASTODON_LINK = regex.compile(
    r"""https?+://(?:[\w-]++(?:\.(?=[\w-]))?+)++(?<=\.[^\W\d_][\w-]*)"""
    r"""(?::\d++)?+(?:[/?#](?:[^\s<>"]*[^\s<>".,;:!?')\]])?+)?+""",
    regex.IGNORECASE,
)
_REMOTE_MENTION = regex.compile(r"(?<![=/\w])(@\w++(?:[.-]\w++)*+)@[\w.-]*\w")
_LINK_LENGTH = 23
# What emoji are made of: the signs, and what joins, tints and flags them.
_EMOJI_PART = regex.compile(
    r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}"
    r"\u200D\uFE0F\u20E3\U000E0020-\U000E007F]"
)

# A pair of these is one flag. `regex` takes quadratic time over a long row of them: 6 s for 50,000.
_FLAG = regex.compile(r"[\U0001F1E6-\U0001F1FF]{2}")

# X: what it counts as 1, all else being 2, and what it takes for one emoji or for a link.
# https://docs.x.com/fundamentals/counting-characters
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_TAGS = r"[\U000E0020-\U000E007F]"
_ONE_EMOJI = rf"(?![©®™](?!\uFE0F))\p{{Extended_Pictographic}}(?:\p{{EMod}}|\uFE0F)?+{_TAGS}*+"
_EMOJI = regex.compile(
    rf"{_FLAG.pattern}|[#*0-9]\uFE0F?\u20E3|{_ONE_EMOJI}(?:\u200D{_ONE_EMOJI})*+"
)
_HOST = r"(?:[\w-]++\.)++[^\W\d_][\w-]++"
# Up to a space, a quotation mark, or a letter that is neither English nor accented.
_PATH = r"""[/?#][!#-;=?-~\u00C0-\u024F]*(?<![.,;:!?')\]])"""
_WEIGHTED_LINK = regex.compile(rf"https?+://{_HOST}(?::\d++)?+(?:{_PATH})?+", regex.IGNORECASE)
# Without http:// X knows a link by the list of all top-level domains. Here whatever looks like one
# is counted as one, or by its letters if those are more: too much now and then, never too little.
_BARE_LINK = regex.compile(rf"(?<![\w@./-]){_HOST}(?:{_PATH})?+", regex.IGNORECASE)


def _gsm_alphabet() -> dict[str, int]:
    """Every character that a plain text message can hold, with its septets (1, or 2 escaped)."""
    codec = Codec()
    plain = {codec.decode(bytes([code]), "ignore")[0]: 1 for code in range(0x80)}
    escaped = {codec.decode(bytes([0x1B, code]), "ignore")[0]: 2 for code in range(0x80)}
    return {character: size for character, size in (plain | escaped).items() if character}


_SEPTETS = _gsm_alphabet()


@dataclass(frozen=True)
class Count:
    """How long a text is on one network, and by how much it is too long."""

    used: int
    allowed: int | None
    """None where the network sets no limit."""
    over: int
    """Characters too many, as the network counts them; 0 where it fits."""
    octets_over: int
    """UTF-8 bytes too many; 0 where it fits or the network does not count bytes."""
    parts: int | None = None
    """Text messages that it takes; None for anything but SMS."""

    @property
    def fits(self) -> bool:
        return self.over == 0 and self.octets_over == 0


def count(text: str, limit: Limit) -> Count:
    used, parts = _used(text, limit.counting)
    octets = len(text.encode("utf-8", "surrogatepass"))
    return Count(
        used=used,
        allowed=limit.characters,
        over=_over(used, limit.characters),
        octets_over=_over(octets, limit.octets),
        parts=parts,
    )


def _used(text: str, counting: Counting) -> tuple[int, int | None]:
    match counting:
        case Counting.CHARACTERS:
            return len(text), None
        case Counting.GRAPHEMES:
            return _graphemes(text), None
        case Counting.MASTODON:
            return _mastodon(text), None
        case Counting.THREADS:
            return _threads(text), None
        case Counting.WEIGHTED:
            return _weighted(text), None
        case Counting.UTF_16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2, None
        case Counting.SMS:
            return _sms(text)


def _over(used: int, allowed: int | None) -> int:
    return 0 if allowed is None else max(0, used - allowed)


def _graphemes(text: str) -> int:
    return sum(1 for _ in regex.finditer(r"\X", _FLAG.sub("x", text)))


def _mastodon(text: str) -> int:
    """https://docs.joinmastodon.org/user/posting/: links are 23, mentions lose their server."""
    linked = _MASTODON_LINK.sub("x" * _LINK_LENGTH, text)
    return _graphemes(_REMOTE_MENTION.sub(r"\1", linked))


def _threads(text: str) -> int:
    """https://developers.facebook.com/documentation/threads/posts: emoji count their bytes. Where
    that leaves a doubt, this counts more: a text is refused here rather than there."""
    return len(text) + sum(len(found[0].encode()) - 1 for found in _EMOJI_PART.finditer(text))


def _weighted(text: str) -> int:
    """On the composed form (NFC), as X counts. A link without http:// is left to its letters where
    they weigh more."""
    links = "x" * _LINK_LENGTH
    shortened = _WEIGHTED_LINK.sub(links, normalize("NFC", text))
    shortened = _BARE_LINK.sub(lambda found: max(found[0], links, key=len), shortened)
    single = _EMOJI.sub("\U0001f600", shortened)
    return sum(1 if _light(ord(character)) else 2 for character in single)


def _light(code: int) -> bool:
    return any(first <= code <= last for first, last in _LIGHT)


def _sms(text: str) -> tuple[int, int]:
    """Units and parts (3GPP TS 23.038 and 23.040): 160 then 153 septets, else 70 then 67 units."""
    if all(character in _SEPTETS for character in text):
        return _parts([_SEPTETS[character] for character in text], single=160, joined=153)
    return _parts([2 if ord(character) > 0xFFFF else 1 for character in text], single=70, joined=67)


def _parts(sizes: list[int], *, single: int, joined: int) -> tuple[int, int]:
    """A character of two units is never cut in half, so a part may end one unit early."""
    units = sum(sizes)
    if units <= single:
        return units, 1
    parts, free = 1, joined
    for size in sizes:
        if size > free:
            parts, free = parts + 1, joined
        free -= size
    return units, parts
