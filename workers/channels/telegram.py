"""Telegram: a channel's posts, by a bot that is an administrator of it.

A bot cannot read what stands in a channel, and Telegram knows no idempotency key: where no answer
comes, only a person can tell. The bot's token stands in every address, so addresses are secrets.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Counting,
    Key,
    Limit,
    Pace,
    Picture,
    Post,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Uncertain,
)
from console.domain.counting import count
from workers import http
from workers.secrecy import conceal

_CAPTION = Limit(1024, Counting.UTF_16)
_TOKEN = re.compile(r"(?<!\d)\d+:[\w.-]+", re.ASCII)
# A preview shows words of another page as Telegram once read them, and nobody signed those.
_NO_PREVIEW = {"is_disabled": True}
_MAY_NOT_POST = "the bot may not post: make it an administrator with the right to post messages"
# What stands in Telegram's description, and what it means. Its words are no promise: where none is
# found they stand as they are, with the reason of their status.
_MEANINGS: tuple[tuple[str, Reason, str], ...] = (
    ("chat not found", Reason.MISCONFIGURED, "there is no such channel, or the bot is not in it"),
    ("upgraded to a supergroup", Reason.MISCONFIGURED, "this is a group that has another id now"),
    ("not enough rights", Reason.FORBIDDEN, _MAY_NOT_POST),
    ("need administrator rights", Reason.FORBIDDEN, _MAY_NOT_POST),
    ("chat_write_forbidden", Reason.FORBIDDEN, _MAY_NOT_POST),
    ("chat_admin_required", Reason.FORBIDDEN, _MAY_NOT_POST),
    ("can't be deleted", Reason.FORBIDDEN, "Telegram lets a bot delete for 48 hours only"),
)


class Telegram:
    limit: ClassVar[Limit] = Limit(4096, Counting.UTF_16)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    # One a second, and twenty a minute: https://core.telegram.org/bots/faq
    pace: ClassVar[Pace] = Pace(parallel=1, per_minute=20)
    keys: ClassVar[Mapping[str, Key]] = {
        "token": Key(secret=True, hint="the bot's token, from @BotFather"),
        "channel": Key(hint="the channel: @its_name, or its number, which begins with -100"),
        "url": Key(required=False, hint="https://api.telegram.org if left out"),
        "web": Key(required=False, hint="where the public reads posts; https://t.me"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/telegram",
        "web": "{practice}/telegram",
        "token": "1000:{world}.{name}",
        "channel": "@practice",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings.get("url") or "https://api.telegram.org").rstrip("/")
        self.web = _web(settings)
        self.chat = str(settings["channel"])
        self._token = str(settings["token"])
        conceal(self._token, self._token.partition(":")[2])
        if not _TOKEN.fullmatch(self._token):
            raise Refused(Reason.MISCONFIGURED, "the token is not as @BotFather writes one")

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        """The channel's posts on the web, where it has a public name."""
        channel = str(settings.get("channel", ""))
        return f"{_web(settings)}/s/{channel[1:]}" if channel.startswith("@") else ""

    def send(self, post: Post) -> Receipt:
        """One post with every word. A caption is a quarter as long as a message: a picture whose
        text does not fit below it is left out, since the words are what was signed to be read."""
        form: dict[str, Any] = {"chat_id": self.chat}
        if post.reply_to:
            # Where the earlier post is gone, the update still has to be out.
            reply = {"message_id": int(post.reply_to), "allow_sending_without_reply": True}
            form["reply_parameters"] = reply
        if post.picture and count(post.text, _CAPTION).fits:
            message = self._photo(form | {"caption": post.text}, post.picture)
        else:
            text = {"text": post.text, "link_preview_options": _NO_PREVIEW}
            message = self._call("sendMessage", json=form | text)
        left_out = post.picture and "caption" not in message
        with http.understood():
            number, name = str(message["message_id"]), message["chat"].get("username", "")
            return Receipt(
                reference=number,
                url=f"{self.web}/{name}/{number}" if name else "",
                answer="without its picture: the text is too long for a caption"
                if left_out
                else "",
            )

    def check(self) -> Checked:
        with http.before_publishing(), http.understood():
            bot = self._call("getMe", json={})
            chat = self._call("getChat", json={"chat_id": self.chat})
            if chat["type"] != "channel":
                detail = f"{self.chat} is not a channel but a {chat['type']}"
                raise Refused(Reason.MISCONFIGURED, detail)
            who = {"chat_id": self.chat, "user_id": bot["id"]}
            member = self._call("getChatMember", json=who)
            if member["status"] != "administrator" or member.get("can_post_messages") is not True:
                raise Refused(Reason.FORBIDDEN, _MAY_NOT_POST)
            # A picture's own address would hold the token; its unchanging name tells a change too.
            photo = chat.get("photo", {}).get("big_file_unique_id", "")
            return Checked(
                name=f"@{chat['username']}" if chat.get("username") else str(chat["title"]),
                id=str(chat["id"]),
                profile={
                    "name": str(chat["title"]),
                    "bio": str(chat.get("description", "")),
                    "avatar": str(photo),
                },
                followers=int(self._call("getChatMemberCount", json={"chat_id": self.chat})),
            )

    def edit(self, reference: str, post: Post) -> Receipt:
        which = {"chat_id": self.chat, "message_id": int(reference)}
        text = {"text": post.text, "link_preview_options": _NO_PREVIEW}
        try:
            try:
                self._call("editMessageText", json=which | text)
            except Refused as refused:
                if "no text in the message" not in refused.detail:
                    raise
                self._call("editMessageCaption", json=which | {"caption": post.text})
        except Refused as refused:
            if "message is not modified" not in refused.detail:
                raise
        name = self.chat[1:] if self.chat.startswith("@") else ""
        return Receipt(reference=reference, url=f"{self.web}/{name}/{reference}" if name else "")

    def remove(self, reference: str) -> None:
        try:
            which = {"chat_id": self.chat, "message_id": int(reference)}
            self._call("deleteMessage", json=which)
        except Refused as refused:
            if "message to delete not found" not in refused.detail:
                raise

    def _photo(self, form: dict[str, Any], picture: Picture) -> Any:
        """A form can hold no objects, so they are JSON inside it."""
        fields = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in form.items()
        }
        file = (f"picture.{picture.media_type.rpartition('/')[2]}", picture.content)
        return self._call("sendPhoto", data=fields, files={"photo": (*file, picture.media_type)})

    def _call(self, method: str, **parts: Any) -> Any:
        try:
            answer = http.post(f"{self.url}/bot{self._token}/{method}", **parts)
        except (Refused, Unavailable) as error:
            raise _explained(error) from None
        with http.understood():
            said = answer.json()
            if said["ok"] is not True:
                raise Uncertain(Reason.BAD_ANSWER, "Telegram said neither yes nor no")
            return said["result"]


def _explained(error: SendError) -> SendError:
    """The same refusal in words for a duty officer; Telegram's own where it says something new."""
    said = error.said if isinstance(error.said, dict) else {}
    if error.status == 429:
        wait = (said.get("parameters") or {}).get("retry_after")
        named = float(wait) if isinstance(wait, int | float) else None
        before = getattr(error, "retry_after", None)
        return Unavailable(Reason.RATE, error.detail, status=429, retry_after=named or before)
    for words, reason, detail in _MEANINGS:
        if words in error.detail.lower():
            return Refused(reason, detail, status=error.status)
    if error.status in (401, 404):
        detail = "Telegram knows no bot with this token: ask @BotFather for the right one"
        return Refused(Reason.CREDENTIAL, detail, status=error.status)
    return error


def _web(settings: Mapping[str, Any]) -> str:
    return str(settings.get("web") or "https://t.me").rstrip("/")
