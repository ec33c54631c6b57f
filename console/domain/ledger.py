"""The ledger of the all clear: who carried the alert, and who was not yet told that it is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.domain.delivery import DeliveryState
from console.domain.message import Kind


@dataclass(frozen=True)
class Carried:
    """Deliveries of one message on one channel that are in one state."""

    number: int
    """The message's, in its incident."""
    kind: Kind
    state: DeliveryState
    changed_at: datetime


class Debt(StrEnum):
    """Whether people on one channel were told that it is over."""

    NONE = "carried nothing"
    OWED = "owed"
    COMING = "on its way"
    PAID = "told"


ENDS = frozenset({Kind.ALL_CLEAR, Kind.CANCEL})
THERE = frozenset({DeliveryState.SENT, DeliveryState.UNCERTAIN})
"""What may be public counts as public: its readers are owed the end as well."""
UNDER_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN})


def debt(carried: Iterable[Carried]) -> Debt:
    """Of one channel. An end that came before its last alert or update does not count."""
    found = list(carried)
    open_ = [one.number for one in found if one.kind not in ENDS and one.state in THERE]
    if not open_:
        return Debt.NONE
    ends = [one for one in found if one.kind in ENDS and one.number > max(open_)]
    if any(one.state is DeliveryState.SENT for one in ends):
        return Debt.PAID
    return Debt.COMING if any(one.state in UNDER_WAY for one in ends) else Debt.OWED


def told_at(carried: Iterable[Carried]) -> datetime | None:
    """When the end got there."""
    ends = [one for one in carried if one.kind in ENDS and one.state is DeliveryState.SENT]
    return max((one.changed_at for one in ends), default=None)
