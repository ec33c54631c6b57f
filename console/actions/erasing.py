"""An administrator and a second person take words out of the record; that they did stands on it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import asking
from console.actions.errors import NotFound, NotPermitted, Obstacle, ReasonMissing
from console.actions.leaving import NO_LONGER_NAMED
from console.actions.people import User, user
from console.domain import plain_text
from console.domain.audit import Entry
from console.domain.erasure import ERASED, KEPT, Erasure, digest_of_rest, subject
from console.domain.policy import Act, Role
from console.store import audit, erasing, logbook, people
from console.store.audit import record

MOST = 100
"""Entries at once."""
REASON_LONGEST = 500
TOLD = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
"""Who agrees, and who is told."""
PURPOSE = "entries erased"
"""Of the mail."""
_STAYS = frozenset({ERASED, NO_LONGER_NAMED})
"""The first proves the others; by the second somebody who left is kept from accounts' keys."""


class SamePerson(Obstacle):
    """It takes two."""


class TooMany(Obstacle):
    """More than `MOST`."""


class NotErasable(Obstacle):
    """``entry`` has no words any more, or is one that Skellat goes by."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"entry {entry.number} cannot be erased")
        self.entry = entry


def readied(db: Session, numbers: Collection[int]) -> list[Entry]:
    """The entries, in their order. Raises `NotFound`, `NotErasable`, `TooMany`."""
    if len(numbers) > MOST:
        raise TooMany
    found = []
    for number in sorted(set(numbers)):
        entry = logbook.entry(db, number)
        if entry is None:
            raise NotFound("entry", str(number))
        if entry.erased or entry.action in _STAYS:
            raise NotErasable(entry)
        found.append(entry)
    return found


def may_agree(person: User) -> bool:
    return person.active and not person.roles.isdisjoint(TOLD)


def erase(
    db: Session, *, numbers: Collection[int], reason: str, by: User, second: User, now: datetime
) -> Sequence[Entry]:
    """One entry of the record about each; returns what was erased, as it was. Auditors and
    administrators are told by mail. Raises `NotFound`, `NotErasable`, `NotPermitted`,
    `ReasonMissing`, `SamePerson`, `TooMany`."""
    by.must_be_able_to(Act.ADMINISTER)
    if not may_agree(second):
        raise NotPermitted(Act.AUDIT)
    if by.id == second.id:
        raise SamePerson
    because = plain_text.clean(reason).strip()[:REASON_LONGEST]
    if not because:
        raise ReasonMissing
    found = readied(db, numbers)
    erasing.overwrite_freed(db)
    for entry in found:
        _note(db, entry, because, by, second, now)
    audit.write(db)
    db.flush()
    last, _ = audit.head(db)
    for entry in found:
        erasing.take_words_out(db, entry.number)
    for person in map(user, people.everybody(db)):
        if may_agree(person):
            asking.tell(db, PURPOSE, person.id, f"{last - len(found) + 1}-{last}", now)
    return found


def told_of(db: Session, span: str) -> list[Entry]:
    """The entries of one act, from what its mail is about: the first number and the last."""
    first, last = map(int, span.split("-"))
    return list(audit.entries(db, after=first - 1, limit=last - first + 1))


def _note(db: Session, entry: Entry, because: str, by: User, second: User, now: datetime) -> None:
    rest = digest_of_rest(**{name: getattr(entry, name) for name in KEPT})
    erasure = Erasure(
        digest=entry.digest, kept=rest, by=by.name, agreed=second.name, because=because, at=now
    )
    record(
        db,
        actor=by.actor,
        action=ERASED,
        subject=subject(entry.number),
        incident=entry.incident,
        detail=erasure.detail,
        now=now,
    )
