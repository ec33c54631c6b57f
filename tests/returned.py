"""Mails that came back, in the forms that mail servers give them."""

from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from console.actions.desk import Desk
from console.bounce_settings import Bounces

PATTERN = "bounces+*@northbrae.example"
WORDS = "550 5.1.1 <{}>: Recipient address rejected: User unknown"


def report(to: str, *blocks: dict[str, str], original: bytes = b"Subject: Snow\n\n.") -> bytes:
    """A delivery status report (RFC 3464) with one block for each recipient."""
    mail = MIMEMultipart("report", **{"report-type": "delivery-status"})
    mail["From"], mail["To"] = "Mail Delivery System <MAILER-DAEMON@mx.example>", to
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Auto-Submitted"] = "auto-replied"
    mail.attach(MIMEText("It could not be delivered."))
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    parts = []
    for fields in ({"Reporting-MTA": "dns; mx.example"}, *blocks):
        part = Message()
        for name, value in fields.items():
            part[name] = value
        parts.append(part)
    status.set_payload(parts)
    mail.attach(status)
    mail.attach(MIMEMessage(message_from_bytes(original)))
    return mail.as_bytes()


def failed(recipient: str, status: str = "5.1.1", words: str = "") -> dict[str, str]:
    return {
        "Original-Recipient": f"rfc822; {recipient}",
        "Final-Recipient": f"rfc822; {recipient}",
        "Action": "failed",
        "Status": status,
        "Diagnostic-Code": f"smtp; {words or WORDS.format(recipient)}",
    }


def hearing(desk: Desk, **mailbox: object) -> Desk:
    """The desk of a council that hears of what comes back."""
    found = Bounces.model_validate({"address": PATTERN, **mailbox})
    mail = desk.settings.mail.model_copy(update={"bounces": found})
    return replace(desk, settings=replace(desk.settings, mail=mail))
