"""Anchors on disk: small files in the state folder that outlive an older copy of the database."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from console.domain.anchor import Anchor, Older, older
from console.store.audit import EntryRow, head
from console.store.deliveries import AttemptRow
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


def compare(db: Session, anchors: Anchors) -> Compared:
    """Reads three rows and one file. Raises `Unreadable`."""
    newest = stands(db)
    anchor = anchors.read(newest.database) if newest else None
    if newest is None or anchor is None:
        return Compared(newest, None)
    anchored = db.get(EntryRow, anchor.number)
    found = older(
        anchor,
        last=newest.number,
        digest=anchored.digest if anchored else "",
        intents=db.scalars(select(AttemptRow.id).where(AttemptRow.id.in_(anchor.intents))).all(),
    )
    return Compared(newest, anchor, found)


def stands(db: Session) -> Anchor | None:
    """The newest entry of the record; None while there is none."""
    number, _ = head(db)
    first, newest = db.get(EntryRow, 1), db.get(EntryRow, number)
    if first is None or newest is None:
        return None
    return Anchor(first.digest, newest.number, newest.digest, newest.at)


def blocked(sessions: Sessions, home: Path) -> bool:
    """Whether sending is blocked, as every process that shares the state folder can see. False
    where the database does not answer: then that is what has to be told."""
    try:
        with sessions.read() as db:
            return compare(db, Anchors(home)).older is not None
    except Unreadable:
        return True
    except SQLAlchemyError:
        return False


def anything_sent(db: Session) -> bool:
    """Whether any delivery of this database was ever tried."""
    return db.scalar(select(AttemptRow.id).limit(1)) is not None
