"""The SMTP side: takes every mail, whoever it is for, and is the practice e-mail network as well.

A mail with the header ``X-Skellat-Channel`` is a publication and stands in the log under that name.
All mails stand in the mailbox, ``/mail``.
"""

import asyncio
import logging
import threading
from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from workers.practice.faults import NAMES, Faults, Taken
from workers.practice.journal import Journal
from workers.practice.log import Log, now
from workers.practice.pictures import Pictures
from workers.practice.received import Received, read

_BEFORE = {
    "401": "530 5.7.0 Sign in first",
    "403": "550 5.7.1 Not allowed",
    "422": "554 5.6.0 The message was not accepted",
    "429": "451 4.7.1 Too many messages, try again later",
    "500 before storing": "451 4.3.0 Local error",
    "redirect": "551 5.1.6 User has moved",
}
"""Refused after DATA, not stored. The first two come earlier where the login fits the fault."""
_AFTER = {
    "500 after storing": "451 4.3.0 Local error",
    "bad body": "<!doctype html><title>Welcome</title>",
}
"""Stored, and answered with this all the same."""
_ON_THE_WAY = ("hang after storing", "drop", "drip")
_ACCEPTED = "250 2.0.0 Accepted"


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    html: str
    at: str = ""
    sender: str = ""
    channel: str = ""
    """The account that it publishes for; empty for a mail of the console's own."""


class Mails:
    """Every mail, oldest first, one for each of its recipients."""

    def __init__(self, path: Path | None = None) -> None:
        self._journal = Journal(path)
        self._mails = [Mail(**line) for line in self._journal.lines()]

    def add(self, mail: Mail) -> None:
        self._mails.append(mail)
        self._journal.append(asdict(mail))

    def all(self) -> list[Mail]:
        return list(self._mails)

    def close(self) -> None:
        self._journal.close()


class Mailbox:
    """What aiosmtpd asks at each step of a mail; its names for the steps are ``handle_...``."""

    def __init__(self, log: Log, mails: Mails, pictures: Pictures, faults: Faults) -> None:
        self.log = log
        self.mails = mails
        self.pictures = pictures
        self.faults = faults
        # A client tries one way of signing in after the other: that is one refusal, not several.
        self._refused: WeakSet[Session] = WeakSet()
        # Who sent mail that is no publication: their sign-off requests must not use up a fault
        # that was set for the network, and MAIL FROM is all that is known when it would strike.
        self._own: set[str] = set()

    def login(self, server: SMTP, session: Session, *rest: Any) -> AuthResult:
        """Any login but with the password ``bad``."""
        given = rest[-1]
        if self._take(given.login.decode("utf-8", "replace"), ["401"]).fault:
            self._refused.add(session)
        good = given.password != b"bad" and session not in self._refused
        return AuthResult(success=good, handled=False, auth_data=given)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        login = session.auth_data.login.decode("utf-8", "replace") if session.auth_data else ""
        early = ["refuse", "403"] if login else ["refuse", "401", "403"]
        taken = Taken() if sender in self._own else self._take(login, early)
        if taken.fault == "refuse":
            return _hang_up(server)
        if taken.fault:
            return _BEFORE[taken.fault]
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        """There is nobody whose name begins with “nobody”."""
        if to.lower().startswith("nobody"):
            return f"550 5.1.1 <{to}>: Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(to)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        received = read(envelope.content or b"", self.pictures)
        taken = Taken()
        if received.channel:
            taken = self._take(received.channel, NAMES)
        elif envelope.mail_from:
            self._own.add(envelope.mail_from)
        await asyncio.sleep(taken.slow)
        if taken.fault == "refuse":
            return _hang_up(server)
        if taken.fault in _BEFORE:
            return _BEFORE[taken.fault]
        self._store(received, envelope)
        if taken.fault in _ON_THE_WAY:
            await _answer_badly(server, taken)
        return _AFTER.get(taken.fault, _ACCEPTED)

    def _take(self, account: str, among: Collection[str]) -> Taken:
        return self.faults.take("smtp", account, among)

    def _store(self, received: Received, envelope: Envelope) -> None:
        if received.channel:
            self.log.add(
                "smtp",
                received.channel,
                received.text,
                received.id,
                in_reply_to=received.in_reply_to,
                key=received.id,
                media=received.media,
                kept={"subject": received.subject, "to": list(envelope.rcpt_tos)},
            )
        for to in envelope.rcpt_tos:
            mail = Mail(
                to,
                received.subject,
                received.text,
                received.html,
                now(),
                received.sender,
                received.channel,
            )
            self.mails.add(mail)


class MailServer:
    """Runs aiosmtpd on a thread of its own; ``port`` is the one it got."""

    def __init__(self, host: str, port: int, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        # aiosmtpd warns about its own use of a name that it will drop.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=asyncio.run, args=(self._run(host, port),))
        self._thread.start()
        self.port, self._loop, self._stop = self._started.result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self, host: str, port: int) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await loop.create_server(self._session, host, port, backlog=512)
        except OSError as taken:
            self._started.set_exception(taken)
            return
        self._started.set_result((server.sockets[0].getsockname()[1], loop, stop))
        await stop.wait()
        server.close()
        open_sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in open_sessions:
            session.cancel()
        await asyncio.gather(*open_sessions, return_exceptions=True)
        await asyncio.sleep(0)  # lets the closed connections say so before the loop ends

    def _session(self) -> SMTP:
        return SMTP(
            self._mailbox,
            hostname="practice.localhost",
            ident="Practice mailbox",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._mailbox.login,
            loop=asyncio.get_running_loop(),
        )


async def _answer_badly(server: Any, taken: Taken) -> None:
    """The mail is stored. Where the connection ends, aiosmtpd cancels this."""
    if taken.fault == "drip":
        for letter in _ACCEPTED:
            server.transport.write(letter.encode())
            await asyncio.sleep(taken.seconds)
        return
    if taken.fault == "hang after storing":
        await asyncio.sleep(taken.seconds)
    _cut(server)
    await asyncio.Event().wait()


def _hang_up(server: SMTP) -> str:
    """The answer goes out before the loop comes to closing."""
    asyncio.get_running_loop().call_soon(_cut, server)
    return "421 4.3.2 Not now"


def _cut(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()
