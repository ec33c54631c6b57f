"""Reads a mail as its reader sees it: subject, words, pictures with their descriptions."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser
from typing import cast

from workers.practice.log import Media
from workers.practice.pictures import Pictures


@dataclass(frozen=True)
class Received:
    id: str
    sender: str
    subject: str
    text: str
    html: str
    in_reply_to: str | None
    channel: str
    """The header ``X-Skellat-Channel``: the account that this mail publishes for, or nothing."""
    media: tuple[Media, ...]


def read(content: bytes | str, pictures: Pictures) -> Received:
    raw = content.encode() if isinstance(content, str) else content
    mail = message_from_bytes(raw, policy=policy.default)
    html = _words(mail, "html")
    return Received(
        id=str(mail.get("Message-ID", "")).strip(),
        sender=str(mail.get("From", "")),
        subject=str(mail.get("Subject", "")),
        text=_words(mail, "plain"),
        html=html,
        in_reply_to=str(mail.get("In-Reply-To", "")).strip() or None,
        channel=str(mail.get("X-Skellat-Channel", "")).strip(),
        media=_pictures(mail, html, pictures),
    )


def _words(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    try:
        words = str(part.get_content())
    except LookupError:  # a character set that nobody knows
        words = cast("bytes", part.get_payload(decode=True)).decode("utf-8", "replace")
    return words.replace("\r\n", "\n").removesuffix("\n")


def _pictures(mail: EmailMessage, html: str, pictures: Pictures) -> tuple[Media, ...]:
    described = _Descriptions()
    described.feed(html)
    found = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    return tuple(_picture(part, described.alts, pictures) for part in found)


def _picture(part: MIMEPart, alts: dict[str, str], pictures: Pictures) -> Media:
    alt = alts.get(str(part.get("Content-ID", "")).strip("<> "), "")
    described = alt or str(part.get("Content-Description", ""))
    return pictures.keep(cast("bytes", part.get_payload(decode=True)), described)


class _Descriptions(HTMLParser):
    """The ``alt`` of each picture that the HTML shows, by its Content-ID."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        source = named.get("src") or ""
        if tag == "img" and source.startswith("cid:"):
            self.alts[source.removeprefix("cid:")] = named.get("alt") or ""
