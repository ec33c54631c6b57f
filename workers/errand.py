"""One delivery on its way: what a sending thread is given and what it brings back."""

from dataclasses import dataclass
from datetime import datetime

from console.domain.channel import Post, Receipt, SendError
from console.domain.delivery import DeliveryEvent
from console.domain.incident import Mode


@dataclass(frozen=True)
class Errand:
    """A claimed delivery whose intent is on the record. It may be sent once, by its holder."""

    delivery_id: str
    attempt_id: str
    fence: int
    channel: str
    mode: Mode
    post: Post
    start_by: float
    """On `workers.deadline.clock`: a call that starts later might outlast the lease."""
    look_until: datetime | None = None
    """For a look: until when it is this worker's to make."""


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. ``event`` is one of accept, refuse, postpone, lose."""

    errand: Errand
    event: DeliveryEvent
    ended_at: datetime
    milliseconds: int
    receipt: Receipt | None = None
    error: SendError | None = None
    way: str = ""
    """``edited`` or ``replied``, as `DeliveryRow.way`."""
