"""A policy: proposed, agreed to by two administrators, in force, replaced by the next."""

from enum import StrEnum

NEEDED = 2
"""Administrators who have to agree."""


class PolicyState(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in force"
    REPLACED = "replaced"
    REFUSED = "refused"


class PolicyEvent(StrEnum):
    ADOPT = "adopt"
    REPLACE = "replace"
    REFUSE = "refuse"


NEXT = {
    (PolicyState.PROPOSED, PolicyEvent.ADOPT): PolicyState.IN_FORCE,
    (PolicyState.PROPOSED, PolicyEvent.REFUSE): PolicyState.REFUSED,
    (PolicyState.IN_FORCE, PolicyEvent.REPLACE): PolicyState.REPLACED,
}
