"""The practice Facebook: a Page's feed and photos.

Written after https://developers.facebook.com/docs/pages-api/posts and
https://developers.facebook.com/docs/graph-api/reference/page/photos; for tokens see
`workers.practice.graph`.
"""

import re
import time
from datetime import datetime
from typing import Any, ClassVar

from workers.practice import graph
from workers.practice.exchange import Answer, Request, Route, as_json
from workers.practice.log import Entry, Log, Media
from workers.practice.multipart import parts
from workers.practice.network import on_the_wall
from workers.practice.pictures import Pictures

MOST_CHARACTERS = 63_206
MOST_OCTETS = 4_000_000
_SCOPES = ("pages_show_list", "pages_read_engagement")
_TAKEN = ("image/jpeg", "image/png", "image/gif")


class Facebook:
    name: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Facebook"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures

    def routes(self) -> list[Route]:
        root, post = r"/facebook/v\d\d\.0", r"([^/]+_\d+)"
        return [
            Route("GET", f"{root}/me", self.me),
            Route("GET", f"{root}/debug_token", self.token),
            Route("POST", f"{root}/([^/]+)/feed", self.publish, publishes="facebook"),
            Route("POST", f"{root}/([^/]+)/photos", self.photo, publishes="facebook"),
            Route("GET", f"{root}/([^/]+)/feed", self.feed),
            Route("POST", f"{root}/{post}", self.edit),
            Route("DELETE", f"{root}/{post}", self.delete),
            Route("GET", f"/facebook/{post}", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return graph.whose(request)

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        return graph.refusal(code, resets)

    def shown_at(self, request: Request, id: str) -> Answer:
        return on_the_wall(self.log, self.name, id)

    def me(self, request: Request) -> Answer:
        token = graph.signed_in(request)
        person = token.kind == "person"
        wanted = set(request.query.get("fields", "id,name").split(","))
        if person and wanted - {"id", "name"}:
            raise graph.no("(#100) Tried accessing nonexisting field on node type (User)", 100)
        told = {
            "id": "1" if person else token.account,
            "name": "A person" if person else token.account,
            "about": "Practice only",
            "followers_count": 0,
            "picture": {"data": {"url": f"{request.base}/avatar.png"}},
        }
        names = {one.partition("{")[0] for one in wanted}
        return as_json({name: told[name] for name in told if name in names | {"id"}})

    def token(self, request: Request) -> Answer:
        return graph.inspected(request, _SCOPES, ["pages_manage_posts"])

    def publish(self, request: Request, page: str) -> Answer:
        _on_own_page(request, page)
        fields = graph.form(request)
        text, link = fields.get("message", ""), fields.get("link", "")
        if not text and not link:
            raise graph.no("(#100) Missing message or attachment", 100)
        if link and not re.match(r"https?://[^/]", link):
            raise graph.no("(#100) link URL is not properly formatted", 100, 1609005)
        earlier = re.search(r"/facebook/([^/]+_\d+)$", link)
        replied = self.log.found("facebook", earlier[1]) if earlier else None
        if earlier and replied is None:
            raise graph.no("(#100) The link leads to nothing", 100, 1609005)
        return as_json({"id": self._stored(page, text, replied).id})

    def photo(self, request: Request, page: str) -> Answer:
        _on_own_page(request, page)
        fields, content = graph.form(request), parts(request).get("source", b"")
        if not content:
            raise graph.no("(#324) Requires upload file", 324)
        media = self.pictures.keep(content, fields.get("alt_text_custom", ""))
        if len(content) > MOST_OCTETS or media.media_type not in _TAKEN:
            raise graph.no("Photos should be smaller than 4 MB and saved as JPG or PNG", 1366046)
        entry = self._stored(page, fields.get("caption", ""), None, media)
        return as_json({"id": entry.id.rpartition("_")[2], "post_id": entry.id})

    def _stored(self, page: str, text: str, replied: Entry | None, *media: Media) -> Entry:
        _check_length(text)
        with self.log.lock:
            own = self._of(page)
            if own and own[-1].text == text:
                raise graph.no("(#506) Duplicate status message", 506)
            id = f"{page}_{time.time_ns()}"
            to = replied.id if replied else None
            return self.log.add("facebook", page, text, id, in_reply_to=to, media=media)

    def _of(self, page: str) -> list[Entry]:
        return [
            one
            for one in self.log.entries()
            if one.network == "facebook" and one.account == page and not one.deleted
        ]

    def feed(self, request: Request, page: str) -> Answer:
        _on_own_page(request, page, publishing=False)
        return graph.listed(request, self._of(page), _shown)

    def edit(self, request: Request, id: str) -> Answer:
        entry = self._own(request, id)
        text = graph.form(request).get("message", "")
        _check_length(text)
        self.log.change(entry, text=text)
        return as_json({"success": True})

    def delete(self, request: Request, id: str) -> Answer:
        self.log.change(self._own(request, id), deleted=True)
        return as_json({"success": True})

    def _own(self, request: Request, id: str) -> Entry:
        token, entry = graph.signed_in(request), self.log.found("facebook", id)
        if entry is None or entry.account != token.account or not token.may_publish:
            told = f"Unsupported request. Object with ID '{id}' does not exist, cannot be loaded"
            raise graph.no(f"{told} due to missing permissions", 100, 33)
        return entry


def _on_own_page(request: Request, page: str, *, publishing: bool = True) -> None:
    token = graph.signed_in(request)
    if token.account != page:
        told = f"Object with ID '{page}' does not exist, cannot be loaded"
        raise graph.no(f"{told} due to missing permissions", 100, 33)
    if publishing and (not token.may_publish or token.kind == "person"):
        raise graph.no("(#200) Requires pages_manage_posts permission", 200, status=403)


def _check_length(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise graph.no(f"(#100) The message is longer than {MOST_CHARACTERS} characters", 100)


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "message": entry.text,
        "created_time": graph.stamp(entry.at),
        "from": {"id": entry.account, "name": entry.account},
    }
