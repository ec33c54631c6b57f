"""Keeps an older copy of the database from being sent from: anchors what was seen, and compares."""

import logging
import socket
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from console.domain.anchor import Anchor
from console.store.anchors import Anchors, Compared, Unreadable, anything_released, compare
from console.store.audit import Actor, record
from console.store.engine import Sessions, database_now
from workers.deadline import clock
from workers.errand import Errand

EVERY = 1.0
"""Seconds between two anchors of one worker, but for those that are written before a sending."""
AGAIN = 60.0
"""Seconds between two complaints in the log."""

log = logging.getLogger(__name__)


class Guard:
    """Asked in every turn of a worker, and once more between a claim and its first byte."""

    def __init__(self, sessions: Sessions, home: Path, worker: str) -> None:
        self._sessions, self._worker = sessions, worker
        self._anchors = Anchors(home)
        self._database = ""
        self._kept = self._told = float("-inf")

    def holds(self, db: Session) -> bool:
        """False where this database is older than what was sent: then nothing may be done. Anchors
        what others wrote too, so that every host knows where the record was a second ago."""
        found = self._compare(db)
        if found is None:
            return False
        if found.newest and (found.anchor is None or self._moved_on(found.newest, found.anchor)):
            self._keep(found.newest, unguarded=_unguarded(db, found))
        return True

    def passed(self, errands: list[Errand]) -> list[Errand]:
        """The errands of one claim, once their intents are anchored; none where the database turns
        out to be older: it may have been put back since the turn began."""
        if not errands:
            return errands
        with self._sessions.read() as db:
            found = self._compare(db)
            unguarded = found is not None and _unguarded(db, found)
        if found is None or found.newest is None:
            return []
        # They were committed together, so that one of them stands for all.
        newest = replace(found.newest, intents=(errands[0].attempt_id,))
        self._keep(newest, unguarded=unguarded)
        return errands

    def _moved_on(self, newest: Anchor, anchor: Anchor) -> bool:
        return newest.number > anchor.number and clock() - self._kept >= EVERY

    def _compare(self, db: Session) -> Compared | None:
        """None where nothing may be done."""
        try:
            found = compare(db, self._anchors, self._database)
        except Unreadable as wrong:
            self._complain("%s is no anchor: sending is blocked", wrong.path)
            return None
        self._database = found.newest.database if found.newest else ""
        if found.older is None:
            return found
        lost = found.older
        self._complain(
            "the database is older than what was sent: it ends at entry %s, and entry %s was seen. "
            "Sending is blocked. Put the newest copy back, or run: skellat audit accept-restore",
            lost.last,
            lost.anchor.number,
        )
        return None

    def _keep(self, anchor: Anchor, *, unguarded: bool) -> None:
        """A state folder that takes nothing any more does not hold up a warning to the public: the
        guard is weaker then, and says so."""
        try:
            begun = self._anchors.keep(anchor)
        except OSError as error:
            self._complain("no anchor can be written (%s): an old copy may go unseen", error)
            return
        self._kept = clock()
        if begun and unguarded:
            self._begun(anchor)

    def _begun(self, anchor: Anchor) -> None:
        log.warning("no anchor of this database was found: one begins at %s", anchor.number)
        with self._sessions.begin() as db:
            record(
                db,
                actor=Actor(f"worker {self._worker}"),
                action="no anchor found, one begins",
                subject="database",
                detail={"host": socket.gethostname(), "number": anchor.number},
                now=database_now(db),
            )

    def _complain(self, text: str, *what: object) -> None:
        if clock() - self._told >= AGAIN:
            self._told = clock()
            log.critical(text, *what)


def _unguarded(db: Session, found: Compared) -> bool:
    """Nothing to tell in a new installation; where something was released, the record must say that
    until here no anchor of this host guarded it. Asked before the anchor is kept: afterwards, a
    release may be the first that it guards."""
    return found.anchor is None and anything_released(db)
