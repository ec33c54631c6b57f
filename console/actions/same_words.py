"""Groups channels that are given the same words, and shows what changed between two texts."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.actions.desk import Desk
from console.domain.message import Variant

FEW, SOME = 8, 3
"""So many places are named over the words; of more than few, some."""


@dataclass(frozen=True)
class Place:
    """One channel that is given a text."""

    title: str
    account: str


@dataclass(frozen=True)
class Wording:
    """One text, and every channel that is given exactly that."""

    text: str
    subject: str
    language: str
    picture: str
    alt: str
    places: tuple[Place, ...]

    @property
    def named(self) -> tuple[Place, ...]:
        """Those that stand over the words: all, or the first where they would fill a telephone's
        screen."""
        return self.places if len(self.places) <= FEW else self.places[:SOME]

    @property
    def more(self) -> int:
        """How many do not."""
        return len(self.places) - len(self.named)

    @property
    def titles(self) -> str:
        return listed([place.title for place in self.places])


def grouped(desk: Desk, variants: Iterable[Variant]) -> list[Wording]:
    """In the order of the channels, each text once."""
    groups: dict[tuple[str, str, str, str, str], list[Place]] = {}
    for one in _in_order(desk, variants):
        channel = desk.channel(one.channel)
        place = Place(channel.title if channel else one.channel, one.account)
        same = (one.text, one.subject, one.language, one.picture, one.alt)
        groups.setdefault(same, []).append(place)
    return [Wording(*same, tuple(places)) for same, places in groups.items()]


@dataclass(frozen=True)
class Change:
    """What one channel was to be given, and what it is to be given now, in pieces that say
    whether they stayed, went or came: ``("same" | "gone" | "new", text)``."""

    title: str
    pieces: tuple[tuple[str, str], ...]

    @property
    def changed(self) -> bool:
        return any(how != "same" for how, _ in self.pieces)


def changes(desk: Desk, old: Iterable[Variant], new: Iterable[Variant]) -> list[Change]:
    """Channel by channel, word by word; a text that many channels share is compared once."""
    before = {(one.channel, one.language): one.text for one in _in_order(desk, old)}
    now = {(one.channel, one.language): one.text for one in _in_order(desk, new)}
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for channel, language in {**before, **now}:
        key = (channel, language)
        changed = tuple(pieces(before.get(key, ""), now.get(key, "")))
        configured = desk.channel(channel)
        found.setdefault(changed, []).append(configured.title if configured else channel)
    return [Change(listed(titles), pieces) for pieces, titles in found.items()]


def _in_order(desk: Desk, variants: Iterable[Variant]) -> list[Variant]:
    """In the order of config/channels.toml."""
    order = {channel.name: place for place, channel in enumerate(desk.channels)}
    return sorted(variants, key=lambda one: (order.get(one.channel, len(order)), one.language))


def pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    """What stayed, what went and what came, word by word."""
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield "same", "".join(before[i1:i2])
            continue
        if i2 > i1:
            yield "gone", "".join(before[i1:i2])
        if j2 > j1:
            yield "new", "".join(after[j1:j2])


def listed(names: list[str]) -> str:
    """``A, B and C``."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
