"""What the API is asked: these shapes check requests and make the document."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from console.actions.logbook import NoteKind
from console.domain.incident import Mode
from console.domain.message import Kind

FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Asked(BaseModel):
    """A request: every key known, every value of the right kind."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class Nothing(Asked):
    """Nothing is asked: `{}`."""


class NewIncident(Asked):
    """An incident to open."""

    type: str
    """The slug of an incident type, such as `snow-ice`; GET /api/v1/types lists them."""
    title: str
    """At most 120 characters."""
    mode: Mode
    """`exercise` never reaches the public. It cannot be changed afterwards."""


class NewMessage(Asked):
    """A message to draft, from facts or as one text."""

    kind: Kind
    facts: dict[FactName, str | list[str]] | None = None
    """The fields of the incident's type; for a field of places, a list of their ids."""
    text: str | None = None
    """One text for every channel, in place of the words that are made from facts."""
    edits: dict[str, str] | None = None
    """Channel -> the text for that channel alone; `channel/language` for its second language."""
    translations: dict[str, dict[str, str]] | None = None
    """Language -> `subject` and `text`, for the channels that publish in it."""
    channels: list[str] | None = None
    """The channels to publish to; left out: all of them."""
    publish_at: AwareDatetime | None = None
    """ISO 8601 with an offset, at most 14 days ahead: when it goes out, if it is signed by then.
    Left out: as soon as it is signed."""
    expires_at: AwareDatetime | None = None
    """ISO 8601 with an offset. What has not been sent by then is cancelled."""


class Submission(Asked):
    """To be sent for approval."""

    counted: Annotated[int, Field(ge=0, le=2**31)] | None = None
    """Where more than half of all schools have one status: how many these are. A person counts
    them; without the right number nothing is sent."""


class PartnerAlert(Asked):
    """A CAP 1.2 document as it came."""

    document: bytes


class NewNote(Asked):
    """What somebody wants to have on the record of an incident."""

    text: str
    """At most 4,000 characters."""
    kind: NoteKind = NoteKind.NOTE
    party: str = ""
    """With whom, or who decided."""
    at: AwareDatetime | None = None
    """When it happened, where that was not just now; ISO 8601 with an offset."""
    because: str = ""
    """Why it was decided so."""


class NewCorrection(Asked):
    """What is wrong with an entry and what is right; the entry itself stays as it is."""

    entry: Annotated[int, Field(ge=1, le=2**31 - 1)]
    """Its number."""
    text: str


class AuditQuery(Asked):
    incident: str | None = None
    """Only the entries of this incident."""
    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    """Only entries with a higher number."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 500
    """The most entries in one answer."""
