"""Hears of bounce mails: once a minute one worker reads the mailbox that they come to."""

import logging

from sqlalchemy.orm import Session

from console.actions import returns
from console.actions.desk import Desk
from console.bounce_settings import Bounces
from console.domain import bounce
from console.domain.channel import SendError
from console.store import mailboxes, retention
from console.store.engine import Sessions, database_now
from console.store.mailboxes import MailboxRow
from workers import imap
from workers.imap import Fetched, Place

CHORE = "bounces read"
AT_ONCE = 50
"""Mails of one transaction."""
MOST = 20
"""Looks in a row: what is left is read a minute later."""

log = logging.getLogger(__name__)


def due(db: Session, desk: Desk) -> bool:
    every = desk.settings.timing.bounces
    return bool(_mailbox(desk).host) and retention.due(db, CHORE, database_now(db), every=every)


def read(sessions: Sessions, desk: Desk) -> None:
    """By whichever worker comes first. Up to where the mailbox was read is kept in the transaction
    that records what was found, so that no crash loses a mail, and none counts twice."""
    with sessions.begin() as db:
        now, every = database_now(db), desk.settings.timing.bounces
        if not retention.mine(db, CHORE, now, every=every):
            return
    for _ in range(MOST):
        if not _read(sessions, desk):
            return


def _read(sessions: Sessions, desk: Desk) -> bool:
    """True where there is more."""
    name = _mailbox(desk).name
    with sessions.read() as db:
        row = mailboxes.known(db, name)
        place = Place(row.validity, row.seen) if row else Place()
    try:
        found = imap.fetch(_mailbox(desk), place, most=AT_ONCE, octets=bounce.MOST_BYTES)
    except SendError as error:
        _unread(sessions, name, error)
        return False
    _settle(sessions, desk, name, place, found)
    return found.more


def _settle(sessions: Sessions, desk: Desk, name: str, before: Place, found: Fetched) -> None:
    settings = desk.settings
    reports = [
        one
        for mail in found.mails
        if (one := bounce.read(mail, pattern=_mailbox(desk).address, secret=settings.secret))
    ]
    with sessions.begin() as db:
        row, now = mailboxes.locked(db, name), database_now(db)
        if Place(row.validity, row.seen) != before:
            return  # another worker was here meanwhile, and has recorded them
        returns.came_back(db, desk, reports, now)
        row.validity, row.seen, row.read_at = found.place.validity, found.place.seen, now
        _reads_again(row)


def _unread(sessions: Sessions, name: str, error: SendError) -> None:
    log.warning("bounce mails cannot be read: %s", error.reason)
    with sessions.begin() as db:
        row = mailboxes.locked(db, name)
        row.failed_at = row.failed_at or database_now(db)
        row.reason, row.detail = str(error.reason), error.detail


def _reads_again(row: MailboxRow) -> None:
    row.failed_at, row.reason, row.detail = None, "", ""


def _mailbox(desk: Desk) -> Bounces:
    return desk.settings.mail.bounces
