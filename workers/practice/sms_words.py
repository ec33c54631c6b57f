"""What is left of words in a text message that GOV.UK Notify sends: it replaces what does not fit.

After https://www.notifications.service.gov.uk/pricing/text-messages#symbols: Welsh letters stay,
typographic signs become plain ones, other letters lose their accents, the rest becomes "?".
"""

import unicodedata

from gsm0338 import Codec

_WELSH = frozenset("àèìòùẁỳÀÈÌÒÙẀỲáéíóúẃýÁÉÍÓÚẂÝäëïöüẅÿÄËÏÖÜẄŸâêîôûŵŷÂÊÎÔÛŴŶ")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‑–—−", "-"),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u2028\u2029", ""),
        **dict.fromkeys("\u00a0\u202f\t", " "),
        "…": "...",
    }
)
_CODEC = Codec()


def final(words: str) -> str:
    return "".join(map(_one, words.translate(_PLAIN))).strip()


def units(words: str) -> int:
    """As Notify counts them: a sign outside Unicode's first plane would be two."""
    return len(words.encode("utf-16-le")) // 2


def _one(character: str) -> str:
    if character in _WELSH or _gsm(character):
        return character
    bare = unicodedata.normalize("NFD", character)[0]
    return bare if _gsm(bare) else "?"


def _gsm(character: str) -> bool:
    try:
        return bool(_CODEC.encode(character)[0])
    except UnicodeError:
        return False
