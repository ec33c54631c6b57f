"""What proves who somebody is: which factors there are, who needs two, and how fresh a proof is."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from console.domain.approval import FRESH_FOR
from console.domain.policy import Role


class Factor(StrEnum):
    PASSWORD = "password"  # noqa: S105  # the name of a factor, not a password
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery code"
    SINGLE_SIGN_ON = "single sign-on"
    ELSEWHERE = "second factor elsewhere"
    """The provider of the single sign-on says that it has asked for a second one itself."""


SECOND = frozenset({Factor.TOTP, Factor.PASSKEY, Factor.RECOVERY_CODE, Factor.ELSEWHERE})
"""What counts as a second factor; a passkey is both at once, since its device asks for a finger or
a PIN."""

ALWAYS_TWO = frozenset({Role.ADMINISTRATOR, Role.CUSTODIAN})


def needs_two(roles: Collection[Role], *, signs_by_session: bool) -> bool:
    """Whether these roles take a second factor. ``signs_by_session``: policy takes an approver's
    sign-in as the proof of a sign-off."""
    if not ALWAYS_TWO.isdisjoint(roles):
        return True
    return signs_by_session and Role.APPROVER in roles


def strong(factors: Collection[Factor]) -> bool:
    return not SECOND.isdisjoint(factors)


def fresh(proved_at: datetime | None, now: datetime) -> bool:
    return proved_at is not None and now - proved_at <= FRESH_FOR
