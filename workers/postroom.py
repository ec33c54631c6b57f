"""Sends the internal mail that is due: sign-off requests, and what became of them."""

import logging
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy.orm import Session

from console import letters
from console.actions import asking, invitations
from console.actions.desk import Desk
from console.actions.people import user
from console.actions.recording import SYSTEM
from console.domain.channel import SendError
from console.faultpoints import faultpoint
from console.letters import Letter
from console.store import mails
from console.store.audit import record
from console.store.engine import Sessions, database_now
from console.store.mails import MailRow
from console.store.people import UserRow
from workers.smtp import MailServer, submit

log = logging.getLogger(__name__)

_LINKS = {"sign-off": asking.new_link, "invitation": invitations.new_link}
"""Mails whose link's token is made with them."""


@dataclass(frozen=True)
class Claimed:
    """A mail that this worker holds, without its words yet."""

    row: MailRow
    token: str | None
    """Of the link in it, just made; None where it has none, or none may be made any more."""
    at: datetime


@dataclass(frozen=True)
class Posting:
    """A mail with the words that were just made for it."""

    mail_id: str
    purpose: str
    incident: str
    name: str
    """Of the person who is told."""
    letter: Letter
    at: datetime


def take(sessions: Sessions, desk: Desk) -> list[Claimed]:
    """Due mails. A sign-off's link is made here, so that its token is nowhere but in the mail.
    Short, since a release may be waiting for the database: the words are made afterwards."""
    with sessions.begin() as db:
        now = database_now(db)
        rows = mails.claim(db, now=now, until=now + desk.settings.timing.mail, limit=16)
        return [Claimed(row, _token(db, row, now), now) for row in rows]


def worded(sessions: Sessions, desk: Desk, claimed: Claimed) -> Posting | None:
    """None where nobody is to be told any more."""
    row = claimed.row
    with sessions.read() as db:
        to = user(db.get_one(UserRow, row.user_id)) if row.user_id else None
        args = (db, desk, row.purpose, to, row.subject_id, claimed.token, row.address)
        if (letter := letters.compose(*args)) is None:
            return None
        incident = mails.incident_of(db, row)
    return Posting(row.id, row.purpose, incident, letter.name, letter, claimed.at)


def post(sessions: Sessions, desk: Desk, claimed: Claimed) -> None:
    """Makes the words of one mail, hands it to the mail server and notes whether that worked; drops
    one that is no longer wanted. Whatever goes wrong is logged, and the mail comes due again."""
    try:
        posting = worded(sessions, desk, claimed)
        if posting:
            _post(sessions, desk, posting)
            return
        with sessions.begin() as db:
            mails.drop(db, claimed.row.id)
    except Exception:
        log.exception("mail about a %s not sent", claimed.row.purpose)


def _post(sessions: Sessions, desk: Desk, posting: Posting) -> None:
    try:
        submit(server(desk), message(desk, posting))
        faultpoint("after-mail")
        error = ""
    except SendError as raised:
        error = str(raised)
        log.warning("mail about a %s not sent: %s", posting.purpose, raised.reason)
    with sessions.begin() as db:
        now = database_now(db)
        mails.settle(db, posting.mail_id, now=now, error=error)
        record(
            db,
            actor=SYSTEM.actor,
            action="mail not sent, will be tried again" if error else "mail sent",
            subject=f"mail:{posting.mail_id}",
            incident=posting.incident,
            detail={"purpose": posting.purpose, "to": posting.name, "error": error},
            now=now,
        )


def server(desk: Desk) -> MailServer:
    """The council's own mail server, or the practice mailbox."""
    settings = desk.settings.mail
    if settings.practice:
        host, _, port = desk.settings.practice.smtp.partition(":")
        return MailServer(host=host, port=int(port or 0), security="none")
    return MailServer(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        user=settings.user,
        password=settings.password,
    )


def message(desk: Desk, posting: Posting) -> EmailMessage:
    """The mail as it leaves. Header values are checked by the library: no line can be added."""
    letter, sender = posting.letter, desk.settings.mail.sender
    mail = EmailMessage()
    mail["From"] = Address("Skellat", addr_spec=sender)
    mail["To"] = Address(posting.name, addr_spec=letter.to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(posting.at)
    mail["Message-ID"] = f"<{posting.mail_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail


def _token(db: Session, row: MailRow, now: datetime) -> str | None:
    new_link = _LINKS.get(row.purpose)
    return new_link(db, row.subject_id, now) if new_link else None
