"""Text messages through Twilio, one for each recipient.

Sending is not idempotent there (https://www.twilio.com/docs/api/errors/20500), and there is no
reference of ours to keep: what may have been sent is looked for by number, time and words.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Counting,
    Key,
    Limit,
    Post,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Undelivered,
)
from console.domain.recipient import Addresses
from workers import http
from workers.secrecy import conceal, without_secrets
from workers.twilio_errors import told, why_not_delivered

_CLOCKS_APART = timedelta(minutes=2)
_LONGEST_WAIT = 36_000
"""Seconds a message may wait at Twilio: https://www.twilio.com/docs/api/errors/90007."""
_PAGE = 1000
_PAGES = 5
_PAGES_FOLLOWED = 30
_RECORDED = 500
_TRIAL = "sentfromyourtwiliotrialaccount"
"""What a trial account puts in front of every message, as `_words` reads it."""


class Twilio:
    limit: ClassVar[Limit] = Limit(1600, Counting.SMS)
    repeatable: ClassVar[bool] = False
    addresses: ClassVar[Addresses] = Addresses.PHONE
    follow_every: ClassVar[timedelta] = timedelta(minutes=30)
    """Each time lists all that was sent in three days."""
    keys: ClassVar[Mapping[str, Key]] = {
        "sid": Key(hint="the account’s SID, AC..."),
        "token": Key(secret=True, hint="the account’s auth token, or an API key’s secret"),
        "key": Key(required=False, hint="the API key’s SID, SK..., where the token is its secret"),
        "sender": Key(hint="a number (+44...), a name, or a messaging service’s SID (MG...)"),
        "url": Key(required=False, hint="Twilio’s address; https://api.twilio.com if left out"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "sid": "{world}.{name}",
        "token": "practice-token",
        "sender": "+15005550006",
        "url": "{practice}/twilio",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.sid, self.token = str(settings["sid"]), str(settings["token"])
        self.key, self.sender = str(settings.get("key") or ""), str(settings["sender"])
        self.host = str(settings.get("url") or "https://api.twilio.com").rstrip("/")
        self.account = f"/2010-04-01/Accounts/{self.sid}"
        conceal(self.token)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        return "https://console.twilio.com/us1/monitor/logs/sms"

    def send(self, post: Post) -> Receipt:
        form = {"To": _number(post), "Body": post.text}
        form["MessagingServiceSid" if self._pooled else "From"] = self.sender
        if post.expires_at:
            form["ValidityPeriod"] = str(_seconds_until(post.expires_at))
        with _explained():
            return _receipt(self._call("POST", f"{self.account}/Messages.json", data=form))

    def find(self, post: Post) -> Receipt | None:
        """Among all that went to this number: one in the queue has no DateSent to ask for."""
        with http.before_publishing(), http.understood(), _explained():
            same = [one for one in self._sent_to(_number(post)) if _may_be(one, post)]
            for one in same:
                if one["messaging_service_sid" if self._pooled else "from"] == self.sender:
                    return _receipt(one)
        if same:
            detail = "the same words went to this number from another sender of the account"
            raise Unavailable(Reason.BAD_ANSWER, detail)
        return None

    def undelivered(self, since: datetime) -> Sequence[Undelivered]:
        """Among all that was sent since: Twilio does not list by outcome."""
        day = f"{since - _CLOCKS_APART:%Y-%m-%dT%H:%M:%SZ}"
        wanted = {"DateSent>": day, "PageSize": _PAGE}
        with http.before_publishing(), http.understood(), _explained():
            return [
                Undelivered(str(one["sid"]), *why_not_delivered(one))
                for one in self._listed(wanted, _PAGES_FOLLOWED)
                if one["status"] in ("undelivered", "failed")
            ]

    def check(self) -> Checked:
        """Account and sender; an API key may not read the account, so it shows its messages."""
        with http.before_publishing(), _explained():
            name = self.sid
            if self.key:
                self._call("GET", f"{self.account}/Messages.json", params={"PageSize": 1})
            else:
                found = self._call("GET", f"{self.account}.json")
                name = str(found["friendly_name"])
                _check_account(found)
            if re.fullmatch(r"\+\d{8,15}", self.sender):
                self._check_number()
        return Checked(name=f"{name}, {self.sender}", id=self.sid)

    def _check_number(self) -> None:
        at = f"{self.account}/IncomingPhoneNumbers.json"
        numbers = self._call("GET", at, params={"PhoneNumber": self.sender})
        for one in numbers["incoming_phone_numbers"]:
            if one["phone_number"] == self.sender and one["capabilities"]["sms"]:
                return
        detail = f"{self.sender} is no number of this account that can send text messages"
        raise Refused(Reason.MISCONFIGURED, detail)

    @property
    def _pooled(self) -> bool:
        return self.sender.startswith("MG")

    def _sent_to(self, number: str) -> Iterator[Any]:
        """Every message to this number; `Unavailable` where there are more than a look takes in."""
        yield from self._listed({"To": number, "PageSize": _PAGE}, _PAGES)

    def _listed(self, wanted: Mapping[str, Any], pages: int) -> Iterator[Any]:
        at: str = f"{self.account}/Messages.json"
        params: Mapping[str, Any] | None = wanted
        for _ in range(pages):
            page = self._call("GET", at, params=params)
            yield from page["messages"]
            at, params = str(page["next_page_uri"] or ""), None
            if not at:
                return
            if not at.startswith(f"{self.account}/Messages.json?"):
                break
        raise Unavailable(Reason.BAD_ANSWER, "more messages than a look takes in")

    def _call(self, method: str, path: str, **parts: Any) -> Any:
        signed_in = (self.key or self.sid, self.token)
        with http.understood():
            answer = http.call(method, f"{self.host}{path}", auth=signed_in, **parts).json()
            return answer if isinstance(answer, dict) else {}


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except SendError as error:
        raise told(error) from None


def _check_account(found: Mapping[str, Any]) -> None:
    if found["status"] != "active":
        raise Refused(Reason.FORBIDDEN, f"the account is {found['status']}")
    if found.get("type") == "Trial":
        detail = (
            "a trial account writes to verified numbers only, with words of its own: upgrade it"
        )
        raise Refused(Reason.FORBIDDEN, detail)


def _number(post: Post) -> str:
    number = re.sub(r"[\s()-]", "", post.recipient)
    if not re.fullmatch(r"\+\d{5,15}", number):
        raise Refused(Reason.RECIPIENT, "write the number with + and its country, as +447700900123")
    return number


def _seconds_until(moment: datetime) -> int:
    seconds = int((moment - datetime.now(UTC)).total_seconds())
    return min(max(seconds, 1), _LONGEST_WAIT)


def _receipt(message: Mapping[str, Any]) -> Receipt:
    with http.understood():
        body = without_secrets(str(message["body"]))
        return Receipt(reference=str(message["sid"]), answer=body[:_RECORDED])


def _may_be(one: Mapping[str, Any], post: Post) -> bool:
    made = parsedate_to_datetime(one["date_created"])
    recent = made >= post.created_at - _CLOCKS_APART
    outbound = str(one["direction"]).startswith("outbound")
    return recent and outbound and _same(str(one["body"]), post.text)


def _same(shown: str, text: str) -> bool:
    wanted = _words(text)
    return _words(shown) in (wanted, _TRIAL + wanted)


def _words(text: str) -> str:
    """Letters and digits alone: Twilio may exchange quotes and dashes to save parts."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())
