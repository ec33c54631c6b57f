"""Submits one e-mail to the mail server under the hard deadline; the channel and the postroom do.

A message counts as handed over only with the server's answer to the final dot (RFC 1047). Until
that dot has left, nothing was sent; after it, silence means uncertain.
"""

import re
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from socket import socket
from ssl import SSLError
from typing import Any

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from workers.addresses import connect
from workers.deadline import deadline, tls_context
from workers.secrecy import conceal, without_secrets

SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        conceal(self.password)
        if self.security not in SECURITY:
            raise Refused(Reason.MISCONFIGURED, f"security is one of {', '.join(SECURITY)}")
        if self.password and self.security == "none":
            raise Refused(Reason.MISCONFIGURED, "a password is not sent without encryption")

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "MailServer":
        """From the settings of a channel; `Refused` where they make no sense."""
        security = str(settings.get("security") or "starttls")
        usual = 465 if security == "tls" else 587
        user, password = str(settings.get("user") or ""), str(settings.get("password") or "")
        port = int(settings.get("port") or usual)
        return cls(str(settings["host"]), port, security, user, password)


def submit(server: MailServer, message: EmailMessage, bounces: str = "") -> str:
    """Hands the message over for its one recipient; gives the server's answer or a `SendError`.

    ``bounces`` is the address that it comes back to where it cannot be delivered later.
    """
    content = wire_form(message)
    sender = message["From"].addresses[0].addr_spec
    recipient = message["To"].addresses[0].addr_spec
    with deadline():
        try:
            return _conversation(server, (bounces, sender), recipient, content)
        except SendError as error:
            error.args = (without_secrets(str(error)),)
            error.detail = without_secrets(error.detail)
            raise


def check(server: MailServer) -> str:
    """Signs in as for a message, and goes."""
    with deadline(), _not_sent(), _connected(server) as client:
        _expect(client.noop(), Reason.SERVER)
        return f"{server.user or 'no sign-in'} on {server.host}"


def _conversation(
    server: MailServer, senders: tuple[str, str], recipient: str, content: bytes
) -> str:
    with _connected(server) as client:
        with _not_sent():
            unheard = _begun(client, *senders)
            answered = client.rcpt(recipient)
            _expect(answered, why_not_to(answered[1]))
            _expect(client.docmd("DATA"), Reason.CONTENT, wanted=354)
            client.send(content)
        try:
            client.send(b".\r\n")
            answer = client.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Uncertain(Reason.NO_ANSWER, _said(error)) from None
        return f"{unheard}{_handed_over(answer)}"


def _begun(client: "_Client", bounces: str, sender: str) -> str:
    """Begins the mail. A server that does not let us send from the address for bounces still gets
    the message, from its sender: that matters more than hearing what becomes of it. Returns what
    has to be said then."""
    answered = client.mail(bounces or sender)
    if not bounces or not 500 <= answered[0] < 600 or answered[0] in _SIGN_IN:
        _expect(answered, Reason.FORBIDDEN)
        return ""
    client.rset()
    _expect(client.mail(sender), Reason.FORBIDDEN)
    said = answered[1].decode("utf-8", "replace")
    return without_secrets(f"bounces will not be heard, {answered[0]} {said}")[:200] + "; "


class _Client(smtplib.SMTP):
    """Its socket comes from our own look-up and keeps the deadline."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        super().__init__(server.host, server.port)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        plain = connect(host, port, public_only=False)
        if self._server.security != "tls":
            return plain
        return tls_context("").wrap_socket(plain, server_hostname=host)


@contextmanager
def _connected(server: MailServer) -> Iterator[_Client]:
    with _not_sent():
        client = _Client(server)
    try:
        with _not_sent():
            client.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                if not client.has_extn("starttls"):
                    raise Refused(Reason.MISCONFIGURED, "the mail server offers no STARTTLS")
                client.starttls(context=tls_context(""))
            if server.user:
                client.login(server.user, server.password)
        yield client
        with suppress(smtplib.SMTPException, OSError):  # the message is accepted; this is manners
            client.putcmd("QUIT")
    finally:
        client.close()


@contextmanager
def _not_sent() -> Iterator[None]:
    """What goes wrong in here goes wrong before the message has left."""
    try:
        yield
    except SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or "no TLS"
        raise Unavailable(Reason.TLS, why) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(Reason.MISCONFIGURED, str(error)) from None
    except smtplib.SMTPResponseException as error:
        reason = Reason.SERVER
        if isinstance(error, smtplib.SMTPAuthenticationError):
            reason = Reason.CREDENTIAL
        _expect((error.smtp_code, error.smtp_error), reason)
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(Reason.NO_ANSWER, _said(error)) from None


def _expect(answer: tuple[int, bytes | str], reason: Reason, *, wanted: int = 250) -> str:
    """The server's words; 4xx is for later, anything else than ``wanted`` a refusal."""
    code, words = answer
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return without_secrets(f"{code} {said}")[:500]
    if 500 <= code < 600:
        raise Refused(Reason.CREDENTIAL if code in _SIGN_IN else reason, said, status=code)
    later = Reason.RATE if said.startswith("4.7.") else Reason.SERVER
    raise Unavailable(later, said, status=code)


def why_not_to(words: bytes) -> Reason:
    """Why a recipient is refused: gone for good, unless the server's own code says something else
    (https://www.rfc-editor.org/rfc/rfc3463): a full mailbox, the server itself, its policy."""
    if words.startswith((b"5.2.2", b"5.2.3", b"5.3.", b"5.4.", b"5.5.")):
        return Reason.SERVER
    return Reason.FORBIDDEN if words.startswith(b"5.7.") else Reason.RECIPIENT


_SIGN_IN = (530, 534, 535, 538)


def _handed_over(answer: tuple[int, bytes]) -> str:
    """The answer to the final dot. 421 and 451 without a policy's 4.7 are the 500 of mail.

    They say that something broke after the server had the message, not that it declined it;
    greylisting and quotas, which decline, answer 450, 452 or 451 4.7.
    """
    code, words = answer
    broke = code in (421, 451) and not words.startswith(b"4.7.")
    if broke or not 200 <= code < 600:
        reason = Reason.SERVER if broke else Reason.BAD_ANSWER
        raise Uncertain(reason, words.decode("utf-8", "replace"), status=code)
    return _expect(answer, Reason.CONTENT)


def _said(error: Exception) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else "the connection closed"


def wire_form(message: EmailMessage) -> bytes:
    """The message as it is sent, with its dots doubled, and proof that no header was smuggled in.

    Python 3.11.7 writes the line break that an encoded word hides into the head of the message
    (CVE-2024-6923), so what was written is read back.
    """
    try:
        written = message.as_bytes(policy=SMTP)
    except MessageError:  # a Python that was mended sees it first
        raise Refused(Reason.CONTENT, "the message's head cannot be written") from None
    names = BytesHeaderParser(policy=SMTP).parsebytes(written).keys()
    if [name.lower() for name in names] != [name.lower() for name in message]:
        raise Refused(Reason.CONTENT, "the message's head holds a hidden line break")
    return re.sub(rb"(?m)^\.", b"..", written.rstrip(b"\r\n") + b"\r\n")
