"""Takeover and drift: what changed on an account, and which of its posts nobody here has sent."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from console.domain.channel import Published

CLOCKS_APART = timedelta(minutes=2)
LATEST = timedelta(hours=1)
"""After its last try was given up, a post of ours has appeared or never will."""


class Kind(StrEnum):
    STRANGER = "post"
    """A post that Skellat did not send."""
    ACCOUNT = "account"
    """The credential leads to another account than the one that is pinned."""
    HANDLE = "handle"
    NAME = "name"
    BIO = "bio"
    AVATAR = "avatar"
    MOVED = "moved"
    """The account says that it has gone elsewhere."""


PROFILE = (Kind.NAME, Kind.BIO, Kind.AVATAR, Kind.MOVED)


class Settled(StrEnum):
    OURS = "it was us"
    DEALT = "dealt with"
    """It was not us, and has been put right."""


@dataclass(frozen=True)
class Change:
    kind: Kind
    before: str
    found: str


@dataclass(frozen=True)
class Appearance:
    """Who an account is, and what visitors see of it."""

    handle: str
    id: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What has to be known of a delivery to know its post again."""

    reference: str
    """As the network gave it; empty where no answer came."""
    text: str
    tries: int
    created_at: datetime
    changed_at: datetime


def changes(before: Appearance | None, now: Appearance, *, pinned: str) -> list[Change]:
    """What is different; of another account only that it is another one. ``before`` is what the
    last check that passed found, None where there was none."""
    other = bool(pinned and now.id and now.id != pinned)
    if other and (before is None or now.id != before.id):
        return [Change(Kind.ACCOUNT, pinned, now.id)]
    if before is None:
        moved = now.profile.get(Kind.MOVED, "")
        return [Change(Kind.MOVED, "", moved)] if moved else []
    pairs = [(Kind.HANDLE, before.handle, now.handle)]
    pairs += [
        (kind, before.profile[kind], now.profile[kind])
        for kind in PROFILE
        if kind in before.profile and kind in now.profile
    ]
    return [Change(*pair) for pair in pairs if _differs(*pair)]


def strangers(
    posts: Collection[Published], sent: Collection[Sent], *, not_before: datetime
) -> list[Published]:
    """The posts that Skellat did not send, since ``not_before``."""
    references = {_first(one.reference) for one in sent if one.reference}
    return [
        post
        for post in posts
        if post.at >= not_before
        and _first(post.reference) not in references
        and not any(_may_be(post, one) for one in sent)
    ]


def _differs(kind: Kind, before: str, now: str) -> bool:
    if kind is Kind.AVATAR:
        # A picture's server and what follows its path change by themselves: signatures, sizes.
        return urlsplit(before).path != urlsplit(now).path
    return before != now


def _first(reference: str) -> str:
    """Some references name the post's thread too, after a bar."""
    return reference.partition("|")[0]


def _may_be(post: Published, sent: Sent) -> bool:
    """True where a try of ours may have left this post without anybody knowing its reference. The
    same words at another time are somebody else's: an old alert said again is an attack too."""
    unknown = sent.tries > 1 or (sent.tries > 0 and not sent.reference)
    in_time = sent.created_at - CLOCKS_APART <= post.at <= sent.changed_at + LATEST
    return unknown and in_time and _bare(post.text) == _bare(sent.text)


def _bare(text: str) -> str:
    """Without spaces, and mentions without their server, as networks show them."""
    return re.sub(r"\s", "", re.sub(r"(@\w+)@[\w.-]+\w", r"\1", text))
