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
``bounces`` (``ClassVar[bool]``) says that it sends from `Post.bounces`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable


class Counting(StrEnum):
    """How a network counts the length of a text; the rules are in `counting`."""

    CHARACTERS = "characters"
    """Unicode code points."""
    GRAPHEMES = "graphemes"
    """Extended grapheme clusters, what a reader takes for one character (Bluesky)."""
    MASTODON = "mastodon"
    """Grapheme clusters, every link counted as 23 (Mastodon)."""
    THREADS = "threads"
    """Unicode code points, emoji by their UTF-8 bytes (Threads)."""
    WEIGHTED = "weighted"
    """Most characters 1, wide ones and whole emoji 2, every link 23 (X)."""
    UTF_16 = "utf-16"
    """UTF-16 units: most characters 1, emoji and rare ones 2 (Telegram)."""
    SMS = "sms"
    """GSM-7 septets or UCS-2 units, split into parts."""


@dataclass(frozen=True)
class Limit:
    """The longest text that a network takes; None where it sets no limit of its own."""

    characters: int | None = None
    counting: Counting = Counting.CHARACTERS
    octets: int | None = None
    """UTF-8 bytes, where a network limits them as well."""


@dataclass(frozen=True)
class Pace:
    """How much a network takes: calls at once, and a minute; None where it sets no limit."""

    parallel: int | None = None
    per_minute: int | None = None

    @property
    def interval(self) -> timedelta | None:
        """Between two calls, on the whole. A sixth longer than the minute's share, so that a burst
        on top of a full minute stays within the minute's number."""
        return timedelta(minutes=1) / self.per_minute * 7 / 6 if self.per_minute else None

    def room(self, *, busy: int, free_at: datetime, now: datetime) -> int:
        """How many calls may start now, ``busy`` being under way. ``free_at`` is when all that was
        started would be over, had it started one interval after the other."""
        rooms = [MOST_AT_ONCE]
        if self.parallel is not None:
            rooms.append(max(self.parallel - busy, 0))
        if self.interval is not None:
            ahead = max(free_at - now, timedelta(0))
            rooms.append(max((max(BURST, self.interval) - ahead) // self.interval, 0))
        return min(rooms)


BURST = timedelta(seconds=10)
"""As much as a pace allows in this time may start at once."""
MOST_AT_ONCE = 1000


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
    expires_at: datetime | None = None
    picture: Picture | None = None
    unsubscribe: str = ""
    """The link by which this recipient leaves the list, or empty. It is no part of the signed text:
    a channel that can adds it below the words, in a line of its own."""
    bounces: str = ""
    """The address for what cannot be delivered later, this delivery's own, or empty: an e-mail's
    envelope sender."""


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


class Reason(StrEnum):
    """Why a sending failed, as a fact; the words for people are in ``console/trouble_words.py``."""

    CREDENTIAL = "credential rejected"
    FORBIDDEN = "not permitted"
    CONTENT = "content rejected"
    RECIPIENT = "recipient rejected"
    """There is no such address: on a recipient list it gets nothing more. What may pass (a full
    mailbox, a policy) has another reason."""
    RETURNED = "came back"
    """Taken first and not delivered in the end; the address may exist all the same."""
    UNSUBSCRIBED = "unsubscribed"
    """The network knows that this person wants no more: they answered STOP."""
    RATE = "rate limited"
    UNREACHABLE = "unreachable"
    TLS = "certificate not trusted"
    REDIRECTED = "redirected"
    NO_ANSWER = "no answer"
    SERVER = "server error"
    BAD_ANSWER = "answer not understood"
    MISCONFIGURED = "misconfigured"
    UNEXPECTED = "unexpected error"
    ALTERED = "not as signed"
    """What stands in the database is not what was signed: nothing was sent."""
    OUT_OF_USE = "channel out of use"
    """The channel was parked or retired before the message left."""
    LOST = "worker lost"
    """The worker is known to have stopped in the middle of the call."""
    LAPSED = "lease ran out"
    """The worker was not heard of again; where a clock was set forward, it may be at work still."""
    RESTORED = "database put back"
    """An older copy of the database was put back: it may have been sent after the copy was made."""


@dataclass(frozen=True)
class Undelivered:
    """What the network took, and could not deliver in the end."""

    reference: str
    """The `Receipt.reference` of it."""
    reason: Reason
    """``recipient rejected``, ``unsubscribed``, or ``came back`` where it is neither."""
    detail: str = ""


class SendError(Exception):
    """A sending that gave no receipt."""

    def __init__(self, reason: Reason, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail[:300]
        """The network's own words, or ours; never a secret."""
        self.status = status
        """The HTTP status or SMTP code, where there was one."""
        self.said: Any = None
        """The network's whole answer where it was JSON: for its own adapter, shown to nobody."""
        self.headers: Mapping[str, str] = {}
        """The answer's headers, likewise."""


class Refused(SendError):
    """Certainly not published, and trying the same again would not help."""


class Unavailable(SendError):
    """Certainly not published; may be tried again, at once or after ``retry_after`` seconds."""

    def __init__(
        self,
        reason: Reason,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, detail, status=status)
        self.retry_after = retry_after


class Uncertain(SendError):
    """The request left and no clear answer came: it may be public."""


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
    """A channel that can change the words of a post that stands."""

    def edit(self, reference: str, post: Post) -> Receipt: ...
