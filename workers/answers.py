"""Reads what a network said with its refusal: its own words, and when to come back."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")
_EPOCH = 1_000_000_000
"""A larger number is a time since 1970, a smaller one a number of seconds from now."""
_OF_X = "x-rate-limit-reset"
_DAYS = ("x-app-limit-24hour", "x-user-limit-24hour")
"""https://docs.x.com/x-api/fundamentals/rate-limits"""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the network wants the next try; None where it does not say.

    Retry-After is seconds or a date (RFC 9110); Mastodon names a time in X-RateLimit-Reset,
    Bluesky seconds since 1970 in ratelimit-reset, X in x-rate-limit-reset, or in the reset of a
    day's allowance where nothing of that is left. Measured from the network's own clock.
    """
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    spent = [f"{day}-reset" for day in _DAYS if headers.get(f"{day}-remaining", "").strip() == "0"]
    for name in (*spent, "Retry-After", "X-RateLimit-Reset", "ratelimit-reset", _OF_X):
        value = headers.get(name, "").strip()
        if _NUMBER.fullmatch(value):
            seconds = float(value)
            return max(seconds - now.timestamp(), 0.0) if seconds > _EPOCH else seconds
        if moment := _moment(value):
            return max((moment - now).total_seconds(), 0.0)
    return None


def _moment(text: str) -> datetime | None:
    """An HTTP date or an ISO 8601 time; None for anything else."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def words(response: requests.Response) -> str:
    """The network's own words in an error, never a whole page."""
    if 300 <= response.status_code < 400:
        host = urlsplit(response.headers.get("Location", "")).hostname
        return f"towards {host}" if host else "without an address"
    answer = said(response)
    if isinstance(answer, dict):
        names = ("error", "message", "error_description", "detail", "description")
        parts = [answer[name] for name in names if isinstance(answer.get(name), str)]
        if parts:
            return ": ".join(parts)
    return str(response.reason or "")


def said(response: requests.Response) -> Any:
    """The answer's JSON; None where it is none."""
    try:
        return response.json()
    except ValueError:
        return None
