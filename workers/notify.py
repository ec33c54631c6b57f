"""GOV.UK Notify for its two channels: one key, one template that is nothing but our words.

Calls go through GOV.UK's own client: it takes our session, whose errors are none of the kind that
it turns into "503, no response", so a lost answer reaches us as what it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from console.domain.channel import (
    Checked,
    Post,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Undelivered,
)
from workers import http
from workers.secrecy import conceal, without_secrets

ADDRESS = "https://api.notifications.service.gov.uk"
_KEPT = timedelta(days=3)
"""The shortest time that a service may keep what it sent; later, nobody can say it is not there."""
_PAGES = 20
"""Of 250 failures each, in one round."""
_RECORDED = 500
"""Characters of the final words that go on the record."""


class Service:
    """A key and a template of one kind, ``sms`` or ``email``."""

    def __init__(self, settings: Mapping[str, Any], kind: str) -> None:
        self.kind = kind
        self.url = str(settings.get("url") or ADDRESS).rstrip("/")
        self.key, self.template = str(settings["key"]), str(settings["template"])
        # A key is a name, the service's id and the secret itself, 36 characters each.
        self.id = self.key[-73:-37]
        conceal(self.key, self.key[-36:])
        if len(self.id) != 36 or self.key[-37] != "-":
            raise Refused(Reason.MISCONFIGURED, "the key is not one of GOV.UK Notify")

    def send(self, act: Callable[[Any], Any]) -> Receipt:
        with self._client() as client:
            sent = act(client)
            return _receipt(sent["id"], sent["content"]["body"])

    def find(self, post: Post) -> Receipt | None:
        """By our reference, which is not unique there: two that carry it are two copies."""
        if datetime.now(UTC) - post.created_at > _KEPT:
            raise Unavailable(Reason.BAD_ANSWER, "too long ago: Notify may have forgotten it")
        with http.before_publishing(), self._client() as client:
            answer = client.get_all_notifications(template_type=self.kind, reference=post.key)
            listed = answer["notifications"]
            for one in listed:
                if one["reference"] == post.key:
                    return _receipt(one["id"], one["body"])
        if listed:
            raise Unavailable(Reason.BAD_ANSWER, "the list is not of the reference asked for")
        return None

    def undelivered(self, since: datetime) -> Sequence[Undelivered]:
        """Everything of this kind that failed, newest first; only an e-mail's permanent failure
        says that there is no such address: a number's may be its operator's doing.
        https://docs.notifications.service.gov.uk/rest-api.html#get-message-status"""
        found: list[Undelivered] = []
        with http.before_publishing(), self._client() as client:
            older_than = None
            for _ in range(_PAGES):
                answer = client.get_all_notifications(
                    status="failed", template_type=self.kind, older_than=older_than
                )
                listed = answer["notifications"]
                late = [one for one in listed if _made(one) >= since]
                found += [self._undelivered(one) for one in late]
                if not listed or len(late) < len(listed):
                    break
                older_than = str(listed[-1]["id"])
        return found

    def _undelivered(self, one: Mapping[str, Any]) -> Undelivered:
        status = str(one["status"])
        gone = status == "permanent-failure" and self.kind == "email"
        why = Reason.RECIPIENT if gone else Reason.RETURNED
        return Undelivered(str(one["id"]), why, f"Notify says: {status}")

    def check(self, **wanted: str) -> Checked:
        """Key and template in one. ``wanted`` is what the template's fields have to be."""
        with http.before_publishing(), self._client() as client:
            template = client.get_template(self.template)
            if template["type"] != self.kind:
                raise Refused(
                    Reason.MISCONFIGURED,
                    f"the template is of kind {template['type']}: name another",
                )
            for field, words in wanted.items():
                # Anything beside the placeholder would be sent without a signature.
                if str(template[field]).strip() != words:
                    raise Refused(
                        Reason.MISCONFIGURED, f"the template’s {field} has to be {words} alone"
                    )
            return Checked(name=str(template["name"]), id=self.id)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from notifications_python_client.errors import APIError
        from notifications_python_client.notifications import NotificationsAPIClient

        make: Any = NotificationsAPIClient  # its constructor has no types
        client = make(self.key, self.url)
        client.request_session = http.session()
        with _explained(), http.understood(APIError):
            yield client


def _made(one: Mapping[str, Any]) -> datetime:
    made = datetime.fromisoformat(str(one["created_at"]))
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def number_or_address(post: Post, what: str) -> str:
    if not post.recipient.strip():
        raise Refused(Reason.RECIPIENT, f"the channel’s list of recipients has no {what}")
    return post.recipient.strip()


def _receipt(id: Any, body: Any) -> Receipt:
    """With the words as Notify sends them: it replaces what a text message cannot hold."""
    return Receipt(reference=str(id), answer=str(body)[:_RECORDED])


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except SendError as error:
        told = _told(error)
        raise (told or error) from None


def _told(error: SendError) -> SendError | None:
    """What Notify's own words mean (https://docs.notifications.service.gov.uk/rest-api.html)."""
    try:
        first = error.said["errors"][0]
        name, message = str(first["error"]), str(first["message"])
    except (TypeError, LookupError):
        return None
    said = without_secrets(f"{name}: {message}")
    if error.status == 429 and name == "TooManyRequestsError":
        words = f"the service’s daily limit is used up, so not today: {said}"
        return Refused(Reason.RATE, words, status=429)
    if isinstance(error, Refused):
        reason, advice = _why(error.status, name, message)
        return Refused(reason, f"{advice}: {said}" if advice else said, status=error.status)
    if isinstance(error, Unavailable):
        wait = error.retry_after
        return Unavailable(error.reason, said, status=error.status, retry_after=wait)
    return type(error)(error.reason, said, status=error.status)


def _why(status: int | None, name: str, message: str) -> tuple[Reason, str]:
    if status in (401, 403):
        if "clock" in message:
            return Reason.MISCONFIGURED, "set this machine’s clock (NTP)"
        return Reason.CREDENTIAL, "Notify does not take the key"
    for mark, reason, advice in _MARKS:
        if mark in f"{name} {message}":
            return reason, advice
    return Reason.CONTENT, ""


_MARKS = (
    ("team-only API key", Reason.FORBIDDEN, "the key may only write to the team: make a live key"),
    ("trial mode", Reason.FORBIDDEN, "the service is in trial mode: ask Notify to make it live"),
    ("not allowed to send", Reason.FORBIDDEN, "switch this on in the service’s settings"),
    ("sms_sender_id", Reason.MISCONFIGURED, "there is no such sender"),
    ("email_reply_to_id", Reason.MISCONFIGURED, "there is no such reply-to address"),
    ("NoResultFound", Reason.MISCONFIGURED, "there is no such template"),
    ("emplate", Reason.MISCONFIGURED, "correct the template, or its id"),
    ("Missing personalisation", Reason.MISCONFIGURED, "the template has another placeholder"),
    ("international mobile", Reason.RECIPIENT, "the service sends to British numbers only"),
    ("phone_number", Reason.RECIPIENT, ""),
    ("email_address", Reason.RECIPIENT, ""),
    ("InvalidPhoneError", Reason.RECIPIENT, ""),
    ("InvalidRecipientError", Reason.RECIPIENT, ""),
    ("InvalidEmailError", Reason.RECIPIENT, ""),
    ("Recipient", Reason.RECIPIENT, ""),
)
"""What stands in a refusal, why it is one, and what to do; the first that is met counts."""
