"""What Twilio's error codes mean for a text message, in words that one can act on.

https://www.twilio.com/docs/api/errors has a page for each.
"""

from collections.abc import Mapping
from typing import Any

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from workers.secrecy import without_secrets

_REFUSED = {
    20003: (Reason.CREDENTIAL, "Twilio does not take the token"),
    20005: (Reason.FORBIDDEN, "the account is not active"),
    20404: (Reason.MISCONFIGURED, "there is no such account"),
    21211: (Reason.RECIPIENT, "this is no telephone number"),
    21610: (
        Reason.UNSUBSCRIBED,
        "this person answered STOP and gets nothing until they send START",
    ),
    21612: (Reason.FORBIDDEN, "this number cannot be reached from the sender"),
    21614: (Reason.RECIPIENT, "this number takes no text messages"),
    21408: (Reason.FORBIDDEN, "permit the country in Twilio’s geographic permissions"),
    21608: (Reason.FORBIDDEN, "a trial account writes to verified numbers only"),
    21212: (Reason.MISCONFIGURED, "the sender is not a number"),
    21603: (Reason.MISCONFIGURED, "there is no sender"),
    21606: (Reason.MISCONFIGURED, "the sender is no number of this account that can send texts"),
    21659: (Reason.MISCONFIGURED, "the sender is no number of this account"),
    21660: (Reason.MISCONFIGURED, "the sender belongs to another account"),
    21701: (Reason.MISCONFIGURED, "there is no such messaging service"),
    21703: (Reason.MISCONFIGURED, "the messaging service has no number"),
    21602: (Reason.CONTENT, "there are no words"),
    21617: (Reason.CONTENT, "longer than 1,600 characters"),
    63038: (Reason.RATE, "the account’s daily limit is used up, so not today"),
}
_LATER = {
    20429: "too many calls at once",
    21611: "the sender’s queue at Twilio is full",
}
"""Never taken in, and safe to send again: https://www.twilio.com/docs/api/errors/20429."""


_NOT_DELIVERED = {
    30005: (Reason.RECIPIENT, "the number is not known, or no longer in service"),
    30006: (Reason.RECIPIENT, "the number takes no text messages"),
}


def why_not_delivered(message: Mapping[str, Any]) -> tuple[Reason, str]:
    """What became of a message that was taken; most codes say nothing about its number."""
    code = message["error_code"]
    known = {**{key: _REFUSED[key] for key in (21211, 21610, 21614)}, **_NOT_DELIVERED}
    said = without_secrets(str(message["error_message"] or ""))
    reason, words = known.get(code, (Reason.RETURNED, said or "it could not be delivered"))
    return reason, f"Twilio says: {words} ({code})"


def told(error: SendError) -> SendError:
    """The same error as Twilio's own code says it; unchanged where there is none."""
    if not isinstance(error.said, dict) or not isinstance(error.said.get("code"), int):
        return error
    code = error.said["code"]
    words = without_secrets(f"{error.said.get('message')} ({code})")
    if isinstance(error, Uncertain):
        return Uncertain(error.reason, words, status=error.status)
    if code in _LATER:
        wait = getattr(error, "retry_after", None)
        detail = f"{_LATER[code]}: {words}"
        return Unavailable(Reason.RATE, detail, status=error.status, retry_after=wait)
    if code in _REFUSED:
        reason, meaning = _REFUSED[code]
        return Refused(reason, f"{meaning}: {words}", status=error.status)
    if isinstance(error, Unavailable):
        wait = error.retry_after
        return Unavailable(error.reason, words, status=error.status, retry_after=wait)
    return Refused(error.reason, words, status=error.status)
