"""The practice Mastodon: the calls of its REST API that publishing, editing and reading back need.

Written after https://docs.joinmastodon.org/methods/statuses/. The bearer token is the account's
name; the token ``bad`` is always refused.
"""

import time
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from workers.practice import mastodon_forms as forms
from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Entry, Log, Media, moment
from workers.practice.multipart import parts
from workers.practice.network import WORDS, on_the_wall
from workers.practice.pictures import Pictures

KEY_SECONDS = 3600
"""Mastodon remembers an Idempotency-Key for an hour."""
MOST_PICTURES = 4
_PROFILE = ("display_name", "note")


class Mastodon:
    name: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures
        self._uploads: dict[str, Media] = {}
        self._profiles: dict[str, dict[str, str]] = {}

    def routes(self) -> list[Route]:
        v1 = "(?:/mastodon)?/api/v1"
        v2 = "(?:/mastodon)?/api/v2"
        return [
            Route("GET", f"{v1}/instance", self.instance),
            Route("GET", f"{v2}/instance", self.instance),
            Route("GET", f"{v1}/apps/verify_credentials", self.app),
            Route("GET", f"{v1}/accounts/verify_credentials", self.me),
            Route("PATCH", f"{v1}/accounts/update_credentials", self.change_me),
            Route("GET", rf"{v1}/accounts/(\d+)/statuses", self.timeline),
            Route("POST", f"{v1}/statuses", self.post, publishes="mastodon"),
            Route("GET", rf"{v1}/statuses/(\d+)", self.status),
            Route("GET", rf"{v1}/statuses/(\d+)/source", self.source),
            Route("PUT", rf"{v1}/statuses/(\d+)", self.edit),
            Route("DELETE", rf"{v1}/statuses/(\d+)", self.delete),
            Route("POST", f"{v2}/media", self.upload),
            Route("GET", rf"{v1}/media/(\d+)", self.upload_state),
            Route("GET", r"/mastodon/@[^/]+/(\d+)", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.bearer

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        headers = {}
        if resets:
            at = resets.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
            headers = {"X_RateLimit_Limit": "300", "X_RateLimit_Remaining": "0"}
            headers["X_RateLimit_Reset"] = at
        return as_json({"error": WORDS[code]}, int(code), **headers)

    def shown_at(self, request: Request, id: str) -> Answer:
        return on_the_wall(self.log, self.name, id)

    def instance(self, request: Request) -> Answer:
        return as_json(forms.instance(request))

    def app(self, request: Request) -> Answer:
        _signed_in(request)
        return as_json({"name": "Practice", "website": None, "scopes": ["read", "write"]})

    def me(self, request: Request) -> Answer:
        name = _signed_in(request)
        return as_json(forms.account(request.base, name, self._profiles.get(name)))

    def change_me(self, request: Request) -> Answer:
        """The name and the bio, until the practice networks end."""
        name, form = _signed_in(request), _form(request)
        profile = self._profiles.setdefault(name, {})
        profile |= {key: str(form[key]) for key in _PROFILE if key in form}
        return self.me(request)

    def post(self, request: Request) -> Answer:
        account, form = _signed_in(request), _form(request)
        key = request.headers.get("Idempotency-Key", "")
        with self.log.lock:
            earlier = self.log.keyed("mastodon", account, key)
            if earlier and _age(earlier) < KEY_SECONDS and not request.ignores_key:
                return self._shown(request, self._found(earlier.id))
            return self._shown(request, self._store(account, key, form))

    def _store(self, account: str, key: str, form: dict[str, Any]) -> Entry:
        parent = form.get("in_reply_to_id") or None
        if parent and not self.log.found("mastodon", parent):
            raise _no(404, "The post you are trying to reply to does not appear to exist.")
        media = self._chosen(form)
        text = _fitting(form, media)
        for one in form.get("media_ids") or []:
            self._uploads.pop(str(one), None)  # a picture hangs on one post only
        return self.log.add(
            "mastodon",
            account,
            text,
            _new_id(len(self.log.entries())),
            in_reply_to=parent,
            key=key,
            media=media,
            kept={
                "language": form.get("language"),
                "visibility": form.get("visibility") or "public",
            },
        )

    def _chosen(self, form: dict[str, Any]) -> list[Media]:
        wanted = list(dict.fromkeys(str(one) for one in form.get("media_ids") or []))
        missing = [one for one in wanted if one not in self._uploads]
        if missing:
            ids = ", ".join(missing)
            raise _no(422, f"Media {ids} not found or already attached to another post")
        if len(wanted) > MOST_PICTURES:
            raise _no(422, "Validation failed: Cannot attach more than 4 files")
        return [self._uploads[one] for one in wanted]

    def timeline(self, request: Request, number: str) -> Answer:
        _signed_in(request)
        entries = [
            entry
            for entry in self.log.entries()
            if entry.network == "mastodon"
            and not entry.deleted
            and forms.account_number(entry.account) == number
            and request.number("since_id", 0) < int(entry.id) < request.number("max_id", 1 << 80)
        ]
        limit = min(request.number("limit", 20), 40)
        return as_json([forms.status(request.base, one) for one in reversed(entries)][:limit])

    def status(self, request: Request, id: str) -> Answer:
        return self._shown(request, self._found(id))

    def source(self, request: Request, id: str) -> Answer:
        entry = self._own(request, id)
        return as_json({"id": id, "text": entry.text, "spoiler_text": ""})

    def edit(self, request: Request, id: str) -> Answer:
        entry, form = self._own(request, id), _form(request)
        media = self._chosen(form) or list(entry.media)
        text = _fitting(form, media)
        return self._shown(request, self.log.change(entry, text=text))

    def delete(self, request: Request, id: str) -> Answer:
        entry = self._own(request, id)
        self.log.change(entry, deleted=True)
        return as_json({**forms.status(request.base, entry), "text": entry.text})

    def upload(self, request: Request) -> Answer:
        _signed_in(request)
        fields = parts(request)
        if not fields.get("file"):
            raise _no(422, "Validation failed: File can't be blank")
        description = fields.get("description", b"").decode("utf-8", "replace")
        media = self.pictures.keep(fields["file"], description)
        if not media.media_type.startswith("image/"):
            raise _no(422, "Validation failed: File content type is not supported")
        id = _new_id(len(self._uploads))
        self._uploads[id] = media
        return as_json(forms.attachment(request.base, id, media))

    def upload_state(self, request: Request, id: str) -> Answer:
        _signed_in(request)
        if id not in self._uploads:
            raise _no(404, "Record not found")
        return as_json(forms.attachment(request.base, id, self._uploads[id]))

    def _shown(self, request: Request, entry: Entry) -> Answer:
        return as_json(forms.status(request.base, entry))

    def _found(self, id: str) -> Entry:
        entry = self.log.found("mastodon", id)
        if entry is None:
            raise _no(404, "Record not found")
        return entry

    def _own(self, request: Request, id: str) -> Entry:
        """Only one's own posts; Mastodon answers 404 for another's."""
        entry, account = self._found(id), _signed_in(request)
        if entry.account != account:
            raise _no(404, "Record not found")
        return entry


def _no(status: int, words: str) -> Rejected:
    return Rejected(as_json({"error": words}, status))


def _signed_in(request: Request) -> str:
    if request.bearer in ("", "bad"):
        raise _no(401, "The access token is invalid")
    return request.bearer


def _form(request: Request) -> dict[str, Any]:
    """The fields, from JSON or a form, where Rails writes lists as ``name[]``."""
    if "json" in request.headers.get("Content-Type", ""):
        try:
            return request.json()
        except ValueError as bad:
            raise _no(400, f"The body is not JSON: {bad}") from bad
    form: dict[str, Any] = {}
    for name, value in parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True):
        if name.endswith("[]"):
            form.setdefault(name[:-2], []).append(value)
        else:
            form[name] = value
    return form


def _fitting(form: dict[str, Any], media: list[Media]) -> str:
    text = form.get("status") or ""
    if not isinstance(text, str) or not (text.strip() or media):
        raise _no(422, "Validation failed: Text can't be blank")
    if forms.length(text) > forms.MOST_CHARACTERS:
        raise _no(
            422, f"Validation failed: Text character limit of {forms.MOST_CHARACTERS} exceeded"
        )
    return text


def _new_id(count: int) -> str:
    """Like Mastodon's: milliseconds, then a sequence, so that later is always greater."""
    return str((time.time_ns() // 1_000_000 << 16) + (count & 0xFFFF))


def _age(entry: Entry) -> float:
    return (datetime.now(UTC) - moment(entry.at)).total_seconds()
