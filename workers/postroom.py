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
class Posting:
    """A mail on its way, with the words that were just made for it."""

    mail_id: str
    purpose: str
    incident: str
    name: str
    """Of the person who is told."""
    letter: Letter
    at: datetime


def take(sessions: Sessions, desk: Desk) -> list[Posting]:
    """Due mails, with their words. A sign-off's link is made here, so that its token is nowhere but
    in the mail; a mail that is no longer wanted is dropped."""
    with sessions.begin() as db:
        now = database_now(db)
        postings = []
        for row in mails.claim(db, now=now, until=now + desk.settings.timing.mail, limit=16):
            letter = _letter(db, desk, row, now)
            if letter is None:
                mails.drop(db, row.id)
                continue
            incident = mails.incident_of(db, row)
            postings.append(Posting(row.id, row.purpose, incident, letter.name, letter, now))
        return postings


def post(sessions: Sessions, desk: Desk, posting: Posting) -> None:
    """Hands one mail to the mail server and notes whether that worked."""
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


def _letter(db: Session, desk: Desk, row: MailRow, now: datetime) -> Letter | None:
    to = user(db.get_one(UserRow, row.user_id)) if row.user_id else None
    new_link = _LINKS.get(row.purpose)
    token = new_link(db, row.subject_id, now) if new_link else None
    return letters.compose(db, desk, row.purpose, to, row.subject_id, token, row.address)
