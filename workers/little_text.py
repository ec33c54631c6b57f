"""LinkedIn's "little" text: what stands for itself is escaped, or LinkedIn cuts the post off there.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format
"""

import re

_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
_HASHTAG = re.compile(r"(?<!\S)#(?=[^\W_])")
"""The one element that is written as people write it: a hashtag stays one."""
_TEMPLATE = re.compile(r"\{hashtag\\?\|\\?([#＃])\\?\|([^{}\n]+)\}")
_MENTION = re.compile(r"@\[((?:\\.|[^\[\]\\])*)\]\s?\(urn:li:[^()]*\)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SHORTENED = "lnkd.in/"


def written(text: str) -> str:
    """The text as LinkedIn wants it."""
    hashtags = {found.start() for found in _HASHTAG.finditer(text)}
    return _RESERVED.sub(
        lambda found: found[0] if found.start() in hashtags else f"\\{found[0]}", text
    )


def read(commentary: str) -> str:
    """The words that a reader sees."""
    named = _TEMPLATE.sub(r"\1\2", _MENTION.sub(r"\1", commentary))
    return _ESCAPED.sub(r"\1", named)


def same(commentary: str, text: str) -> bool:
    """Whether a post holds these words. LinkedIn may show a long link as a short one of its own."""
    theirs, ours = read(commentary).split(), text.split()
    return len(theirs) == len(ours) and all(
        one == other or _SHORTENED in one for one, other in zip(theirs, ours, strict=True)
    )
