"""The practice Twilio: messages, their list, the account and its numbers.

Written after https://www.twilio.com/docs/messaging/api/message-resource, with the magic numbers of
https://www.twilio.com/docs/iam/test-credentials. The account's SID is any name; the token ``bad``
is always refused. Sending twice makes two.
"""

import base64
import re
import secrets
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Entry, Log, moment
from workers.practice.pictures import Pictures

SENDER = "+15005550006"
MOST_CHARACTERS = 1600
_ERRORS = {
    "401": (401, 20003, "Authenticate"),
    "403": (403, 20005, "Account not active"),
    "422": (400, 21617, "The concatenated message body exceeds the 1600 character limit"),
    "429": (429, 20429, "Too Many Requests"),
    "500": (500, 20500, "Internal Server Error"),
}
_NOT_TO = {
    "+15005550001": (21211, "Invalid 'To' Phone Number: +15005550001"),
    "+15005550002": (21612, "The 'To' phone number is not currently reachable"),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}
_NOT_FROM = {
    "+15005550001": (21212, "The 'From' number is not a valid phone number"),
    "+15005550008": (21611, "The 'From' number has exceeded the maximum number of queued messages"),
}
_LATER = {"+447700900005": 30005, "+447700900008": 30008, "+447700900010": 21610}
"""Taken, and not delivered in the end: the code that its message carries then."""
_KNOWN = {"To", "From", "MessagingServiceSid", "Body", "ValidityPeriod"}


class Twilio:
    name: ClassVar[str] = "twilio"
    title: ClassVar[str] = "Twilio text messages"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log

    def routes(self) -> list[Route]:
        account = "/twilio(/2010-04-01/Accounts/([^/]+)"
        return [
            Route("POST", f"{account}/Messages.json)", self.send, publishes="twilio"),
            Route("GET", f"{account}/Messages.json)", self.listed),
            Route("GET", f"{account}/IncomingPhoneNumbers.json)", self.numbers),
            Route("GET", rf"{account}\.json)", self.shown),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        found = re.search(r"/Accounts/([^/]+)/", request.path)
        return found[1] if found else None

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        """Twilio does not say when a limit is over."""
        return _error(*_ERRORS[code])

    def send(self, request: Request, path: str, account: str) -> Answer:
        _signed_in(request, account)
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        _check(form)
        entry = self.log.add(
            "twilio",
            account,
            form["Body"],
            f"SM{secrets.token_hex(16)}",
            kept={name: form.get(name) for name in ("To", "From", "MessagingServiceSid")},
        )
        return as_json(_message(entry), 201)

    def listed(self, request: Request, path: str, account: str) -> Answer:
        _signed_in(request, account)
        size, page = request.number("PageSize", 50), request.number("Page", 0)
        since = moment(request.query.get("DateSent>", "1970-01-01T00:00:00Z"))
        found = [
            _message(entry)
            for entry in reversed(self.log.entries())
            if entry.network == "twilio"
            and entry.account == account
            and request.query.get("To") in (None, entry.kept["To"])
            and request.query.get("From") in (None, entry.kept["From"])
            and moment(entry.at) >= since
        ]
        rest = found[page * size :]
        query = urlencode({**request.query, "Page": page + 1})
        more = f"{path}?{query}" if len(rest) > size else None
        return as_json({"messages": rest[:size], "next_page_uri": more})

    def numbers(self, request: Request, path: str, account: str) -> Answer:
        _signed_in(request, account)
        wanted = request.query.get("PhoneNumber", SENDER)
        number = {"phone_number": SENDER, "capabilities": {"sms": True, "voice": False}}
        return as_json({"incoming_phone_numbers": [number] if wanted == SENDER else []})

    def shown(self, request: Request, path: str, account: str) -> Answer:
        """The account itself, which an API key may not read."""
        if _signed_in(request, account).startswith("SK"):
            raise _no(*_ERRORS["401"])
        return as_json(
            {"sid": account, "friendly_name": account, "status": "active", "type": "Full"}
        )


def _check(form: dict[str, str]) -> None:
    to, sender = form.get("To", ""), form.get("From", "")
    if unknown := set(form) - _KNOWN:
        raise _no(400, 20001, f"Unknown parameters: {', '.join(sorted(unknown))}")
    if to in _NOT_TO:
        raise _no(400, *_NOT_TO[to])
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        raise _no(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if sender in _NOT_FROM:
        raise _no(400, *_NOT_FROM[sender])
    if not sender and not form.get("MessagingServiceSid"):
        raise _no(400, 21603, "A 'From' phone number is required")
    if sender and sender != SENDER:
        raise _no(400, 21606, f"The 'From' phone number {sender} is not a valid, SMS-capable one")
    if not form.get("Body"):
        raise _no(400, 21602, "Message body is required")
    if len(form["Body"]) > MOST_CHARACTERS:
        raise _no(*_ERRORS["422"])
    wait = form.get("ValidityPeriod", "1")
    if not wait.isdecimal() or not 1 <= int(wait) <= 36_000:
        raise _no(400, 90007, "Invalid validity period value")


def _message(entry: Entry) -> dict[str, Any]:
    at = format_datetime(moment(entry.at))
    return {
        "sid": entry.id,
        "account_sid": entry.account,
        "to": entry.kept["To"],
        "from": entry.kept["From"],
        "messaging_service_sid": entry.kept["MessagingServiceSid"],
        "body": entry.text,
        "direction": "outbound-api",
        "status": "undelivered" if entry.kept["To"] in _LATER else "queued",
        "num_segments": "1",
        "date_created": at,
        "date_updated": at,
        "date_sent": None,
        "error_code": _LATER.get(str(entry.kept["To"])),
        "error_message": None,
    }


def _error(status: int, code: int, message: str) -> Answer:
    info = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": info, "status": status}
    return as_json(body, status)


def _no(status: int, code: int, message: str) -> Rejected:
    return Rejected(_error(status, code, message))


def _signed_in(request: Request, account: str) -> str:
    """The name that signed in: the account's own SID, or an API key's."""
    kind, _, written = request.headers.get("Authorization", "").partition(" ")
    try:
        name, _, token = base64.b64decode(written).decode().partition(":")
    except ValueError:
        name, token = "", ""
    known = name == account or name.startswith("SK")
    if kind.lower() != "basic" or not known or token in ("", "bad"):
        raise _no(*_ERRORS["401"])
    return name
