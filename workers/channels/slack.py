"""Slack: a bot posts to one channel, with our key in the message's metadata to find it by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Key,
    Limit,
    Pace,
    Picture,
    Post,
    Published,
    Reason,
    Receipt,
    Refused,
    Unavailable,
    Uncertain,
)
from workers import http
from workers.secrecy import conceal
from workers.slack_errors import error_of

_LONGEST = 40_000
"""Characters after which Slack cuts a text off, without a word."""
_LONGEST_ALT = 2000
_EVENT = "skellat_delivery"
_CLOCKS_APART = timedelta(minutes=2)
_PAGE = 200
_PAGES = 10


class Slack:
    limit: ClassVar[Limit] = Limit(_LONGEST)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    # https://docs.slack.dev/apis/web-api/rate-limits: one message a second and channel.
    pace: ClassVar[Pace] = Pace(parallel=1, per_minute=60)
    keys: ClassVar[Mapping[str, Key]] = {
        "token": Key(secret=True, hint="the bot’s token, xoxb-..., with chat:write"),
        "channel": Key(hint="the channel’s id, C..., from its details in Slack"),
        "url": Key(required=False, hint="Slack’s address; https://slack.com if left out"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "token": "{world}.{name}",
        "channel": "C0PRACTICE",
        "url": "{practice}/slack",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings.get("url") or "https://slack.com").rstrip("/")
        self.token, self.channel = str(settings["token"]), str(settings["channel"])
        conceal(self.token)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        return f"https://slack.com/app_redirect?channel={settings.get('channel', '')}"

    def send(self, post: Post) -> Receipt:
        message = self._message(post)
        if post.reply_to:
            # A reply stands in its thread alone, unless it is broadcast.
            message |= {"thread_ts": _thread(post), "reply_broadcast": True}
        sent, _ = self._call("POST", "chat.postMessage", json=message)
        with http.understood():
            return _receipt(str(sent["ts"]), post)

    def find(self, post: Post) -> Receipt | None:
        """By our key, among all since the release in the channel, or in the thread."""
        with http.before_publishing(), http.understood():
            unmarked = False
            for one in self._since(post.created_at - _CLOCKS_APART, _thread(post)):
                marked = one.get("metadata") or {}
                if (marked.get("event_payload") or {}).get("key") == post.key:
                    return _receipt(one["ts"], post)
                unmarked |= not marked and _words(_plain(one["text"])) == _words(post.text)
        if unmarked:
            detail = "the same words stand there, without Skellat’s mark"
            raise Unavailable(Reason.BAD_ANSWER, detail)
        return None

    def check(self) -> Checked:
        """The scopes to publish and to find, and that the bot is in the channel."""
        with http.before_publishing(), http.understood():
            found, scopes = self._call("POST", "auth.test")
            asked = {"channel": self.channel, "include_num_members": "true"}
            channel = self._call("GET", "conversations.info", params=asked)[0]["channel"]
            history = "groups:history" if channel["is_private"] else "channels:history"
            for needed in ("chat:write", history):
                if needed not in scopes:
                    raise Refused(Reason.FORBIDDEN, f"the app needs the scope {needed}: add it")
            if channel["is_archived"]:
                raise Refused(Reason.FORBIDDEN, "the channel is archived")
            if not channel["is_member"]:
                raise Refused(Reason.FORBIDDEN, "invite the app to the channel")
            return Checked(
                name=f"#{channel['name']} ({found['team']})",
                id=f"{found['team_id']}/{channel['id']}",
                profile={"name": channel["name"], "bio": channel["purpose"]["value"]},
                followers=channel.get("num_members"),
            )

    def recent(self, since: datetime) -> Sequence[Published]:
        """What the bot has said; the channel may be other people's as well."""
        with http.before_publishing(), http.understood():
            bot = self._call("POST", "auth.test")[0]["bot_id"]
            page = self._history("conversations.history", since, {})
            return [
                Published(reference=one["ts"], text=_plain(one["text"]), at=_moment(one["ts"]))
                for one in page["messages"]
                if one.get("bot_id") == bot
            ]

    def edit(self, reference: str, post: Post) -> Receipt:
        ts = reference.partition("|")[0]
        self._call("POST", "chat.update", json={**self._message(post), "ts": ts})
        return Receipt(reference=reference)

    def remove(self, reference: str) -> None:
        message = {"channel": self.channel, "ts": reference.partition("|")[0]}
        try:
            self._call("POST", "chat.delete", json=message)
        except Refused as error:
            if error.detail != "message_not_found":
                raise

    def _message(self, post: Post) -> dict[str, Any]:
        text = _escaped(post.text)
        if len(text) > _LONGEST:
            raise Refused(Reason.CONTENT, "too long: Slack counts each & < > as four or five")
        return {
            "channel": self.channel,
            "text": text,
            "mrkdwn": False,  # the signed words, not what Slack makes of * and _
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": _EVENT, "event_payload": {"key": post.key}},
            **_shown(post.picture),
        }

    def _since(self, moment: datetime, thread: str) -> Iterator[Any]:
        """Everything since, page by page; `Unavailable` where that is more than a look takes in."""
        where = {"ts": thread} if thread else {}
        method = "conversations.replies" if thread else "conversations.history"
        for _ in range(_PAGES):
            page = self._history(method, moment, where)
            yield from page["messages"]
            if not page["has_more"]:
                return
            where = where | {"cursor": page["response_metadata"]["next_cursor"]}
        raise Unavailable(Reason.BAD_ANSWER, "more messages since than a look takes in")

    def _history(self, method: str, since: datetime, where: Mapping[str, str]) -> Any:
        asked = {"channel": self.channel, "oldest": f"{since.timestamp():.6f}", "limit": _PAGE}
        more = {"include_all_metadata": "true", **where}
        return self._call("GET", method, params=asked | more)[0]

    def _call(self, verb: str, method: str, **parts: Any) -> tuple[Any, set[str]]:
        """The answer, and what the token may do."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = http.call(verb, f"{self.url}/api/{method}", headers=headers, **parts)
        content = answer.json()
        if not isinstance(content, dict) or not isinstance(content.get("ok"), bool):
            raise Uncertain(Reason.BAD_ANSWER, "not an answer of Slack", status=answer.status)
        if not content["ok"]:
            raise error_of(content, answer.status)
        scopes = answer.headers.get("X-OAuth-Scopes", "")
        return content, {scope.strip() for scope in scopes.split(",")}


def _receipt(ts: str, post: Post) -> Receipt:
    """A reply is named with its thread, which a reply to it has to name too."""
    thread = _thread(post)
    return Receipt(reference=f"{ts}|{thread}" if thread else ts)


def _thread(post: Post) -> str:
    return post.reply_to.rpartition("|")[2]


def _shown(picture: Picture | None) -> dict[str, Any]:
    """Slack fetches it: a picture without a public address is left out."""
    if not picture or not picture.url:
        return {}
    alt = picture.alt[:_LONGEST_ALT]
    block = {"type": "image", "image_url": picture.url, "alt_text": alt}
    return {"attachments": [{"fallback": alt, "blocks": [block]}]}


def _escaped(text: str) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text#escaping; `<!channel>` calls all."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(shown: str) -> str:
    """As a reader sees it: Slack puts links between < and >."""
    return unescape(re.sub(r"<(https?://[^<>|]*|mailto:[^<>|]*)(\|[^<>]*)?>", r"\1", shown))


def _words(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
