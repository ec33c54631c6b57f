"""What a channel is given, what it gives back, and the three ways a sending can fail.

A channel is one class in one file (see docs/adding-a-channel.md). It takes its settings in
``__init__`` and a `Post` in ``send``, and returns a `Receipt` or raises one of `Refused`,
`Unavailable`, `Uncertain`. Everything else a channel may have is optional and used only if present:
``find``, ``check``, ``recent``, ``undelivered``, ``remove``, ``edit``, ``practice``, ``keys``.

``keys`` (``ClassVar[Mapping[str, Key]]``) names the channel's settings, so that `skellat check` can
tell a missing, unknown or mistyped one before it matters. ``practice`` (``ClassVar[Mapping[str,
str]]``) gives the settings that lead to the practice networks, with the placeholders
``{practice}`` (their address), ``{practice_address}`` (its host and port), ``{practice_host}``,
``{smtp_port}``, ``{world}`` (``actual`` or ``exercise``), ``{name}`` (the channel's name) and
``{var}`` (the state folder). ``replies`` and ``pictures`` (``ClassVar[bool]``) are True where a
reply stands under its post, and where a picture is shown; ``needs_picture`` where nothing is
published without one. ``pace`` (``ClassVar[Pace]``) says how
many calls the network takes; the council's own figures in channels.toml go before it.
``watch_every`` and ``follow_every`` (``ClassVar[timedelta]``) are how often the account may be
read, and asked what did not arrive; five minutes where nothing is said. ``addresses``
(``ClassVar[Addresses]``) says that it writes to single people, and may have a recipient list.
``bounces`` (``ClassVar[bool]``) says that it sends from `Post.bounces`, ``tells_about``
(``ClassVar[bool]``) that it passes on `Post.about`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from console.domain.about import About
from console.domain.limits import BURST, MOST_AT_ONCE, Counting, Limit, Pace
from console.domain.send_errors import Reason, Refused, SendError, Unavailable, Uncertain

__all__ = [
    "BURST",
    "MOST_AT_ONCE",
    "Channel",
    "Checkable",
    "Checked",
    "Counting",
    "Editable",
    "Findable",
    "Followable",
    "Key",
    "Limit",
    "Pace",
    "Picture",
    "Post",
    "Published",
    "Reason",
    "Receipt",
    "Refused",
    "Removable",
    "SendError",
    "Unavailable",
    "Uncertain",
    "Undelivered",
    "Watchable",
]
"""All that a channel needs, so that its one file imports from one."""


@dataclass(frozen=True)
class Key:
    """One setting of a channel in ``config/channels.toml``."""

    required: bool = True
    secret: bool = False
    """Named as ``env:NAME`` or ``file:PATH``, and shown to nobody."""
    kind: type = str
    """``str``, ``int`` or ``bool``."""
    hint: str = ""
    """What belongs there, for the person who writes the file."""


@dataclass(frozen=True)
class Picture:
    """An image that is ready to publish: re-encoded, without metadata, described in words."""

    sha256: str
    media_type: str
    width: int
    height: int
    alt: str
    content: bytes = field(repr=False)
    url: str = ""
    """Where a network that fetches pictures itself gets it, as a JPEG."""


@dataclass(frozen=True)
class Post:
    """One text for one channel, exactly as it was signed."""

    key: str
    """The delivery's id. Stable over every try: the idempotency key."""
    text: str
    language: str
    """BCP 47, such as ``en`` or ``cy``."""
    subject: str
    """One line for networks that have a headline: e-mail, the public page."""
    incident: str
    """The incident's id."""
    kind: str
    """``alert``, ``update``, ``correction``, ``all clear`` or ``cancel``."""
    exercise: bool
    link: str
    """The public address of the incident; stands in the text too where the wording has it."""
    created_at: datetime
    """UTC, fixed at release, different for every delivery of a channel."""
    recipient: str = ""
    """The address of one person, for channels with a recipient list."""
    reply_to: str = ""
    """The `Receipt.reference` of this incident's earlier post on the channel, or empty."""
    in_place_of: str = ""
    """The `Receipt.reference` of the post whose words these correct, where the network can change
    it and the council lets it: ``edit`` is asked, and ``send`` only where that is refused."""
    expires_at: datetime | None = None
    picture: Picture | None = None
    unsubscribe: str = ""
    """The link by which this recipient leaves the list, or empty. It is no part of the signed text:
    a channel that can adds it below the words, in a line of its own."""
    bounces: str = ""
    """The address for what cannot be delivered later, this delivery's own, or empty: an e-mail's
    envelope sender."""
    message: str = ""
    """The message's id; its posts in other languages have the same."""
    number: int = 0
    """Which message of its incident it is, from 1."""
    about: About | None = None
    """What feeds say beside the words; None for a channel without ``tells_about``."""


@dataclass(frozen=True)
class Receipt:
    """The network's word that it has the post."""

    reference: str
    """The network's own name for the post: what ``reply_to`` and read-back need."""
    url: str = ""
    """Where the public sees it; empty where there is no such address."""
    answer: str = ""
    """What the network replied, for the record; at most 500 characters, no secrets."""


@dataclass(frozen=True)
class Checked:
    """What a check found: whom a channel publishes as, for how long, and how much it still can."""

    name: str
    """As the network writes it: a handle, an address, a page's name."""
    id: str = ""
    """The network's own name for the account, that a change of handle leaves as it is."""
    profile: Mapping[str, str] = field(default_factory=dict)
    """What visitors see of it, to notice a change: ``name``, ``bio``, ``avatar`` (its address),
    ``moved`` (where the account says that it went)."""
    followers: int | None = None
    expires_at: datetime | None = None
    """UTC; when the credential ends. None where it does not, or the network does not say."""
    left: int | None = None
    """How many posts the network still takes until ``resets_at``."""
    resets_at: datetime | None = None


@dataclass(frozen=True)
class Published:
    """A post that stands on the account, whoever wrote it."""

    reference: str
    text: str
    at: datetime
    """UTC."""
    url: str = ""


@dataclass(frozen=True)
class Undelivered:
    """What the network took, and could not deliver in the end."""

    reference: str
    """The `Receipt.reference` of it."""
    reason: Reason
    """``recipient rejected``, ``unsubscribed``, or ``came back`` where it is neither."""
    detail: str = ""


@runtime_checkable
class Channel(Protocol):
    """What every channel has. ``settings`` are the channel's own, secrets already read."""

    limit: ClassVar[Limit]
    repeatable: ClassVar[bool]
    """True where sending the same `Post` twice leaves one post."""

    def __init__(self, settings: Mapping[str, Any]) -> None: ...

    def send(self, post: Post) -> Receipt:
        """Publishes, or raises `Refused`, `Unavailable` or `Uncertain`. Takes at most 20 s."""
        ...


@runtime_checkable
class Findable(Protocol):
    """A channel that can look for a post whose outcome is unknown."""

    def find(self, post: Post) -> Receipt | None:
        """The receipt if the post is there, None if it is not; a `SendError` if it cannot tell."""
        ...


@runtime_checkable
class Checkable(Protocol):
    """A channel that can prove that it could publish, without publishing."""

    def check(self) -> Checked:
        """Whom it would publish as; a `SendError` says what is wrong: not only a credential that
        does not hold, but also one that may read and not publish."""
        ...


@runtime_checkable
class Watchable(Protocol):
    """A channel that can read what stands on its account, to notice what Skellat did not send."""

    def recent(self, since: datetime) -> Sequence[Published]:
        """What was published since (UTC), the newest first, as far as one call shows it."""
        ...


@runtime_checkable
class Followable(Protocol):
    """A channel that can tell afterwards what did not arrive."""

    def undelivered(self, since: datetime) -> Sequence[Undelivered]:
        """Of everything that it took since (UTC); the same may be told again each time."""
        ...


@runtime_checkable
class Removable(Protocol):
    """A channel that can take a post back."""

    def remove(self, reference: str) -> None:
        """Also where it is gone already."""
        ...


@runtime_checkable
class Editable(Protocol):
    """A channel that can change the words of a post that stands. Doing it twice has to leave the
    same as doing it once."""

    def edit(self, reference: str, post: Post) -> Receipt: ...
