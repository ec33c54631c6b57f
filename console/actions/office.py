"""Administrators at work: whoever gives, takes or asks has to be one at that very moment."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from console.actions.errors import NotFound, NotPermitted
from console.domain.policy import Act, Role
from console.store import people
from console.store.audit import Actor
from console.store.people import UserRow

COMMAND_LINE = Actor("command line")
"""Whoever can run commands on the host; it has no account."""


def enter(db: Session, by: Actor) -> list[UserRow]:
    """Every open account, held until the transaction ends, so that what administrators do at the
    same moment happens one after the other. Raises `NotPermitted` where ``by`` is somebody who is
    no administrator, or not any more; the command line may."""
    actives = people.locked_actives(db)
    if by.id and by.id not in {one.id for one in administrators(actives)}:
        raise NotPermitted(Act.ADMINISTER)
    return actives


def administrators(actives: Collection[UserRow]) -> list[UserRow]:
    return [one for one in actives if Role.ADMINISTRATOR in one.roles]


def person(actives: Collection[UserRow], user_id: str) -> UserRow:
    """Raises `NotFound` where there is no open account with this id."""
    for one in actives:
        if one.id == user_id:
            return one
    raise NotFound("user", user_id)
