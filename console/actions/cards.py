"""What pages and programs are shown: frozen values, no database rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.domain.approval import ApprovalState
from console.domain.delivery import DeliveryState
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState, Variant


@dataclass(frozen=True)
class Incident:
    id: str
    type: str
    title: str
    mode: Mode
    state: IncidentState
    opened_by: str
    """The person's name, as everywhere on a card."""
    opened_at: datetime
    closed_at: datetime | None
    policy_digest: str

    @property
    def exercise(self) -> bool:
        return self.mode is Mode.EXERCISE


@dataclass(frozen=True)
class Message:
    id: str
    incident_id: str
    number: int
    kind: Kind
    state: MessageState
    facts: Mapping[str, Any]
    text: str
    edits: Mapping[str, str]
    translations: Mapping[str, Mapping[str, str]]
    channels: tuple[str, ...] | None
    picture: str
    alt: str
    severity: str
    """As the duty officer says; empty: as its type says."""
    expires_at: datetime | None
    publish_at: datetime | None
    """When it goes out, if not as soon as it is signed."""
    version: int
    revision: int
    digest: str
    reason: str
    drafted_by: str
    created_at: datetime
    submitted_by: str
    submitted_at: datetime | None
    approve_by: datetime | None
    released_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """One try. ``ended_at`` None: no outcome was recorded, it may have reached the network."""

    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    reason: str
    status: int | None
    detail: str
    milliseconds: int | None


@dataclass(frozen=True)
class Hold:
    """Somebody froze a channel, or everything: nothing leaves for now."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Delivery:
    id: str
    channel: str
    title: str
    """What people call the channel."""
    network: str
    account: str
    language: str
    recipient: str
    """Masked: a card goes to pages, mails and programs."""
    text: str
    state: DeliveryState
    tries: int
    due_at: datetime | None
    reference: str
    url: str
    reason: str
    detail: str
    changed_at: datetime
    alarmed_at: datetime | None = None
    """When people were told of its trouble."""
    doubtful: bool = False
    """True where an earlier try may have been published."""
    findable: bool = False
    """True where Skellat itself can look whether it is there."""
    where: str = ""
    """A web address where a person can look; empty where there is none."""
    practised: bool = False
    """True where that is the practice wall."""
    attempts: tuple[Attempt, ...] = ()
    way: str = ""
    """``edited`` an earlier post in place, ``replied`` to one, or on its own."""
    not_before: datetime | None = None
    """When it goes out, where that was signed."""
    hold: Hold | None = None
    """What it waits for, where it is queued and its channel is held."""

    @property
    def late(self) -> bool:
        """People were told that it has not left yet."""
        return self.alarmed_at is not None and self.state in _UNDER_WAY


_UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)


@dataclass(frozen=True)
class SignOff:
    """One approver's sign-off, and what became of the mail that asks for it."""

    id: str
    approver: str
    state: ApprovalState
    digest: str
    asked_at: datetime
    approve_by: datetime
    decided_at: datetime | None
    reason: str
    mailed_at: datetime | None
    mail_error: str
    """Why the last try failed."""
    fetched_at: datetime | None
    """When the link was first fetched, by the approver or by a mail filter."""
    mail_tries: int = 0
    mail_next: datetime | None = None
    """When the mail is tried again; None where it is not."""
    spoken_at: datetime | None = None
    """When somebody opened the page with a code that was read out."""
    reading_at: datetime | None = None
    """Since when somebody is reading it."""
    reading_signed_in: bool = False
    """True where that is the approver, signed in; else somebody who has the link."""
    links_void: bool = False
    """True where too many wrong PINs ended the link: the approver decides on the console."""
    languages: tuple[str, ...] = ()
    """Those whose words were signed; empty means all."""
    alone: bool = False
    """True where one person released it alone."""

    def covers(self, language: str) -> bool:
        return not self.languages or language in self.languages


@dataclass(frozen=True)
class Progress:
    """Counted from deliveries, never stored: "6 of 7 sent"."""

    total: int
    sent: int
    failed: int
    uncertain: int
    waiting: int
    """Queued or being sent."""
    cancelled: int


@dataclass(frozen=True)
class Group:
    """A channel with many recipients: how far it is, and the few of them that are listed."""

    channel: str
    title: str
    account: str
    language: str
    progress: Progress
    changed_at: datetime
    """Of the one that changed last."""
    listed: tuple[Delivery, ...]
    """Failed or uncertain, at most `MOST_LISTED` of them."""

    @property
    def more(self) -> int:
        """In trouble as well, and not listed."""
        return self.progress.failed + self.progress.uncertain - len(self.listed)


MOST_LISTED = 20
"""Deliveries in trouble that are shown of a channel with many recipients."""


@dataclass(frozen=True)
class MessageSheet:
    """Everything about one message."""

    incident: Incident
    message: Message
    variants: tuple[Variant, ...]
    """The frozen texts of the newest revision; none before the first submission."""
    deliveries: tuple[Delivery, ...]
    """One by one, where a channel has few recipients; the others are in ``groups``."""
    sign_offs: tuple[SignOff, ...]
    progress: Progress
    groups: tuple[Group, ...] = ()
    without_attempts: int = 0
    """How many of the deliveries, as many as they are, arrived at the first attempt and are listed
    without it."""


@dataclass(frozen=True)
class IncidentSheet:
    incident: Incident
    messages: tuple[Message, ...]
    """In the order they were begun."""


@dataclass(frozen=True)
class Front:
    """What the first page shows."""

    open: tuple[Incident, ...]
    stood_down: tuple[Incident, ...]
    drafts: tuple[tuple[Message, Incident], ...]
    awaiting: tuple[tuple[Message, Incident], ...]


def progress(counted: Mapping[DeliveryState, int]) -> Progress:
    return Progress(
        total=sum(counted.values()),
        sent=counted.get(DeliveryState.SENT, 0),
        failed=counted.get(DeliveryState.FAILED, 0),
        uncertain=counted.get(DeliveryState.UNCERTAIN, 0),
        waiting=sum(counted.get(state, 0) for state in _UNDER_WAY),
        cancelled=counted.get(DeliveryState.CANCELLED, 0),
    )
