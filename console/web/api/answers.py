"""What the API answers: these shapes make answers and the document."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from console.domain.delivery import DeliveryState
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState


class Given(BaseModel):
    """An answer. Later versions may add keys; none is removed or changed within v1."""

    model_config = ConfigDict(frozen=True, from_attributes=True, use_attribute_docstrings=True)


class Incident(Given):
    id: str
    type: str
    title: str
    mode: Mode
    state: IncidentState
    opened_by: str
    """The person's name."""
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None


class Incidents(Given):
    incidents: tuple[Incident, ...]


class MessageLine(Given):
    """A message in a list; GET /api/v1/messages/{id} has all of it."""

    id: str
    number: int
    kind: Kind
    state: MessageState
    created_at: AwareDatetime


class IncidentWithMessages(Incident):
    messages: tuple[MessageLine, ...]
    """In the order they were begun."""


class Variant(Given):
    """The exact text for one channel."""

    channel: str
    language: str
    subject: str
    """One line, for networks that have a headline."""
    text: str


class Attempt(Given):
    worker: str
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    """null: no outcome was recorded; it may have reached the network."""
    outcome: str
    reason: str
    status: int | None
    """The network's HTTP status or SMTP code."""
    detail: str
    milliseconds: int | None


class Delivery(Given):
    id: str
    channel: str
    language: str
    recipient: str
    """Masked, as `a…@example.org`; empty where the channel writes to nobody in particular."""
    state: DeliveryState
    """`uncertain`: it may be public; nobody has been able to tell yet."""
    tries: int
    reference: str
    """The network's own name for the post."""
    url: str
    """Where the public sees it; empty until it is sent, or where there is no address."""
    reason: str
    detail: str
    changed_at: AwareDatetime
    alarmed_at: AwareDatetime | None
    """When people were told of its trouble."""
    findable: bool
    """True where Skellat itself can look whether it is there."""
    where: str
    """A web address where a person can look; empty where there is none."""
    attempts: tuple[Attempt, ...]


class Progress(Given):
    """Deliveries counted by state; `waiting` are queued or being sent."""

    total: int
    sent: int
    failed: int
    uncertain: int
    waiting: int
    cancelled: int


class Group(Given):
    """A channel with many recipients: counted, and of those in trouble the first few."""

    channel: str
    language: str
    progress: Progress
    listed: tuple[Delivery, ...]
    """Failed or uncertain; at most 20."""


class FieldFault(Given):
    """One thing that is wrong, and where."""

    field: str
    """A key of the request; `facts.NAME` for one fact, `channel.NAME` for one channel's text."""
    reason: str
    message: str
    """What to do, in a sentence."""


class Message(Given):
    id: str
    incident: str
    number: int
    """1 for the incident's first message."""
    kind: Kind
    mode: Mode
    state: MessageState
    digest: str | None
    """What a sign-off covers: SHA-256 of all the texts, from the submission on; null in a draft."""
    facts: Mapping[str, str | list[str]]
    text: str
    edits: Mapping[str, str]
    translations: Mapping[str, Mapping[str, str]]
    channels: tuple[str, ...] | None
    publish_at: AwareDatetime | None
    """When it goes out, where it waits for its hour."""
    expires_at: AwareDatetime | None
    reason: str
    """Why it was sent back, rejected or stopped."""
    drafted_by: str
    created_at: AwareDatetime
    submitted_by: str
    submitted_at: AwareDatetime | None
    approve_by: AwareDatetime | None
    """A later sign-off does not publish it."""
    released_at: AwareDatetime | None
    settled_at: AwareDatetime | None
    """When it was withdrawn, rejected, expired or stopped."""
    variants: tuple[Variant, ...]
    """In a draft, what each channel would be given now; afterwards, word for word what it is."""
    troubles: tuple[FieldFault, ...]
    """In a draft, everything that keeps it from being sent for approval."""
    deliveries: tuple[Delivery, ...]
    """One by one, where a channel has at most 20 of them; the others are in `groups`."""
    groups: tuple[Group, ...]
    progress: Progress


class Submitted(Given):
    """The approvers are being asked."""

    id: str
    state: MessageState
    digest: str
    approve_by: AwareDatetime | None


class PartnerDraft(Given):
    """What a partner's alert was drafted as."""

    incident: str
    message: str
    kind: Kind
    mode: Mode
    again: bool
    """True where this alert was known: nothing was drafted now."""


class Noted(Given):
    """It is on the record; GET /api/v1/audit has its entry."""

    incident: str
    at: AwareDatetime
    by: str
    """The person's name."""
    action: str


class Entry(Given):
    """One entry of the record.

    `digest` is the SHA-256, in hex, of the RFC 8785 form of an object with everything else that is
    here, in which `detail` is a string: its own RFC 8785 form.
    """

    number: int
    at: str
    actor: str
    actor_id: str
    action: str
    subject: str
    incident: str
    detail: dict[str, Any] | str
    """A string only where what is stored is not canonical JSON, which means it was tampered with;
    then that string is what the digest is over."""
    previous: str
    """The digest of the entry before it in the whole record; 64 noughts for the first."""
    key: str
    """The name of the key that made `mac`; both are empty in entries from before there were keys,
    and then neither is digested."""
    mac: str
    digest: str


class Audit(Given):
    entries: tuple[Entry, ...]
    next: int | None
    """Ask again with `after` set to this number; null where this was the end."""
    erased: dict[str, int]
    """Numbers of entries here whose words were erased, each with the number of the entry by which.
    Of these `actor` is "erased", `actor_id` and `mac` are empty, `detail` is that of the later
    entry, and `digest` is over what was there: `docs/verify.md`."""


class Error(Given):
    code: str
    """Stays the same within v1; for programs."""
    message: str
    """What happened and what to do; for people."""
    fields: tuple[FieldFault, ...]


class Refused(Given):
    """Every refusal has this shape."""

    error: Error
