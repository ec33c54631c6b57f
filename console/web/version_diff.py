"""What changed between two versions of the words, channel by channel, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from console.domain.message import Variant

_TOKENS = re.compile(r"\s+|[^\s]+")
_LONGEST = 6000
"""Characters; of longer texts it is only said that they changed."""


@dataclass(frozen=True)
class Part:
    text: str
    how: str
    """``same``, ``gone`` or ``new``."""


@dataclass(frozen=True)
class Change:
    """The same change on some channels."""

    channels: tuple[str, ...]
    language: str
    parts: tuple[Part, ...]


def changes(before: Sequence[Variant], after: Sequence[Variant]) -> tuple[Change, ...]:
    """Only where something changed: channels that were added or taken off have the whole text."""
    old = {(one.channel, one.language): _words(one) for one in before}
    new = {(one.channel, one.language): _words(one) for one in after}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for channel, language in dict.fromkeys([*new, *old]):
        pair = old.get((channel, language), ""), new.get((channel, language), "")
        if pair[0] != pair[1]:
            alike.setdefault((language, *pair), []).append(channel)
    return tuple(
        Change(tuple(channels), language, between(was, now))
        for (language, was, now), channels in alike.items()
    )


def between(was: str, now: str) -> tuple[Part, ...]:
    if len(was) + len(now) > _LONGEST:
        return tuple(Part(text, how) for text, how in ((was, "gone"), (now, "new")) if text)
    one, two = _TOKENS.findall(was), _TOKENS.findall(now)
    parts: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(Part("".join(one[a:b]), "same"))
            continue
        parts += [
            Part(text, how)
            for text, how in (("".join(one[a:b]), "gone"), ("".join(two[c:d]), "new"))
            if text
        ]
    return tuple(parts)


def _words(one: Variant) -> str:
    picture = f"\n[picture {one.picture[:8]}: {one.alt}]" if one.picture else ""
    return f"{one.subject}\n{one.text}{picture}"
