"""The practice X: the calls of API v2 that publishing, reading back and deleting need.

Written after https://docs.x.com/x-api/posts/create-post and its neighbours. The access token is the
account's name; `x_signature` judges every request, and says whose it is. What comes after the last
dot of a name is a quirk of the account:
``read-only``, ``protected``, ``unpaid``, ``month-over`` or ``day-over``.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from workers.practice import x_forms as forms
from workers.practice.exchange import Answer, Request, Route, as_json
from workers.practice.log import Entry, Log, Media, moment
from workers.practice.moments import after
from workers.practice.multipart import parts
from workers.practice.network import on_the_wall
from workers.practice.pictures import Pictures
from workers.practice.x_signature import Signatures, account_of

MOST_PICTURE_OCTETS = 5_242_880
MOST_ALT = 1000


class X:
    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures
        self._signatures = Signatures()
        self._uploads: dict[str, tuple[str, Media]] = {}

    def routes(self) -> list[Route]:
        calls: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", "users/me", self.me),
            ("GET", r"users/(\d+)/tweets", self.timeline),
            ("DELETE", r"tweets/(\d+)", self.delete),
            ("POST", "media/upload", self.upload),
            ("POST", "media/metadata", self.describe),
        ]
        return [
            Route("POST", "/x/2/tweets", self.post, publishes="x"),
            *[Route(method, f"/x/2/{path}", act) for method, path, act in calls],
            Route("GET", r"/x/i/status/(\d+)", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return account_of(request)

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        return forms.refusal(code, resets)

    def shown_at(self, request: Request, id: str) -> Answer:
        return on_the_wall(self.log, self.name, id)

    def me(self, request: Request) -> Answer:
        account = self._signatures.checked(request)
        level = "read" if _quirk(account) == "read-only" else "read-write"
        return as_json({"data": forms.user(request, account)}, x_access_level=level)

    def post(self, request: Request) -> Answer:
        account = self._may_write(request)
        form = forms.tweet_form(request)
        with self.log.lock:
            return forms.created(request, self._store(account, form))

    def _store(self, account: str, form: dict[str, Any]) -> Entry:
        text = forms.fitting(str(form.get("text", "")))
        parent = form.get("reply", {}).get("in_reply_to_tweet_id")
        if parent and not self.log.found(self.name, parent):
            raise forms.problem(
                403, "You attempted to reply to a Tweet that is deleted or not visible to you."
            )
        media = [self._uploaded(account, id) for id in form.get("media", {}).get("media_ids", [])]
        if any(one.text == text for one in self._standing(account)):
            raise forms.problem(
                403, "You are not allowed to create a Tweet with duplicate content."
            )
        id = str((time.time_ns() // 1_000_000 << 22) + (len(self.log.entries()) & 0x3FFFFF))
        return self.log.add(self.name, account, text, id, in_reply_to=parent, media=media)

    def _uploaded(self, account: str, id: str) -> Media:
        owner, media = self._uploads.get(id, ("", None))
        if media is None or owner != account:
            raise forms.problem(400, "Your media IDs are invalid.")
        return media

    def _standing(self, account: str) -> list[Entry]:
        return [
            one
            for one in self.log.entries()
            if (one.network, one.account, one.deleted) == (self.name, account, False)
        ]

    def timeline(self, request: Request, number: str) -> Answer:
        account = self._signatures.checked(request)
        if number != forms.number(account):
            raise forms.problem(404, "Could not find user with id.")
        begins = datetime.fromisoformat(request.query.get("start_time", "2010-11-06T00:00:00Z"))
        entries = [one for one in self._standing(account) if moment(one.at) >= begins][::-1]
        return forms.page(request, entries)

    def delete(self, request: Request, id: str) -> Answer:
        account = self._may_write(request)
        entry = self.log.found(self.name, id)
        if entry is None:
            raise forms.problem(404, f"Could not find tweet with id: [{id}].")
        if entry.account != account:
            raise forms.problem(403, "You are not authorized to delete this Tweet.")
        self.log.change(entry, deleted=True)
        return as_json({"data": {"deleted": True}})

    def upload(self, request: Request) -> Answer:
        account, fields = self._may_write(request), parts(request)
        if fields.get("media_category") != b"tweet_image" or not fields.get("media_type"):
            raise forms.problem(400, "media_category and media_type are needed.")
        media = self.pictures.keep(fields.get("media", b""))
        if media.media_type.encode() != fields["media_type"] or media.bytes > MOST_PICTURE_OCTETS:
            raise forms.problem(400, "The media could not be processed.")
        id = str(time.time_ns())
        self._uploads[id] = (account, media)
        return as_json({"data": {"id": id, "media_key": f"3_{id}", "expires_after_secs": 86400}})

    def describe(self, request: Request) -> Answer:
        account, form = self._may_write(request), forms.json_of(request)
        media = self._uploaded(account, str(form.get("id")))
        alt = form.get("metadata", {}).get("alt_text", {}).get("text", "")
        if not 0 < len(alt) <= MOST_ALT:
            raise forms.problem(400, f"alt_text has to have 1 to {MOST_ALT} characters.")
        described = Media(media.sha256, alt, media.media_type, media.bytes)
        self._uploads[form["id"]] = (account, described)
        return as_json({"data": {"id": form["id"]}})

    def _may_write(self, request: Request) -> str:
        account = self._signatures.checked(request)
        quirk = _quirk(account)
        if quirk == "read-only":
            raise forms.read_only()
        if quirk == "unpaid":
            raise forms.problem(402, "Your enrolled account has no credits.", "CreditsDepleted")
        if quirk == "month-over":
            raise forms.problem(429, "Usage cap exceeded: Monthly", "UsageCapExceeded")
        if quirk == "day-over":
            raise forms.day_over(after(3600), datetime.now(UTC))
        return account


def _quirk(account: str) -> str:
    return account.rpartition(".")[2]
