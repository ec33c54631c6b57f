"""The practice GOV.UK Notify: text messages and e-mail, after its published API and its source.

Written after https://docs.notifications.service.gov.uk/rest-api.html. The one key is `KEY`; a
template's id begins with its kind, ``sms.`` or ``email.``, and is the account. A template is its
placeholders alone. References need not be unique, as at Notify.
"""

import re
import time
import uuid
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

import jwt

from workers.practice import notify_forms as forms
from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Log
from workers.practice.pictures import Pictures
from workers.practice.sms_words import final, units

SERVICE = "00000000-0000-4000-8000-00000000000a"
SIGNED_WITH = "00000000-0000-4000-8000-00000000000b"
KEY = f"practice-{SERVICE}-{SIGNED_WITH}"
"""What every practice channel signs with; it protects nothing."""
CLOCK_SECONDS = 30
MOST_CHARACTERS = 918
MOST_OCTETS = 2_000_000
MOST_REFERENCE = 1000
_ERRORS = {
    "401": ("AuthError", "Unauthorized: authentication token must be provided"),
    "403": ("AuthError", "Invalid token: API key not found"),
    "422": ("BadRequestError", "Your message is too long. "),
    "429": (
        "RateLimitError",
        "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds",
    ),
    "500": ("Exception", "Internal server error"),
}
_NUMBER = re.compile(r"(\+|00)?[\d ()-]+")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class _Notify(ABC):
    """What the two have in common; ``kind`` is Notify's word for the channel."""

    name: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[str]
    recipient: ClassVar[str]
    sender: ClassVar[str]

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log

    def routes(self) -> list[Route]:
        path = f"/v2/notifications/{self.kind}"
        return [Route("POST", path, self.send, publishes=self.name)]

    @staticmethod
    def account(request: Request) -> str | None:
        """All accounts are one service: the template, in the body, tells them apart."""
        return SERVICE

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        """Notify knows no 422, and never says when a limit is over."""
        return _error(400 if code == "422" else int(code), *_ERRORS[code])

    def send(self, request: Request) -> Answer:
        _signed_in(request)
        known = {self.recipient, self.sender, "template_id", "personalisation", "reference"}
        if self.kind == "email":
            known.add("one_click_unsubscribe_url")
        form = _form(request, known)
        to, template = str(form.get(self.recipient) or ""), str(form.get("template_id") or "")
        values = form.get("personalisation") or {}
        reference = form.get("reference") or ""
        self._check(to, template, values, reference)
        if sender := form.get(self.sender):
            words = f"{self.sender} {sender} does not exist in database for service id {SERVICE}"
            raise _no(400, "BadRequestError", words)
        body = final(str(values["message"])) if self.kind == "sms" else str(values["message"])
        subject = str(values.get("subject", ""))
        entry = self.log.add(
            self.name,
            template,
            body,
            str(uuid.uuid4()),
            key=reference,
            kept={"kind": self.kind, "to": to, "subject": subject},
        )
        return as_json(forms.sent(request, entry), 201)

    def _check(self, to: str, template: str, values: Any, reference: Any) -> None:
        self._check_recipient(to)
        if template.partition(".")[0] not in ("sms", "email"):
            raise _no(400, "BadRequestError", "Template not found")
        if not template.startswith(f"{self.kind}."):
            kind = template.partition(".")[0]
            words = f"{kind} template is not suitable for {self.kind} notification"
            raise _no(400, "BadRequestError", words)
        if not isinstance(reference, str) or len(reference) > MOST_REFERENCE:
            raise _no(400, "ValidationError", "reference is too long")
        missing = [one for one in _placeholders(self.kind) if not values.get(one)]
        if missing:
            words = f"Missing personalisation: {', '.join(missing)}"
            raise _no(400, "BadRequestError", words)
        self._check_length(str(values["message"]))

    @abstractmethod
    def _check_recipient(self, to: str) -> None: ...

    @abstractmethod
    def _check_length(self, words: str) -> None: ...


class NotifySms(_Notify):
    """Carries the calls that both have as well: the list, and the templates."""

    name = "notify-sms"
    title = "GOV.UK Notify text messages"
    kind = "sms"
    recipient = "phone_number"
    sender = "sms_sender_id"

    def routes(self) -> list[Route]:
        return [
            *super().routes(),
            Route("GET", "/v2/notifications", self.listed),
            Route("GET", "/v2/template/([^/]+)", self.template),
        ]

    def listed(self, request: Request) -> Answer:
        """All of the service's, newest first; a reference, a kind and ``status=failed`` narrow it
        down, and ``older_than`` names the last that was seen."""
        _signed_in(request)
        kind, reference = request.query.get("template_type"), request.query.get("reference")
        failed, past = request.query.get("status") == "failed", request.query.get("older_than")
        found = [
            forms.listed(entry)
            for entry in reversed(self.log.entries())
            if entry.network in ("notify-sms", "notify-email")
            and kind in (None, entry.kept["kind"])
            and reference in (None, entry.key)
            and not (failed and forms.status(entry) == "delivered")
        ]
        places = [place for place, one in enumerate(found) if one["id"] == past]
        found = found[places[0] + 1 :] if places else found
        return as_json({"notifications": found[:250], "links": {"current": request.path}})

    def template(self, request: Request, id: str) -> Answer:
        _signed_in(request)
        kind, dot, name = id.partition(".")
        if kind not in ("sms", "email") or not dot:
            raise _no(404, "NoResultFound", "No result found")
        return as_json(forms.template(id, kind, name))

    def _check_recipient(self, to: str) -> None:
        if not _NUMBER.fullmatch(to):
            words = "phone_number Must not contain letters or symbols"
            raise _no(400, "ValidationError", words)
        if len(re.sub(r"\D", "", to)) < 10:
            raise _no(400, "ValidationError", "phone_number Not enough digits")

    def _check_length(self, words: str) -> None:
        if units(final(words)) > MOST_CHARACTERS:
            said = (
                f"Your message is too long. Text messages cannot be longer than {MOST_CHARACTERS}"
            )
            raise _no(400, "BadRequestError", said)


class NotifyEmail(_Notify):
    name = "notify-email"
    title = "GOV.UK Notify e-mail"
    kind = "email"
    recipient = "email_address"
    sender = "email_reply_to_id"

    def _check_recipient(self, to: str) -> None:
        if not _ADDRESS.fullmatch(to):
            raise _no(400, "ValidationError", "email_address Not a valid email address")

    def _check_length(self, words: str) -> None:
        if len(words.encode()) > MOST_OCTETS:
            said = f"Your message is too long. Emails cannot be longer than {MOST_OCTETS} bytes."
            raise _no(400, "BadRequestError", said)


def _placeholders(kind: str) -> list[str]:
    return ["message"] if kind == "sms" else ["message", "subject"]


def _error(status: int, name: str, message: str) -> Answer:
    return as_json({"status_code": status, "errors": [{"error": name, "message": message}]}, status)


def _no(status: int, name: str, message: str) -> Rejected:
    return Rejected(_error(status, name, message))


def _signed_in(request: Request) -> None:
    if not request.bearer:
        raise _no(401, *_ERRORS["401"])
    try:
        claims = jwt.decode(
            request.bearer, SIGNED_WITH, algorithms=["HS256"], options={"verify_iat": False}
        )
        issuer, issued = claims["iss"], int(claims["iat"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as bad:
        raise _no(403, *_ERRORS["403"]) from bad
    if issuer != SERVICE:
        raise _no(403, "AuthError", "Invalid token: service not found")
    if abs(time.time() - issued) > CLOCK_SECONDS:
        words = "Error: Your system clock must be accurate to within 30 seconds"
        raise _no(403, "AuthError", words)


def _form(request: Request, known: set[str]) -> dict[str, Any]:
    try:
        form = request.json()
    except ValueError as bad:
        raise _no(400, "BadRequestError", "Invalid JSON supplied in POST data") from bad
    if unexpected := set(form) - known:
        words = f"Additional properties are not allowed ({', '.join(sorted(unexpected))})"
        raise _no(400, "ValidationError", words)
    return form
