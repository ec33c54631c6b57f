"""The three ways a sending can fail, and why: as facts; the words for people are elsewhere."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a sending failed, as a fact; the words for people are in ``console/trouble_words.py``."""

    CREDENTIAL = "credential rejected"
    FORBIDDEN = "not permitted"
    CONTENT = "content rejected"
    RECIPIENT = "recipient rejected"
    """There is no such address: on a recipient list it gets nothing more. What may pass (a full
    mailbox, a policy) has another reason."""
    RETURNED = "came back"
    """Taken first and not delivered in the end; the address may exist all the same."""
    UNSUBSCRIBED = "unsubscribed"
    """The network knows that this person wants no more: they answered STOP."""
    RATE = "rate limited"
    UNREACHABLE = "unreachable"
    TLS = "certificate not trusted"
    REDIRECTED = "redirected"
    NO_ANSWER = "no answer"
    SERVER = "server error"
    BAD_ANSWER = "answer not understood"
    MISCONFIGURED = "misconfigured"
    UNEXPECTED = "unexpected error"
    ALTERED = "not as signed"
    """What stands in the database is not what was signed: nothing was sent."""
    OUT_OF_USE = "channel out of use"
    """The channel was parked or retired before the message left."""
    LOST = "worker lost"
    """The worker is known to have stopped in the middle of the call."""
    LAPSED = "lease ran out"
    """The worker was not heard of again; where a clock was set forward, it may be at work still."""
    RESTORED = "database put back"
    """An older copy of the database was put back: it may have been sent after the copy was made."""


class SendError(Exception):
    """A sending that gave no receipt."""

    def __init__(self, reason: Reason, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail[:300]
        """The network's own words, or ours; never a secret."""
        self.status = status
        """The HTTP status or SMTP code, where there was one."""
        self.said: Any = None
        """The network's whole answer where it was JSON: for its own adapter, shown to nobody."""
        self.headers: Mapping[str, str] = {}
        """The answer's headers, likewise."""


class Refused(SendError):
    """Certainly not published, and trying the same again would not help."""


class Unavailable(SendError):
    """Certainly not published; may be tried again, at once or after ``retry_after`` seconds."""

    def __init__(
        self,
        reason: Reason,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, detail, status=status)
        self.retry_after = retry_after


class Uncertain(SendError):
    """The request left and no clear answer came: it may be public."""
