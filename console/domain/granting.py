"""Roles that can publish, or give roles, take two administrators: one asks, another agrees."""

from collections.abc import Iterable
from enum import StrEnum

from console.domain.policy import Role

TWO_AGREE = frozenset({Role.DUTY_OFFICER, Role.APPROVER, Role.ADMINISTRATOR})
"""Roles that nobody gives alone."""


class GrantState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class GrantEvent(StrEnum):
    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


NEXT = {
    (GrantState.ASKED, GrantEvent.AGREE): GrantState.AGREED,
    (GrantState.ASKED, GrantEvent.REFUSE): GrantState.REFUSED,
    (GrantState.ASKED, GrantEvent.WITHDRAW): GrantState.WITHDRAWN,
    # Whoever asked, or was to have it, is gone.
    (GrantState.ASKED, GrantEvent.LAPSE): GrantState.LAPSED,
}


class Bar(StrEnum):
    """Why this administrator is not the second one."""

    ASKED = "asked for it"
    CONCERNED = "would have the role"


def barred(*, decider: str, asked_by: str, person: str) -> Bar | None:
    """Why somebody who is an administrator may not agree, or None. ``asked_by`` is empty where the
    command line asked."""
    if decider == person:
        return Bar.CONCERNED
    if decider == asked_by:
        return Bar.ASKED
    return None


def split(roles: Iterable[Role]) -> tuple[frozenset[Role], frozenset[Role]]:
    """Roles that count at once, and those that wait for a second administrator."""
    whole = frozenset(roles)
    return whole - TWO_AGREE, whole & TWO_AGREE
