"""How each network says no, in its own words and headers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil

from workers.practice.exchange import Answer, as_json

_WORDS = {
    "401": "The access token is invalid",
    "403": "This action is not allowed",
    "422": "Validation failed: the text was not accepted",
    "429": "Too many requests",
    "500": "Internal server error",
}
_XRPC_NAMES = {
    "401": "AuthenticationRequired",
    "403": "AccountTakedown",
    "422": "InvalidRequest",
    "429": "RateLimitExceeded",
    "500": "InternalServerError",
}
REFUSING = ("401", "403", "422", "429", "500 before storing")
"""The faults that answer instead of storing."""


def refusal(network: str, fault: str, seconds: float) -> Answer:
    """The answer for 401, 403, 422, 429 or 500; ``seconds`` are those until a 429 is over."""
    code = fault[:3]
    return _BY_NETWORK[network](code, _resets(seconds) if code == "429" else None)


def _resets(seconds: float) -> datetime:
    """Whole seconds, never earlier than promised: epochs and HTTP dates have no fractions."""
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).timestamp()
    return datetime.fromtimestamp(ceil(at), UTC)


def _mastodon(code: str, resets: datetime | None) -> Answer:
    headers = {}
    if resets:
        at = resets.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        headers = {"X_RateLimit_Limit": "300", "X_RateLimit_Remaining": "0"}
        headers["X_RateLimit_Reset"] = at
    return as_json({"error": _WORDS[code]}, int(code), **headers)


def _bluesky(code: str, resets: datetime | None) -> Answer:
    headers = {}
    if resets:
        headers = {"ratelimit_limit": "5000", "ratelimit_remaining": "0"}
        headers["ratelimit_reset"] = str(int(resets.timestamp()))
        headers["ratelimit_policy"] = "5000;w=3600"
    return as_json({"error": _XRPC_NAMES[code], "message": _WORDS[code]}, int(code), **headers)


def _webhook(code: str, resets: datetime | None) -> Answer:
    headers = {}
    if resets:
        left = resets - datetime.now(UTC)
        headers["Retry_After"] = str(ceil(left.total_seconds()))
    return as_json({"error": _WORDS[code]}, int(code), **headers)


_BY_NETWORK: dict[str, Callable[[str, datetime | None], Answer]] = {
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "webhook": _webhook,
}
