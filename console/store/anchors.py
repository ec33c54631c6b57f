"""Anchors on disk: small files in the state folder that outlive an older copy of the database."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from console.domain.anchor import Anchor, Older, older
from console.store.audit import EntryRow, HeadRow
from console.store.deliveries import AttemptRow, DeliveryRow
from console.store.engine import Sessions


class Unreadable(Exception):
    """Somebody changed an anchor's file: nothing can be told by it. ``path`` is that file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is no anchor")
        self.path = path


class Anchors:
    """One file for each database that this state folder has worked with, shared by its processes.

    Named by the database, not by its address: an installation that is pointed at another database
    begins an anchor for that one, and still knows the first when it comes back.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "anchors"

    def read(self, database: str) -> Anchor | None:
        """Raises `Unreadable`."""
        path = self._path(database)
        try:
            kept = json.loads(path.read_bytes())
            return Anchor(**{**kept, "intents": tuple(kept["intents"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            raise Unreadable(path) from None

    def keep(self, newer: Anchor) -> bool:
        """Moves the anchor on, never back. True where there was none."""
        with self._locked():
            kept = self.read(newer.database)
            joined = kept.joined(newer) if kept else newer
            if joined != kept:
                self._write(joined)
            return kept is None

    def begin_anew(self, anchor: Anchor) -> None:
        """What a person accepted is from now on what was seen, whatever was before."""
        with self._locked():
            self._write(anchor)

    def _path(self, database: str) -> Path:
        return self._folder / f"{database[:32]}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, anchor: Anchor) -> None:
        """Whole or not at all, and on the disk when it returns: 0.5 ms where it was measured."""
        path = self._path(anchor.database)
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(anchor), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


@dataclass(frozen=True)
class Compared:
    """A database beside its anchor."""

    newest: Anchor | None
    """Where the database stands now; None while its record is empty, and nothing can be sent."""
    anchor: Anchor | None
    older: Older | None = None


def compare(db: Session, anchors: Anchors, expected: str = "") -> Compared:
    """One query and one file, where the database is the ``expected`` one; else two of each. Raises
    `Unreadable`."""
    anchor = anchors.read(expected) if expected else None
    newest, digest, intents = _standing(db, anchor)
    if newest and newest.database != expected:
        anchor = anchors.read(newest.database)
        newest, digest, intents = _standing(db, anchor)
    if newest is None or anchor is None:
        return Compared(newest, None)
    found = older(anchor, last=newest.number, digest=digest, intents=intents)
    return Compared(newest, anchor, found)


def stands(db: Session) -> Anchor | None:
    """The newest entry of the record; None while there is none."""
    return _standing(db, None)[0]


def _standing(db: Session, anchor: Anchor | None) -> tuple[Anchor | None, str | None, int]:
    """Where the record stands, and what it has of the anchor: its entry's digest, how many of its
    intents."""
    values = {"number": anchor.number, "ids": anchor.intents} if anchor else _NO_ANCHOR
    row = db.execute(_STANDING, values).one()
    newest = Anchor(row.first, row.number, row.digest, row.at) if row.first else None
    return newest, row.anchored, row.intents


def blocked(sessions: Sessions, home: Path) -> bool:
    """Whether sending is blocked, as every process that shares the state folder can see. False
    where the database does not answer: then that is what has to be told."""
    try:
        with sessions.read() as db:
            return blocks(db, home)
    except SQLAlchemyError:
        return False


def blocks(db: Session, home: Path) -> bool:
    """As `blocked`, in a look at the database that is under way."""
    try:
        found = compare(db, Anchors(home), _compared.get(home, ""))
    except Unreadable:
        return True
    _compared[home] = found.newest.database if found.newest else ""
    return found.older is not None


_compared: dict[Path, str] = {}
"""The database that a state folder's anchors were compared with last: most likely this one."""


def anything_released(db: Session) -> bool:
    """Whether there is any delivery: what could have been sent before an anchor was kept."""
    return db.scalar(select(DeliveryRow.id).limit(1)) is not None


# Built once, since every worker asks it in every turn.
_ENTRY = aliased(EntryRow)
_STANDING = select(
    HeadRow.number,
    HeadRow.digest,
    select(_ENTRY.at).where(_ENTRY.number == HeadRow.number).scalar_subquery().label("at"),
    select(_ENTRY.digest).where(_ENTRY.number == 1).scalar_subquery().label("first"),
    select(_ENTRY.digest)
    .where(_ENTRY.number == bindparam("number"))
    .scalar_subquery()
    .label("anchored"),
    select(func.count())
    .where(AttemptRow.id.in_(bindparam("ids", expanding=True)))
    .scalar_subquery()
    .label("intents"),
)
_NO_ANCHOR: Mapping[str, Any] = {"number": 0, "ids": ()}
