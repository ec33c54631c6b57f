"""What an error of Meta's Graph API means, read from its code and subcode, not from its status.

Its status is mostly 400, whatever happened.
https://developers.facebook.com/docs/graph-api/guides/error-handling
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

import json
from collections.abc import Mapping
from typing import Any

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from workers.answers import retry_after
from workers.secrecy import without_secrets


class Duplicate(Uncertain):
    """Meta says that it has these words already: perhaps from our own earlier try."""


class Gone(Refused):
    """There is no such thing, or this token may not see it: Meta says the same of both."""


_CREDENTIAL = {102, 190}
_FORBIDDEN = {3, 10, 368, *range(200, 300)}
_SERVER = {-2, -1, 1, 2}
"""A post may stand all the same: https://github.com/arsduo/koala/issues/699"""
_RATE = {4, 9, 17, 32, 341, 613, *range(80000, 80015)}
"""https://developers.facebook.com/docs/graph-api/overview/rate-limiting; 9: Instagram's posts of
a day."""
_DUPLICATE = 506
_MISCONFIGURED = {803, 2635}
"""An unknown name; a version that has ended."""

_FORBIDDEN_SUBCODES = {2207050, 2207051}
"""The account is restricted; the act is taken for spam (with code 4, which is else a rate)."""
_NOT_YET = {2207003, 2207008, 2207020, 2207027}
"""Instagram's container is not ready, or is no longer there: certainly nothing was published."""
_UNFETCHED = 2207052
_NO_SUCH = 33

_WHY = {
    458: "the app was removed from the account; connect it again",
    459: "the account's owner has to log in and confirm who they are",
    460: "the password was changed; make a new token",
    463: "the token has expired; make a new one",
    464: "the account's owner has to log in and confirm who they are",
    467: "the token was withdrawn; make a new one",
    492: "the person behind the token has no role on the Page any more",
    2207050: "the account is restricted; log in on the network and see why",
    2207051: "the network takes this for spam; log in there and object",
    _NO_SUCH: "there is no such thing, or this token may not see it",
    _UNFETCHED: "the picture's address could not be fetched from the internet",
}


def meaning(error: SendError) -> SendError:
    """The error that Meta's own words make of this one; itself where they are none of Meta's."""
    fault = error.said.get("error") if isinstance(error.said, dict) else None
    if not isinstance(fault, dict) or not isinstance(fault.get("code"), int):
        return error
    subcode = fault.get("error_subcode")
    subcode = subcode if isinstance(subcode, int) else 0
    told, status = _told(fault, fault["code"], subcode), error.status
    if (found := _by_subcode(fault["code"], subcode, told, status)) is not None:
        return found
    return _by_code(fault["code"], told, error, transient=fault.get("is_transient") is True)


def _by_subcode(code: int, subcode: int, told: str, status: int | None) -> SendError | None:
    if subcode in _FORBIDDEN_SUBCODES:
        return Refused(Reason.FORBIDDEN, told, status=status)
    if subcode in _NOT_YET:
        return Unavailable(Reason.SERVER, told, status=status)
    if subcode == _UNFETCHED:
        return Refused(Reason.MISCONFIGURED, told, status=status)
    if subcode == _NO_SUCH and code == 100:
        return Gone(Reason.MISCONFIGURED, told, status=status)
    return None


def _by_code(code: int, told: str, error: SendError, *, transient: bool) -> SendError:
    status = error.status
    if code in _RATE or status == 429:
        wait = regained(error.headers)
        return Unavailable(Reason.RATE, told, status=status, retry_after=wait)
    if code in _SERVER or transient or (status or 0) >= 500:
        return Uncertain(Reason.SERVER, told, status=status)
    if code == _DUPLICATE:
        return Duplicate(Reason.BAD_ANSWER, told, status=status)
    if code in _CREDENTIAL:
        return Refused(Reason.CREDENTIAL, told, status=status)
    if code in _FORBIDDEN:
        return Refused(Reason.FORBIDDEN, told, status=status)
    if code in _MISCONFIGURED:
        return Refused(Reason.MISCONFIGURED, told, status=status)
    return Refused(Reason.CONTENT, told, status=status)


def _told(fault: Mapping[str, Any], code: int, subcode: int) -> str:
    """Why, in words that a person can act on; then Meta's own, which say it for the reader where
    there is such a text."""
    words = fault.get("error_user_msg") or fault.get("message") or ""
    number = f"{code}/{subcode}" if subcode else str(code)
    why = f"{_WHY[subcode]}: " if subcode in _WHY else ""
    return without_secrets(f"{why}{words} (code {number})")


def regained(headers: Mapping[str, str]) -> float | None:
    """Seconds until Meta takes calls again; None where it does not say. The header
    X-Business-Use-Case-Usage names minutes, for each kind of call of each account."""
    minutes = [0.0]
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", ""))
        for kinds in usage.values():
            minutes += [float(kind["estimated_time_to_regain_access"]) for kind in kinds]
    except (AttributeError, LookupError, TypeError, ValueError):
        pass  # not what the documents show: then only the usual header counts
    return max(minutes) * 60 or retry_after(headers)
