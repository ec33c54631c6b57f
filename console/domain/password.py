"""What a password must not be made of: its owner's and the council's own names."""

import re
import unicodedata
from collections.abc import Collection, Iterable

LEAST, MOST = 15, 1000
"""Characters. NIST SP 800-63B-4 asks for 15 where a password may stand alone. One that is longer
than MOST is nobody's, and would cost time to hash."""
WORD_LEAST = 4
"""Letters of a name that is worth looking for."""
LEFT_LEAST = 8
"""Characters that have to be left once all names are taken out."""


def prepared(secret: str) -> str:
    """As it is hashed: NFC, as RFC 8265 has it, since two keyboards write one ``é`` in two ways.
    Nothing is cut off, and neither case nor spaces are touched."""
    return unicodedata.normalize("NFC", secret)


def own_words(names: Iterable[str]) -> frozenset[str]:
    """The words of names and addresses that a guesser would try first."""
    parts = (part for name in names for part in re.split(r"[\W_]+", name.casefold()))
    return frozenset(part for part in parts if len(part) >= WORD_LEAST)


def made_of(password: str, words: Collection[str]) -> bool:
    """Whether hardly anything is left of it without these words."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(re.sub(r"[\W_]+", "", left)) < LEFT_LEAST
