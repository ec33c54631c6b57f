"""What somebody is writing, kept until they save it: theirs alone, and no part of the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions.people import User
from console.domain.policy import Act
from console.store import writings

KEPT = timedelta(days=3)
"""How long: over a weekend. What is older describes a danger that has passed."""
MOST = 20
"""Forms of one person."""
LATELY = timedelta(minutes=5)
"""Who wrote within this time has the form open, as far as anybody can tell."""

TYPED = ("facts-", "text")
"""How the fields begin that hold somebody's words."""
GLIMPSE = 80
"""Characters."""

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Writing:
    """One form, as it was last seen."""

    key: str
    path: str
    title: str
    fields: Fields
    at: datetime

    @property
    def glimpse(self) -> str:
        """The longest of what was typed, to tell one from another."""
        typed = [value for name, value in self.fields if name.startswith(TYPED)]
        longest = " ".join(max(typed, key=len, default="").split())
        return longest if len(longest) <= GLIMPSE else f"{longest[:GLIMPSE].rstrip()}…"


def keep(
    db: Session, *, key: str, path: str, title: str, fields: Sequence[tuple[str, str]], by: User,
    now: datetime,
) -> bool:  # fmt: skip
    """False where the form was sent meanwhile: a late copy of it is not to come back."""
    by.must_be_able_to(Act.DRAFT)
    if writings.sent(db, by.id, key):
        writings.drop(db, by.id, key)
        return False
    writings.keep(
        db,
        user_id=by.id,
        key=key,
        path=path,
        title=title[:200],
        fields=[list(one) for one in fields],
        at=now,
    )
    writings.keep_newest(db, by.id, most=MOST)
    return True


def mine(db: Session, by: User, now: datetime, path: str | None = None) -> tuple[Writing, ...]:
    """What this person was writing, the newest first; at one ``path``, or anywhere."""
    found = writings.of(db, by.id, since=now - KEPT)
    return tuple(
        Writing(
            one.key, one.path, one.title, tuple((name, value) for name, value in one.fields), one.at
        )
        for one in found
        if path is None or one.path == path
    )


def others(db: Session, path: str, by: User, now: datetime) -> list[tuple[str, datetime]]:
    """Who else is writing in the same form just now, by name. What they write is theirs."""
    return writings.others(db, path, but=by.id, since=now - LATELY)


def drop(db: Session, *, key: str, by: User) -> None:
    """It is saved, or no longer wanted. Once more does no harm."""
    writings.drop(db, by.id, key)


def forget(db: Session, now: datetime) -> None:
    """Of everybody, what is too old."""
    writings.forget(db, before=now - KEPT)
