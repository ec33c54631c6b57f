"""What feeds say of a message beside its words: how bad, how sure, where, until when, what to do.

Nothing in it goes beyond the words that were signed: a place, a time or an instruction is only here
if the text says it too.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.domain.severity import Severity


class Category(StrEnum):
    """CAP 1.2, element *category*."""

    GEO = "geo"
    MET = "met"
    SAFETY = "safety"
    SECURITY = "security"
    RESCUE = "rescue"
    FIRE = "fire"
    HEALTH = "health"
    ENV = "env"
    TRANSPORT = "transport"
    INFRA = "infra"
    CBRNE = "cbrne"
    OTHER = "other"


class Certainty(StrEnum):
    """CAP 1.2, element *certainty*, as far as a council's message tells it."""

    OBSERVED = "observed"
    POSSIBLE = "possible"
    """The service in charge has not confirmed it."""
    UNKNOWN = "unknown"
    """The words were written freely: nobody was asked."""


@dataclass(frozen=True)
class NamedPlace:
    list: str
    """The list of places that it is in, such as ``schools``."""
    id: str
    name: str


@dataclass(frozen=True)
class About:
    """Fixed when the message is sent, so that no later change of a setting makes it another one."""

    source: str
    """The council's name."""
    sender: str
    """Under which it publishes alerts: the host of its public page."""
    event: str
    """What kind of incident, in words."""
    category: Category
    severity: Severity
    certainty: Certainty
    places: tuple[NamedPlace, ...] = ()
    where: str = ""
    """In the duty officer's words."""
    until: datetime | None = None
    do: str = ""
    """What people should do: the sentences of the text that say so."""
