"""Changes what is written about an account, unless somebody else did since the form was opened."""

import hashlib
from dataclasses import astuple, fields, replace
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import register
from console.actions.errors import Obstacle
from console.actions.estate import Account
from console.actions.people import User
from console.actions.register import Details
from console.domain.register import Move, Status
from console.store.register import ChannelRow


class ChangedMeanwhile(Obstacle):
    """Somebody wrote something else there. ``now_there`` is what they wrote."""

    def __init__(self, now_there: Details) -> None:
        super().__init__("the account was changed meanwhile")
        self.now_there = now_there


class SignpostMissing(Obstacle):
    """An account that is parked says where its readers are to go."""


def of(account: Account | ChannelRow) -> Details:
    return Details(**{one.name: getattr(account, one.name) for one in fields(Details)})


def edition(written: Details) -> str:
    """Changes with any of them."""
    return hashlib.sha256(repr(astuple(written)).encode()).hexdigest()[:16]


def save(db: Session, *, name: str, details: Details, seen: str, by: User, now: datetime) -> None:
    """``seen`` is the `edition` that the person had before them.

    Raises what `register.change` does, and `ChangedMeanwhile`.
    """
    there = of(register.locked(db, name))
    if edition(there) != seen:
        raise ChangedMeanwhile(there)
    register.change(db, name=name, details=details, by=by, now=now)


def park(db: Session, *, name: str, signpost: str, by: User, now: datetime) -> Status:
    """Keeps the handle, and writes down where it sends its readers.

    Raises what `register.change` and `register.move` do, and `SignpostMissing`.
    """
    if not signpost.strip():
        raise SignpostMissing
    status = register.move(db, name=name, move=Move.PARK, by=by, now=now)
    written = of(register.locked(db, name))
    pointed = replace(written, signpost=signpost)
    register.change(db, name=name, details=pointed, by=by, now=now)
    return status
