"""The practice Slack: one workspace, one channel, and the bots that post there.

Written after https://docs.slack.dev/reference/methods. A bearer token is a bot's name; ``bad`` is
always refused. Every answer is HTTP 200 with ``ok``, but for "too many". Posting twice makes two.
"""

import re
import threading
import time
from datetime import datetime
from html import unescape
from typing import Any, ClassVar

from workers.practice import slack_forms as forms
from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Entry, Log
from workers.practice.moments import seconds_until
from workers.practice.pictures import Pictures

CHANNEL = "C0PRACTICE"
MOST_CHARACTERS = 40_000
SCOPES = "chat:write,channels:history,channels:read"
_ERRORS = {
    "401": "invalid_auth",
    "403": "not_in_channel",
    "422": "msg_too_long",
    "429": "ratelimited",
    "500": "internal_error",
}


class Slack:
    name: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self._lock = threading.Lock()
        self._last = 0.0

    def routes(self) -> list[Route]:
        api = "/slack/api/"
        return [
            Route("POST", f"{api}chat.postMessage", self.post, publishes="slack"),
            Route("POST", f"{api}chat.update", self.update),
            Route("POST", f"{api}chat.delete", self.delete),
            Route("POST", f"{api}auth.test", self.me),
            Route("GET", f"{api}conversations.info", self.info),
            Route("GET", f"{api}conversations.history", self.history),
            Route("GET", f"{api}conversations.replies", self.replies),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.bearer

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        """Slack refuses with 200; only 429 is a status, and says for how long."""
        headers = {"Retry_After": str(seconds_until(resets))} if resets else {}
        status = 429 if code == "429" else 200
        return as_json({"ok": False, "error": _ERRORS[code]}, status, **headers)

    def post(self, request: Request) -> Answer:
        bot, form = _signed_in(request), _form(request)
        text, key = _fitting(form), _key(form)
        thread = form.get("thread_ts")
        if thread and not self.log.found("slack", thread):
            raise _no("thread_not_found")
        entry = self.log.add(
            "slack",
            bot,
            text,
            self._ts(),
            in_reply_to=thread,
            key=key,
            kept={
                "text": form["text"],
                "metadata": form.get("metadata"),
                "attachments": form.get("attachments", []),
                "broadcast": form.get("reply_broadcast") is True,
            },
        )
        return _yes(channel=CHANNEL, ts=entry.id, message=forms.message(entry))

    def _ts(self) -> str:
        """The time of the message is its name, so no two have the same."""
        with self._lock:
            self._last = max(time.time(), self._last + 0.000_002)
            return f"{self._last:.6f}"

    def update(self, request: Request) -> Answer:
        form = _form(request)
        entry = self._own(request, form)
        kept = {**entry.kept, "text": form["text"]}
        self.log.change(entry, text=_fitting(form), kept=kept)
        return _yes(channel=CHANNEL, ts=entry.id)

    def delete(self, request: Request) -> Answer:
        entry = self._own(request, _form(request))
        self.log.change(entry, deleted=True)
        return _yes(channel=CHANNEL, ts=entry.id)

    def me(self, request: Request) -> Answer:
        bot = _signed_in(request)
        return _yes(team="Northbrae", team_id="T0PRACTICE", user=bot, bot_id=forms.bot_id(bot))

    def info(self, request: Request) -> Answer:
        _signed_in(request)
        _check_channel(request.query.get("channel"))
        return _yes(channel=forms.channel(CHANNEL))

    def history(self, request: Request) -> Answer:
        """The channel, newest first; of the threads only what was broadcast."""
        return self._page(request, [one for one in self._all() if _in_channel(one)][::-1])

    def replies(self, request: Request) -> Answer:
        """A thread, its first message first."""
        thread = request.query.get("ts", "")
        if not self.log.found("slack", thread):
            raise _no("thread_not_found")
        return self._page(
            request, [one for one in self._all() if thread in (one.id, one.in_reply_to)]
        )

    def _all(self) -> list[Entry]:
        return [one for one in self.log.entries() if one.network == "slack" and not one.deleted]

    def _page(self, request: Request, entries: list[Entry]) -> Answer:
        _signed_in(request)
        _check_channel(request.query.get("channel"))
        oldest = float(request.query.get("oldest", "0"))
        limit = min(request.number("limit", 100), 999)
        start = request.number("cursor", 0)
        rest = [one for one in entries if float(one.id) > oldest][start:]
        more = len(rest) > limit
        marked = request.query.get("include_all_metadata") == "true"
        return _yes(
            messages=[forms.message(one, marked=marked) for one in rest[:limit]],
            has_more=more,
            response_metadata={"next_cursor": str(start + limit) if more else ""},
        )

    def _own(self, request: Request, form: dict[str, Any]) -> Entry:
        bot = _signed_in(request)
        _check_channel(form.get("channel"))
        entry = self.log.found("slack", str(form.get("ts")))
        if entry is None:
            raise _no("message_not_found")
        if entry.account != bot:
            raise _no("cant_update_message")
        return entry


def _in_channel(entry: Entry) -> bool:
    return not entry.in_reply_to or bool(entry.kept["broadcast"])


def _yes(**content: Any) -> Answer:
    return as_json({"ok": True, **content}, X_OAuth_Scopes=SCOPES)


def _no(error: str) -> Rejected:
    return Rejected(as_json({"ok": False, "error": error}))


def _signed_in(request: Request) -> str:
    if not request.bearer:
        raise _no("not_authed")
    if request.bearer == "bad":
        raise _no("invalid_auth")
    return request.bearer


def _form(request: Request) -> dict[str, Any]:
    try:
        return request.json()
    except ValueError as bad:
        raise _no("invalid_json") from bad


def _check_channel(channel: object) -> None:
    if channel != CHANNEL:
        raise _no("channel_not_found")


def _fitting(form: dict[str, Any]) -> str:
    """The words as a reader sees them."""
    _check_channel(form.get("channel"))
    text = form.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _no("no_text")
    if len(text) > MOST_CHARACTERS:
        raise _no("msg_too_long")
    for attached in form.get("attachments") or []:
        for block in attached.get("blocks", []):
            if block.get("type") != "image" or not block.get("image_url", "").startswith("http"):
                raise _no("invalid_blocks")
            if not 0 < len(block.get("alt_text", "")) <= 2000:
                raise _no("invalid_blocks")
    return unescape(re.sub(r"<!(\w+)>", r"@\1", text))


def _key(form: dict[str, Any]) -> str:
    metadata = form.get("metadata")
    if metadata is None:
        return ""
    whole = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not whole or not isinstance(metadata["event_payload"], dict):
        raise _no("invalid_metadata_format")
    return str(metadata["event_payload"].get("key", ""))
