"""Reads a mailbox by IMAP under the hard deadline, and changes nothing in it."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import socket
from ssl import SSLContext, SSLError

from console.bounce_settings import Bounces
from console.domain.channel import Reason, Refused, SendError, Unavailable
from workers.addresses import connect
from workers.deadline import deadline, tls_context
from workers.secrecy import conceal, without_secrets


@dataclass(frozen=True)
class Place:
    """Up to where a mailbox was read: see `console.store.mailboxes`."""

    validity: int = 0
    seen: int = 0


@dataclass(frozen=True)
class Fetched:
    """Mails in the order that they came, and where the next look begins."""

    mails: tuple[bytes, ...]
    place: Place
    more: bool
    """There were more than were asked for."""


def fetch(mailbox: Bounces, place: Place, *, most: int, octets: int) -> Fetched:
    """At most ``most`` mails that came after ``place``, of each the first ``octets`` bytes.

    Raises `Refused` or `Unavailable`: then nothing was read.
    """
    conceal(mailbox.password)
    with deadline(), _told(), _signed_in(mailbox) as client:
        validity = _opened(client, mailbox.folder)
        after = place.seen if validity == place.validity else 0
        numbers = [one for one in _search(client, after) if one > after]
        wanted = sorted(numbers)[:most]
        mails = tuple(mail for one in wanted if (mail := _mail(client, one, octets)))
        seen = wanted[-1] if wanted else after
        return Fetched(mails, Place(validity, seen), len(numbers) > len(wanted))


def check(mailbox: Bounces) -> None:
    """Signs in and opens the folder. Raises `Refused` or `Unavailable`."""
    conceal(mailbox.password)
    with deadline(), _told(), _signed_in(mailbox) as client:
        _opened(client, mailbox.folder)


class _Client(imaplib.IMAP4):
    """Its socket comes from our own look-up and keeps the deadline."""

    def __init__(self, mailbox: Bounces) -> None:
        self._mailbox = mailbox
        super().__init__(mailbox.host, mailbox.port)

    def _create_socket(self, timeout: float | None) -> socket:
        plain = connect(self._mailbox.host, self._mailbox.port, public_only=False)
        if self._mailbox.security != "tls":
            return plain
        return _context().wrap_socket(plain, server_hostname=self._mailbox.host)


def _context() -> SSLContext:
    return tls_context("")


@contextmanager
def _signed_in(mailbox: Bounces) -> Iterator[_Client]:
    client = _Client(mailbox)
    try:
        if mailbox.security == "starttls":
            if "STARTTLS" not in client.capabilities:
                raise Refused(Reason.MISCONFIGURED, "the mailbox’s server offers no STARTTLS")
            client.starttls(_context())
        try:
            _sign_in(client, mailbox)
        except client.abort:
            raise
        except client.error as error:
            raise Refused(Reason.CREDENTIAL, _said(error)) from None
        yield client
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()
    finally:
        with suppress(OSError):
            client.shutdown()


def _sign_in(client: _Client, mailbox: Bounces) -> None:
    """By PLAIN where that is offered: the older way takes no letter beyond ASCII."""
    if "AUTH=PLAIN" in client.capabilities or not mailbox.password.isascii():
        given = f"\0{mailbox.user}\0{mailbox.password}".encode()
        client.authenticate("PLAIN", lambda _: given)
    else:
        client.login(mailbox.user, mailbox.password)


@contextmanager
def _told() -> Iterator[None]:
    """Every failure as one of ours, without a secret."""
    try:
        yield
    except SendError as error:
        error.detail = without_secrets(error.detail)
        raise
    except SSLError as error:
        raise Unavailable(Reason.TLS, error.reason or "no TLS") from None
    except (imaplib.IMAP4.error, OSError) as error:
        raise Unavailable(Reason.NO_ANSWER, _said(error)) from None


def _opened(client: _Client, folder: str) -> int:
    """Opens the folder to read only; its UIDVALIDITY."""
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    answer, said = client.select(quoted, readonly=True)
    if answer != "OK":
        words = said[0].decode("utf-8", "replace") if said and said[0] else folder
        raise Refused(Reason.MISCONFIGURED, f"the folder cannot be opened: {words}")
    _, found = client.response("UIDVALIDITY")
    return int(found[0]) if found and found[0] else 0


def _search(client: _Client, after: int) -> list[int]:
    """``n:*`` always names the last mail, also where its number is lower (RFC 3501 6.4.8)."""
    answer, found = client.uid("SEARCH", f"UID {after + 1}:*")
    if answer != "OK":
        raise Unavailable(Reason.BAD_ANSWER, "the mailbox did not say what is in it")
    return [int(one) for part in found if part for one in part.split()]


def _mail(client: _Client, number: int, octets: int) -> bytes:
    """Without marking it as read. Empty where it was deleted meanwhile."""
    answer, found = client.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{octets}>)")
    if answer != "OK":
        raise Unavailable(Reason.BAD_ANSWER, "the mailbox did not give a mail")
    return next((part[1] for part in found if isinstance(part, tuple)), b"")


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    words = re.sub(r"^b'(.*)'$", r"\1", str(error))
    return without_secrets(words)[:200] or "the connection closed"
