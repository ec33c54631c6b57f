"""E-mail to one recipient per delivery: text and simple HTML, the picture inside it."""

import re
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Any, ClassVar

from console.domain.channel import Checked, Key, Limit, Pace, Post, Reason, Receipt, Refused
from console.domain.recipient import Addresses
from workers import smtp, unsubscribing

_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")


class Smtp:
    limit: ClassVar[Limit] = Limit()
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    addresses: ClassVar[Addresses] = Addresses.EMAIL
    bounces: ClassVar[bool] = True
    # What Exchange Online takes from one mailbox; it also wants 30 a minute at most, which
    # `per_minute` is for: https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
    pace: ClassVar[Pace] = Pace(parallel=3)
    keys: ClassVar[Mapping[str, Key]] = {
        "host": Key(hint="the mail server that takes the council's mail"),
        "port": Key(required=False, kind=int, hint="587, or 465 with security = tls"),
        "security": Key(required=False, hint="starttls (the default), tls or none"),
        "user": Key(required=False, hint="the account on the mail server"),
        "password": Key(required=False, secret=True, hint="its password"),
        "sender": Key(hint="the address that the mail comes from"),
        "sender_name": Key(required=False, hint="the name beside it, such as Northbrae Council"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "host": "{practice_host}",
        "port": "{smtp_port}",
        "security": "none",
        "sender": "alerts@northbrae.example",
        "sender_name": "Northbrae Council",
        "account": "{world}.{name}",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.server = smtp.MailServer.of(settings)
        self.sender = _address(
            str(settings["sender"]), str(settings.get("sender_name") or ""), Reason.MISCONFIGURED
        )
        self.account = str(settings.get("account") or "")

    def send(self, post: Post) -> Receipt:
        message = self.message(post)
        answer = smtp.submit(self.server, message, _one_line(post.bounces))
        return Receipt(reference=str(message["Message-ID"]), answer=answer)

    def check(self) -> Checked:
        return Checked(name=smtp.check(self.server))

    def message(self, post: Post) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = _address(post.recipient, "", Reason.RECIPIENT)
        message["Subject"] = _one_line(post.subject)
        message["Message-ID"] = f"<{_one_line(post.key)}@{self.sender.domain}>"
        message["Date"] = post.created_at
        message["Auto-Submitted"] = "auto-generated"
        if self.account:
            message["X-Skellat-Channel"] = _one_line(self.account)
        for name, value in unsubscribing.headers(post).items():
            message[name] = _one_line(value)
        if post.reply_to:
            message["In-Reply-To"] = message["References"] = _one_line(post.reply_to)
        _fill(message, post)
        # Last: filling moves the headers about content into the parts.
        message["Content-Language"] = _one_line(post.language)
        return message


def _address(text: str, name: str, reason: Reason) -> Address:
    try:
        address = Address(_one_line(name), addr_spec=_one_line(text))
    except (ValueError, IndexError, HeaderParseError, Refused):
        raise Refused(reason, "not an e-mail address") from None
    if not address.username or not address.domain or not text.isascii():
        raise Refused(reason, "not an e-mail address")
    return address


def _one_line(text: str) -> str:
    """A header's value: without line breaks, and without encoded words that could hide one."""
    if "=?" in text or not "".join(text.split(" ")).isprintable():
        raise Refused(Reason.CONTENT, "a headline holds characters that no header may have")
    return text


def _fill(message: EmailMessage, post: Post) -> None:
    picture = post.picture
    message.set_content(unsubscribing.signed_and_line(post) + "\n", cte="quoted-printable")
    image = f'<p><img src="cid:picture" alt="{escape(picture.alt)}"></p>' if picture else ""
    message.add_alternative(_html(post, image), subtype="html", cte="quoted-printable")
    if picture:
        kind, _, subkind = picture.media_type.partition("/")
        page = message.get_body(("html",))
        assert isinstance(page, EmailMessage)
        page.add_related(
            picture.content,
            kind,
            subkind,
            cid="<picture>",
            filename=f"picture.{subkind}",
            # Mail readers without HTML show this beside the picture.
            headers=[f"Content-Description: {' '.join(picture.alt.split())}"],
        )


def _html(post: Post, image: str) -> str:
    linked = _LINK.sub(
        lambda found: f'<a href="{found[0]}">{found[0]}</a>',
        escape(unsubscribing.signed_and_line(post)),
    )
    paragraphs = re.split(r"\n\s*\n", linked.strip())
    body = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{escape(post.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(post.subject)}</title></head><body>{body}{image}</body></html>\n"
    )
