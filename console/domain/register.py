"""The register of channels: what an account may be used for, and what is wrong with its keeping."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from console.domain.incident import Mode

ENOUGH_CUSTODIANS = 2
"""One falls ill, leaves, or does not hear the phone."""
UNCHECKED = timedelta(days=7)
ENDS_SOON = timedelta(days=14)
PROMOTERS = 2


class Status(StrEnum):
    PILOT = "pilot"
    """Takes part in exercises only."""
    ACTIVE = "active"
    EMERGENCY = "emergency only"
    """Silent but for incidents."""
    PARKED = "parked"
    """The handle is kept, with a signpost; nothing is sent."""
    RETIRED = "retired"
    """Given up; only its history is left."""


class Move(StrEnum):
    PROMOTE = "promote"
    RESTRICT = "keep for emergencies"
    WIDEN = "use for everything"
    PARK = "park"
    RETURN = "bring back"
    RETIRE = "retire"


NEXT = {
    (Status.PILOT, Move.PROMOTE): Status.ACTIVE,
    (Status.ACTIVE, Move.RESTRICT): Status.EMERGENCY,
    (Status.EMERGENCY, Move.WIDEN): Status.ACTIVE,
    (Status.PILOT, Move.PARK): Status.PARKED,
    (Status.ACTIVE, Move.PARK): Status.PARKED,
    (Status.EMERGENCY, Move.PARK): Status.PARKED,
    # Whoever comes back proves itself again.
    (Status.PARKED, Move.RETURN): Status.PILOT,
    (Status.PILOT, Move.RETIRE): Status.RETIRED,
    (Status.ACTIVE, Move.RETIRE): Status.RETIRED,
    (Status.EMERGENCY, Move.RETIRE): Status.RETIRED,
    (Status.PARKED, Move.RETIRE): Status.RETIRED,
}
CARRIES = {
    Mode.ACTUAL: frozenset({Status.ACTIVE, Status.EMERGENCY}),
    Mode.EXERCISE: frozenset({Status.PILOT, Status.ACTIVE, Status.EMERGENCY}),
}


class Red(StrEnum):
    """Why a channel is red before anything is sent."""

    REFUSED = "check failed"
    UNCHECKED = "not checked"
    ENDED = "credential ended"
    ENDS_SOON = "credential ends soon"
    NOTHING_LEFT = "quota used up"
    OTHER_ACCOUNT = "another account"
    FEW_CUSTODIANS = "too few custodians"
    CLOSED_CUSTODIAN = "custodian's account closed"
    LEFT_WITH_KEYS = "left with a key"
    """Somebody whose account is closed may still get in."""


WILL_FAIL = frozenset({Red.REFUSED, Red.ENDED, Red.NOTHING_LEFT, Red.OTHER_ACCOUNT})
"""Those with which a message will probably not be published."""


@dataclass(frozen=True)
class Keeping:
    """What `reds` has to know of one account."""

    status: Status
    ours: bool
    """False for an account that Skellat does not post to: nobody can check it from here."""
    custodians: Collection[bool]
    """For each custodian, whether their account is open."""
    added_at: datetime
    account_id: str = ""
    """As pinned; empty where nothing is."""
    checked_at: datetime | None = None
    passed: bool = True
    found_id: str = ""
    """The account's id as the last check found it."""
    expires_at: datetime | None = None
    left: int | None = None
    resets_at: datetime | None = None
    left_with_keys: bool = False
    """Whether somebody whose account is closed may still get in (see `handover`)."""


def reds(keeping: Keeping, now: datetime) -> tuple[Red, ...]:
    """Everything that has to be put right, what keeps a message back first."""
    if keeping.status is Status.RETIRED:
        return ()
    found = [*_of_people(keeping)]
    if keeping.ours and keeping.status is not Status.PARKED:
        found = [*_of_the_check(keeping, now), *found]
    return tuple(found)


def _of_the_check(keeping: Keeping, now: datetime) -> list[Red]:
    found = []
    if keeping.checked_at and not keeping.passed:
        found.append(Red.REFUSED)
    if keeping.account_id and keeping.found_id and keeping.found_id != keeping.account_id:
        found.append(Red.OTHER_ACCOUNT)
    if keeping.expires_at and keeping.expires_at <= now:
        found.append(Red.ENDED)
    elif keeping.expires_at and keeping.expires_at - now <= ENDS_SOON:
        found.append(Red.ENDS_SOON)
    if keeping.left == 0 and not (keeping.resets_at and keeping.resets_at <= now):
        found.append(Red.NOTHING_LEFT)
    if now - (keeping.checked_at or keeping.added_at) > UNCHECKED:
        found.append(Red.UNCHECKED)
    return found


def _of_people(keeping: Keeping) -> list[Red]:
    found = []
    if sum(keeping.custodians) < ENOUGH_CUSTODIANS:
        found.append(Red.FEW_CUSTODIANS)
    if not all(keeping.custodians):
        found.append(Red.CLOSED_CUSTODIAN)
    if keeping.left_with_keys:
        found.append(Red.LEFT_WITH_KEYS)
    return found
