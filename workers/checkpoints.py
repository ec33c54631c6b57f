"""Signs checkpoints of the record and brings them out of the database: file, syslog, mail."""

import json
import logging
from datetime import datetime, timedelta
from logging.handlers import SYSLOG_UDP_PORT, SysLogHandler

from console.actions.desk import Desk
from console.domain.checkpoint import Checkpoint, origin_of, signed
from console.store import audit, checkpoints, mails, retention
from console.store.checkpoint_file import CheckpointFile
from console.store.checkpoints import Standing
from console.store.engine import Sessions, Transaction, database_now

EVERY = timedelta(seconds=55)
"""Between two while entries arrive. A turn may come two seconds late, and a minute is promised."""
DAY = timedelta(days=1)
MAILED = "checkpoint mailed"

log = logging.getLogger(__name__)


def due(standing: Standing, now: datetime) -> bool:
    """After a release at once; else once a minute while entries arrive."""
    if not standing.moved:
        return False
    return standing.released or standing.signed_at is None or now - standing.signed_at >= EVERY


def sign(sessions: Sessions, desk: Desk) -> None:
    """One checkpoint over all there is now, by whichever worker is first. What is outside the
    database is written after the commit; where that fails the next one covers it."""
    with sessions.begin() as db:
        made = _sign(db, desk)
    if made is None:
        return
    note, first, number = made
    try:
        CheckpointFile(desk.settings.checkpoints, first).add(note, number)
    except OSError as error:
        log.critical("the checkpoint over %s cannot be written to its file: %s", number, error)
    if address := desk.settings.record.syslog:
        tell_syslog(address, note)


def _sign(db: Transaction, desk: Desk) -> tuple[str, str, int] | None:
    keys, now, released = audit.keys(db), database_now(db), checkpoints.standing(db).released
    number, head = audit.head(db)
    first = audit.first(db)
    if keys is None or not first:
        return None
    at = now.isoformat(timespec="seconds")
    note = signed(Checkpoint(origin_of(first), number, head, at), keys.current)
    if not checkpoints.add(db, number, now, note):
        return None
    if retention.mine(db, MAILED, now, every=DAY) or released:
        for address in desk.settings.record.mail_to:
            mails.tell_address(db, mails.CHECKPOINT, address, str(number), now)
    return note, first, number


class _Syslog(SysLogHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        log.critical("a checkpoint could not be told to syslog at %s", self.address)


def tell_syslog(address: str, note: str) -> None:
    """The note on one line, as JSON writes a string. ``address`` is a socket or HOST:PORT (UDP)."""
    host, _, port = address.rpartition(":")
    place = address if address.startswith("/") else (host or port, int(port or SYSLOG_UDP_PORT))
    try:
        handler = _Syslog(place, facility=SysLogHandler.LOG_AUTH)
    except OSError as error:
        log.critical("a checkpoint could not be told to syslog at %s: %s", address, error)
        return
    text = f"skellat: checkpoint {json.dumps(note, ensure_ascii=False)}"
    handler.emit(logging.LogRecord("skellat", logging.INFO, __file__, 0, text, None, None))
    handler.close()
