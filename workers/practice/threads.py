"""The practice Threads: containers, posts, replies, quotas.

Written after https://developers.facebook.com/documentation/threads/posts and
https://developers.facebook.com/documentation/threads/retrieve-and-manage-replies; for tokens see
`workers.practice.graph`.
"""

from datetime import datetime
from typing import Any, ClassVar

import regex

from workers.practice import graph
from workers.practice.exchange import Answer, Request, Route, as_json
from workers.practice.graph_containers import Containers, fetched
from workers.practice.log import Entry, Log
from workers.practice.network import on_the_wall
from workers.practice.pictures import Pictures

MOST_CHARACTERS = 500
MOST_POSTS, MOST_REPLIES = 250, 1000
"""In a day."""
_SCOPES = ("threads_basic", "threads_read_replies")
_PUBLISHING = ("threads_content_publish", "threads_manage_replies", "threads_delete")
_PICTORIAL = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}]")


class Threads:
    name: ClassVar[str] = "threads"
    title: ClassVar[str] = "Threads"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures
        self.containers = Containers(self.name, log)

    def routes(self) -> list[Route]:
        root = r"/threads/v1\.0"
        return [
            Route("GET", f"{root}/me", self.me),
            Route("GET", f"{root}/debug_token", self.token),
            Route("GET", f"{root}/me/threads_publishing_limit", self.quota),
            Route("GET", f"{root}/me/threads", self.posts),
            Route("GET", f"{root}/me/replies", self.replies),
            Route("POST", f"{root}/me/threads", self.prepare),
            Route("POST", f"{root}/me/threads_publish", self.publish, publishes="threads"),
            Route("GET", rf"{root}/(\d+)", self.one),
            Route("DELETE", rf"{root}/(\d+)", self.delete),
            Route("GET", r"/threads/@[^/]+/post/(\d+)", self.shown_at),
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
        account = graph.signed_in(request).account
        return as_json({"id": "1" + account, "username": account, "name": account})

    def token(self, request: Request) -> Answer:
        return graph.inspected(request, _SCOPES, _PUBLISHING)

    def quota(self, request: Request) -> Answer:
        token = _publishing(request)
        own = self.containers.of(token.account)
        replies = sum(1 for one in own if one.in_reply_to)
        posts = MOST_POSTS if token.kind == "spent" else len(own) - replies
        return as_json(
            {
                "data": [
                    {
                        "quota_usage": posts,
                        "config": {"quota_total": MOST_POSTS, "quota_duration": 86_400},
                        "reply_quota_usage": replies,
                        "reply_config": {"quota_total": MOST_REPLIES, "quota_duration": 86_400},
                    }
                ]
            }
        )

    def posts(self, request: Request) -> Answer:
        own = self.containers.of(graph.signed_in(request).account)
        found = [one for one in own if not one.in_reply_to]
        return graph.listed(request, found, lambda one: _shown(request, one))

    def replies(self, request: Request) -> Answer:
        own = self.containers.of(graph.signed_in(request).account)
        found = [one for one in own if one.in_reply_to]
        return graph.listed(request, found, lambda one: _shown(request, one))

    def prepare(self, request: Request) -> Answer:
        account, fields = _publishing(request).account, graph.form(request)
        text, kind = fields.get("text", ""), fields.get("media_type")
        if length(text) > MOST_CHARACTERS:
            raise graph.no("Param text must be at most 500 characters long", 100)
        reply_to = fields.get("reply_to_id") or None
        if reply_to and not self.log.found(self.name, reply_to):
            raise graph.no("The reply_to_id does not exist", 100, 4279009)
        if kind == "IMAGE" and fields.get("image_url"):
            media, _ = fetched(fields["image_url"], fields.get("alt_text", ""), self.pictures)
            if media.media_type not in ("image/jpeg", "image/png"):
                raise graph.no("The image format is not supported", 36001, 2207005)
            return as_json({"id": self.containers.make(account, text, media, reply_to=reply_to)})
        if kind != "TEXT" or not text:
            raise graph.no("Param media_type or what belongs to it is missing", 100)
        return as_json({"id": self.containers.make(account, text, reply_to=reply_to)})

    def publish(self, request: Request) -> Answer:
        token = _publishing(request)
        if token.kind == "spent":
            raise graph.no("You reached the maximum number of posts", 9, 2207042, status=403)
        id = graph.form(request).get("creation_id", "")
        return as_json({"id": self.containers.publish(token.account, id).id})

    def one(self, request: Request, id: str) -> Answer:
        account = graph.signed_in(request).account
        if container := self.containers.look(account, id):
            state = container.state
            container.looks += 1
            return as_json({"status": state, "id": id})
        return as_json(_shown(request, self._own(request, id)))

    def delete(self, request: Request, id: str) -> Answer:
        _publishing(request)
        self.log.change(self._own(request, id), deleted=True)
        return as_json({"success": True, "deleted_id": id})

    def _own(self, request: Request, id: str) -> Entry:
        entry, account = self.log.found(self.name, id), graph.signed_in(request).account
        if entry is None or entry.account != account:
            raise graph.no(f"Unsupported request. Object with ID '{id}' does not exist", 100, 33)
        return entry


def length(text: str) -> int:
    """A character is one, an emoji as many as its UTF-8 bytes."""
    clusters: list[str] = regex.findall(r"\X", text)
    return sum(len(one.encode()) if _PICTORIAL.search(one) else len(one) for one in clusters)


def _publishing(request: Request) -> graph.Token:
    token = graph.signed_in(request)
    if not token.may_publish:
        raise graph.no("(#10) Application does not have permission for this action", 10, status=403)
    return token


def _shown(request: Request, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "text": entry.text,
        "timestamp": graph.stamp(entry.at),
        "permalink": f"{request.base}/threads/@{entry.account}/post/{entry.id}",
    }
