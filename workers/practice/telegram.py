"""The practice Telegram: the methods of the Bot API that a channel's bot needs.

Written after https://core.telegram.org/bots/api. The account is what follows the colon in the
token; the one channel is @practice. What comes after the last dot of a name is a quirk of the
account: ``not-in``, ``may-not-post``, ``group`` or ``old``.
"""

import json
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from console.domain.channel import Counting, Limit
from console.domain.counting import count
from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Entry, Log, Media
from workers.practice.moments import seconds_until
from workers.practice.multipart import parts
from workers.practice.network import WORDS, on_the_wall
from workers.practice.pictures import Pictures

TEXT = Limit(4096, Counting.UTF_16)
CAPTION = Limit(1024, Counting.UTF_16)
MOST_PICTURE_OCTETS = 10_000_000
CHANNEL = ("@practice", "-1001000")


class Telegram:
    name: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures

    def routes(self) -> list[Route]:
        publishing = {"sendMessage": self.send_text, "sendPhoto": self.send_photo}
        others = {
            "getMe": self.me,
            "getChat": self.chat,
            "getChatMember": self.member,
            "getChatMemberCount": self.members,
            "editMessageText": self.edit_text,
            "editMessageCaption": self.edit_caption,
            "deleteMessage": self.delete,
        }
        at = "/telegram/bot([^/]+)/"
        return [
            *[
                Route("POST", at + name, act, publishes="telegram")
                for name, act in publishing.items()
            ],
            *[Route("POST", at + name, act) for name, act in others.items()],
            Route("GET", r"/telegram/practice/(\d+)", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.path.rpartition("/")[0].rpartition(":")[2]

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        if not resets:
            return _said_no(int(code), WORDS[code])
        wait = seconds_until(resets)
        return _said_no(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})

    def shown_at(self, request: Request, id: str) -> Answer:
        return on_the_wall(self.log, self.name, id)

    def me(self, request: Request, token: str) -> Answer:
        account = _bot(token)
        return _yes({"id": 1000, "is_bot": True, "first_name": account, "username": account})

    def chat(self, request: Request, token: str) -> Answer:
        account, _ = _in_channel(request, token)
        kind = "supergroup" if _quirk(account) == "group" else "channel"
        photo = {"big_file_id": "AQAD", "big_file_unique_id": "AQADpractice"}
        known = {"description": "Nothing here is public.", "photo": photo}
        return _yes({**_chat(account), "type": kind, **known})

    def member(self, request: Request, token: str) -> Answer:
        account, form = _in_channel(request, token)
        if str(form.get("user_id")) != "1000":
            raise _no(400, "Bad Request: PARTICIPANT_ID_INVALID")
        may = _quirk(account) != "may-not-post"
        return _yes({"status": "administrator", "user": {"id": 1000}, "can_post_messages": may})

    def members(self, request: Request, token: str) -> Answer:
        _in_channel(request, token)
        return _yes(512)

    def send_text(self, request: Request, token: str) -> Answer:
        account, form = _may_post(request, token)
        return self._store(account, form, _fitting(form.get("text"), TEXT), ())

    def send_photo(self, request: Request, token: str) -> Answer:
        account, form = _may_post(request, token)
        photo = self.pictures.keep(parts(request).get("photo", b""))
        if not photo.media_type.startswith("image/") or photo.bytes > MOST_PICTURE_OCTETS:
            raise _no(400, "Bad Request: IMAGE_PROCESS_FAILED")
        return self._store(account, form, _fitting(form.get("caption"), CAPTION), (photo,))

    def _store(
        self, account: str, form: dict[str, Any], text: str, media: tuple[Media, ...]
    ) -> Answer:
        with self.log.lock:
            parent = self._parent(form)
            number = sum(one.network == self.name for one in self.log.entries()) + 1
            entry = self.log.add(
                self.name, account, text, str(number), in_reply_to=parent, media=media
            )
        return _yes(_message(entry))

    def _parent(self, form: dict[str, Any]) -> str | None:
        """Telegram replies to what is there; a post that is gone is an error, or is let go."""
        wanted = _object(form.get("reply_parameters"))
        number = wanted.get("message_id")
        if number is None or self.log.found(self.name, str(number)):
            return None if number is None else str(number)
        if wanted.get("allow_sending_without_reply") is True:
            return None
        raise _no(400, "Bad Request: message to be replied not found")

    def edit_text(self, request: Request, token: str) -> Answer:
        entry, form = self._own(request, token, "edit")
        if entry.media:
            raise _no(400, "Bad Request: there is no text in the message to edit")
        return self._edit(entry, _fitting(form.get("text"), TEXT))

    def edit_caption(self, request: Request, token: str) -> Answer:
        entry, form = self._own(request, token, "edit")
        return self._edit(entry, _fitting(form.get("caption"), CAPTION))

    def _edit(self, entry: Entry, text: str) -> Answer:
        if text == entry.text:
            raise _no(400, "Bad Request: message is not modified")
        return _yes(_message(self.log.change(entry, text=text)))

    def delete(self, request: Request, token: str) -> Answer:
        entry, _ = self._own(request, token, "delete")
        if _quirk(entry.account) == "old":
            raise _no(400, "Bad Request: message can't be deleted for everyone")
        self.log.change(entry, deleted=True)
        return _yes(True)

    def _own(self, request: Request, token: str, act: str) -> tuple[Entry, dict[str, Any]]:
        account, form = _may_post(request, token)
        entry = self.log.found(self.name, str(form.get("message_id")))
        if entry is None or entry.account != account:
            raise _no(400, f"Bad Request: message to {act} not found")
        return entry, form


def _yes(result: Any) -> Answer:
    return as_json({"ok": True, "result": result})


def _said_no(status: int, words: str, parameters: dict[str, Any] | None = None) -> Answer:
    said: dict[str, Any] = {"ok": False, "error_code": status, "description": words}
    return as_json(said | ({"parameters": parameters} if parameters else {}), status)


def _no(status: int, words: str) -> Rejected:
    return Rejected(_said_no(status, words))


def _quirk(account: str) -> str:
    return account.rpartition(".")[2]


def _bot(token: str) -> str:
    number, _, account = token.partition(":")
    if not number.isdecimal() or not account:
        raise _no(404, "Not Found")
    if account == "bad":
        raise _no(401, "Unauthorized")
    return account


def _in_channel(request: Request, token: str) -> tuple[str, dict[str, Any]]:
    """The bot's account and what it asks for; JSON, a form, or a form with files."""
    account, form = _bot(token), _form(request)
    if str(form.get("chat_id")) not in CHANNEL:
        raise _no(400, "Bad Request: chat not found")
    if _quirk(account) == "not-in":
        raise _no(403, "Forbidden: bot is not a member of the channel chat")
    return account, form


def _may_post(request: Request, token: str) -> tuple[str, dict[str, Any]]:
    account, form = _in_channel(request, token)
    if _quirk(account) == "may-not-post":
        raise _no(400, "Bad Request: need administrator rights in the channel chat")
    return account, form


def _form(request: Request) -> dict[str, Any]:
    kind = request.headers.get_content_type()
    try:
        if kind == "application/json":
            return request.json()
        if kind == "multipart/form-data":
            fields = {name: value for name, value in parts(request).items() if name != "photo"}
            return {name: value.decode() for name, value in fields.items()}
        return dict(parse_qsl(request.body.decode()))
    except ValueError as bad:
        raise _no(400, f"Bad Request: can't parse the request: {bad}") from bad


def _object(written: Any) -> dict[str, Any]:
    try:
        value = json.loads(written) if isinstance(written, str) else written or {}
    except ValueError as bad:
        raise _no(400, "Bad Request: can't parse reply parameters JSON object") from bad
    return value if isinstance(value, dict) else {}


def _fitting(text: Any, limit: Limit) -> str:
    """Telegram cuts the spaces off both ends."""
    what = "message caption" if limit is CAPTION else "message"
    if not isinstance(text, str) or not text.strip():
        raise _no(400, f"Bad Request: {what} text is empty")
    if not count(text.strip(), limit).fits:
        raise _no(400, f"Bad Request: {what} is too long")
    return text.strip()


def _chat(account: str) -> dict[str, Any]:
    return {"id": int(CHANNEL[1]), "title": account, "username": CHANNEL[0][1:], "type": "channel"}


def _message(entry: Entry) -> dict[str, Any]:
    at = int(datetime.fromisoformat(entry.at).timestamp())
    made = {"message_id": int(entry.id), "date": at, "chat": _chat(entry.account)}
    return made | ({"caption": entry.text} if entry.media else {"text": entry.text})
