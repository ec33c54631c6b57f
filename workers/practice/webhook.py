"""The practice webhook: takes signed messages as https://www.standardwebhooks.com describes them.

A call without ``webhook-id`` is from a sender that does not sign: it is taken too, never recognised
as a repetition.
"""

import base64
import binascii
import secrets
from datetime import datetime
from typing import Any, ClassVar

from standardwebhooks import Webhook as Signed
from standardwebhooks import WebhookVerificationError

from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Log
from workers.practice.moments import seconds_until
from workers.practice.network import WORDS
from workers.practice.pictures import Pictures

SECRET = "whsec_" + base64.b64encode(b"practice-secret-practice-secret!").decode()
"""What the sender of every practice webhook signs with; it protects nothing."""
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Webhook:
    name: ClassVar[str] = "webhook"
    title: ClassVar[str] = "Webhook"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log

    def routes(self) -> list[Route]:
        return [Route("POST", r"/webhook/([^/]+)", self.receive, publishes="webhook")]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.path.rpartition("/")[2]

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        headers = {"Retry_After": str(seconds_until(resets))} if resets else {}
        return as_json({"error": WORDS[code]}, int(code), **headers)

    def receive(self, request: Request, account: str) -> Answer:
        sent = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        if "webhook-id" in sent:
            _check_signature(request.body, sent)
        body, key = _body(request), sent.get("webhook-id", "")
        with self.log.lock:
            if request.ignores_key or not key or not self.log.keyed("webhook", account, key):
                self._store(account, key, body, sent)
        return Answer(204)

    def _store(self, account: str, key: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        self.log.add(
            "webhook",
            account,
            body["text"],
            key or f"unsigned-{secrets.token_hex(8)}",
            in_reply_to=body.get("in_reply_to") or body.get("reply_to") or None,
            key=key,
            kept={"headers": headers, "body": body},
        )


def _check_signature(body: bytes, headers: dict[str, str]) -> None:
    try:
        Signed(SECRET).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError, binascii.Error) as bad:
        raise Rejected(as_json({"error": f"The signature is not right: {bad}"}, 401)) from bad


def _body(request: Request) -> dict[str, Any]:
    """The JSON object with its ``text``; Standard Webhooks puts the fields under ``data``."""
    try:
        body = request.json()
    except ValueError as bad:
        raise Rejected(as_json({"error": f"The body is not JSON: {bad}"}, 400)) from bad
    inner = body.get("data")
    merged = {**body, **inner} if isinstance(inner, dict) else body
    if not isinstance(merged.get("text"), str):
        raise Rejected(as_json({"error": "The body has no text."}, 422))
    return merged
