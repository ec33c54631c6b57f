"""What the API tells of the configuration: incident types with their fields, places, channels."""

from collections.abc import Mapping

from console.domain.incident import Mode
from console.domain.incident_type import FieldKind
from console.domain.message import Kind
from console.domain.register import Red, Status
from console.web.api.answers import Given


class TypeField(Given):
    name: str
    label: str
    hint: str
    kind: FieldKind
    required: bool
    max: int
    """Most characters; in a field of places, most places."""
    options: tuple[str, ...]
    required_with: str
    """Required only where this other field is filled in, or answered with yes."""
    places: str
    """The list that a field of places chooses from; GET /api/v1/places has it."""
    status: str
    """What its places are, such as `closed`; one of the statuses of a list is required, and no
    place has two."""
    silent: bool
    """Kept on the record and shown to the approver; no text says it."""
    example: str


class KindFields(Given):
    kind: Kind
    fields: tuple[TypeField, ...]


class IncidentType(Given):
    type: str
    """The slug, as `type` of an incident."""
    title: str
    lead: str
    relay: bool
    """Passes on what others say: no title, text, translation or picture of your own."""
    kinds: tuple[KindFields, ...]


class Types(Given):
    types: tuple[IncidentType, ...]


class Place(Given):
    id: str
    name: str
    town: str


class Places(Given):
    places: Mapping[str, tuple[Place, ...]]
    """List -> its places."""


class Channel(Given):
    name: str
    title: str
    network: str
    languages: tuple[str, ...]
    """BCP 47; a post goes out in each."""
    modes: tuple[Mode, ...]
    """Where it can be used."""
    status: Status
    """What it may be used for; a `pilot` takes part in exercises only."""
    reds: tuple[Red, ...]
    """What is wrong with it now; empty where nothing is. With `check failed`, `credential ended`,
    `quota used up` or `another account` a message will probably not be published."""


class Channels(Given):
    channels: tuple[Channel, ...]
