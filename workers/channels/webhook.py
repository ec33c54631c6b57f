"""Signed webhook: tells another system, which can prove that it was us (Standard Webhooks 1.0)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from console.domain.channel import Checked, Key, Limit, Post, Reason, Receipt, Refused
from workers import http
from workers.secrecy import conceal


class Webhook:
    limit: ClassVar[Limit] = Limit()
    replies: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    """The receiver is to ignore a ``webhook-id`` that it has seen, says the standard."""
    keys: ClassVar[Mapping[str, Key]] = {
        "url": Key(secret=True, hint="https://, where the other system listens"),
        "secret": Key(secret=True, hint="whsec_ and the base64 that the other system knows"),
        "private_network": Key(
            required=False, kind=bool, hint="true where the other system is on your own network"
        ),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/webhook/{world}.{name}",
        "secret": "whsec_cHJhY3RpY2Utc2VjcmV0LXByYWN0aWNlLXNlY3JldCE=",
        "private_network": "true",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        from standardwebhooks import Webhook as Signer

        self.url = str(settings["url"])
        self.public_only = str(settings.get("private_network", "false")).lower() != "true"
        conceal(str(settings["secret"]))
        try:
            self.signer = Signer(str(settings["secret"]))
        except (ValueError, RuntimeError):
            raise Refused(Reason.MISCONFIGURED, "the secret is not whsec_ and base64") from None

    def send(self, post: Post) -> Receipt:
        body = json.dumps(_event(post), ensure_ascii=False)
        now = datetime.now(UTC)  # receivers refuse a signature that is five minutes old
        answer = http.post(
            self.url,
            public_only=self.public_only,
            data=body.encode(),
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": post.key,
                "webhook-id": post.key,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": self.signer.sign(post.key, now, body),
            },
        )
        return Receipt(reference=post.key, answer=str(answer.status))

    def check(self) -> Checked:
        return Checked(name=http.reach(self.url, public_only=self.public_only))


def _event(post: Post) -> dict[str, object]:
    picture = post.picture
    return {
        "type": "message.published",
        "id": post.key,
        "incident": post.incident,
        "kind": post.kind,
        "exercise": post.exercise,
        "subject": post.subject,
        "text": post.text,
        "language": post.language,
        "link": post.link,
        "created_at": post.created_at.isoformat(),
        "expires_at": post.expires_at.isoformat() if post.expires_at else None,
        "reply_to": post.reply_to or None,
        "picture": {"alt": picture.alt, "media_type": picture.media_type} if picture else None,
    }
