"""A message: its kinds, its states, its exact texts and the digest that is signed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from console.domain.canonical import canonical
from console.domain.incident import Mode


class Kind(StrEnum):
    ALERT = "alert"
    UPDATE = "update"
    CORRECTION = "correction"
    ALL_CLEAR = "all clear"
    CANCEL = "cancel"


class MessageState(StrEnum):
    DRAFT = "draft"
    AWAITING = "awaiting approval"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    EXPIRED = "expired"
    RELEASED = "released"
    STOPPED = "stopped"


class MessageEvent(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SEND_BACK = "send back"
    REJECT = "reject"
    RELEASE = "release"
    EXPIRE = "expire"
    STOP = "stop"


NEXT = {
    (MessageState.DRAFT, MessageEvent.SUBMIT): MessageState.AWAITING,
    (MessageState.DRAFT, MessageEvent.WITHDRAW): MessageState.WITHDRAWN,
    (MessageState.AWAITING, MessageEvent.WITHDRAW): MessageState.WITHDRAWN,
    (MessageState.AWAITING, MessageEvent.SEND_BACK): MessageState.DRAFT,
    (MessageState.AWAITING, MessageEvent.REJECT): MessageState.REJECTED,
    (MessageState.AWAITING, MessageEvent.RELEASE): MessageState.RELEASED,
    (MessageState.AWAITING, MessageEvent.EXPIRE): MessageState.EXPIRED,
    (MessageState.RELEASED, MessageEvent.STOP): MessageState.STOPPED,
}


@dataclass(frozen=True)
class Variant:
    """The exact text, and picture, for one channel in one language."""

    channel: str
    network: str
    account: str
    language: str
    text: str
    subject: str
    picture: str = ""
    """SHA-256 of the picture's bytes, or empty."""
    alt: str = ""
    edited: bool = False
    """True where a person changed this channel's text by hand."""


def revision_digest(
    variants: Iterable[Variant],
    *,
    mode: Mode,
    expires_at: datetime | None,
    publish_at: datetime | None = None,
) -> str:
    """SHA-256, in hex, of all that a sign-off covers. The order of the variants does not matter."""
    signed: dict[str, Any] = {
        "mode": str(mode),
        "expires_at": expires_at.isoformat() if expires_at else None,
        "variants": [
            {
                "account": one.account,
                "alt": one.alt,
                "channel": one.channel,
                "language": one.language,
                "network": one.network,
                "picture": one.picture,
                "subject": one.subject,
                "text": one.text,
            }
            for one in sorted(variants, key=lambda v: (v.channel, v.language))
        ],
    }
    if publish_at:
        # Named only where there is one, so that what was signed before there were any still holds.
        signed["publish_at"] = publish_at.isoformat()
    return hashlib.sha256(canonical(signed)).hexdigest()
