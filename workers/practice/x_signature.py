"""Judges an OAuth 1.0a signature as X does, written after RFC 5849 and not after what signs it."""

import base64
import hmac
import time
from urllib.parse import quote, unquote

from workers.practice.exchange import Rejected, Request, as_json

CONSUMER = ("practice-consumer-key", "practice-consumer-secret")
TOKEN_SECRET = "practice-token-secret"  # noqa: S105  # nothing is behind it
"""What every account signs with here."""
MOST_SECONDS_APART = 300
_NEEDED = {
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_token",
    "oauth_version",
}


class Signatures:
    """Remembers the nonces, since each may be used once."""

    def __init__(self) -> None:
        self._used: set[tuple[str, str]] = set()

    def checked(self, request: Request) -> str:
        """The account whose signature it is. Raises `Rejected` with 401 for any other."""
        said = _parameters(request)
        once = (said.get("oauth_nonce", ""), said.get("oauth_timestamp", ""))
        right = (
            said.keys() >= _NEEDED
            and said["oauth_consumer_key"] == CONSUMER[0]
            and said["oauth_signature_method"] == "HMAC-SHA1"
            and said["oauth_timestamp"].isdecimal()
            and abs(time.time() - float(said["oauth_timestamp"])) <= MOST_SECONDS_APART
            and once not in self._used
            and hmac.compare_digest(said["oauth_signature"], _signature(request, said))
        )
        if not right or account_of(request) == "bad":
            body = {"title": "Unauthorized", "type": "about:blank", "status": 401}
            raise Rejected(as_json({**body, "detail": "Unauthorized"}, 401))
        self._used.add(once)
        return said["oauth_token"]


def account_of(request: Request) -> str | None:
    return _parameters(request).get("oauth_token")


def _parameters(request: Request) -> dict[str, str]:
    kind, _, rest = request.headers.get("Authorization", "").partition(" ")
    if kind != "OAuth":
        return {}
    pairs = [one.strip().partition("=") for one in rest.split(",")]
    return {name: unquote(value.strip('"')) for name, _, value in pairs}


def _signature(request: Request, said: dict[str, str]) -> str:
    """https://www.rfc-editor.org/rfc/rfc5849#section-3.4: method, address, sorted parameters."""
    signed = {name: value for name, value in said.items() if name != "oauth_signature"}
    named = sorted(
        (_code(name), _code(value)) for name, value in (signed | {**request.query}).items()
    )
    joined = "&".join(f"{name}={value}" for name, value in named)
    base = "&".join(_code(part) for part in (request.method, request.base + request.path, joined))
    key = f"{_code(CONSUMER[1])}&{_code(TOKEN_SECRET)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def _code(text: str) -> str:
    return quote(text, safe="-._~")
