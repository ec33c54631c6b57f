"""The practice Instagram: containers with a picture, posts, the quota of a day.

Written after https://developers.facebook.com/docs/instagram-platform/content-publishing and its
error codes; for tokens see `workers.practice.graph`.
"""

import re
from datetime import datetime
from typing import Any, ClassVar

from workers.practice import graph
from workers.practice.exchange import Answer, Request, Route, as_json
from workers.practice.graph_containers import Containers, fetched
from workers.practice.log import Entry, Log
from workers.practice.network import on_the_wall
from workers.practice.pictures import Pictures

MOST_CHARACTERS, MOST_HASHTAGS = 2200, 30
MOST_POSTS = 50
"""In a day."""
NARROWEST, WIDEST = 4 / 5, 1.91
"""Width by height."""
_SCOPES = ("instagram_business_basic",)
_PUBLISHING = ("instagram_business_content_publish",)


class Instagram:
    name: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures
        self.containers = Containers(self.name, log)

    def routes(self) -> list[Route]:
        root = r"/instagram/v\d\d\.0"
        return [
            Route("GET", f"{root}/debug_token", self.token),
            Route("GET", f"{root}/([^/]+)/content_publishing_limit", self.quota),
            Route("GET", f"{root}/([^/]+)/media", self.posts),
            Route("POST", f"{root}/([^/]+)/media", self.prepare),
            Route("POST", f"{root}/([^/]+)/media_publish", self.publish, publishes="instagram"),
            Route("GET", rf"{root}/(\d+)", self.one),
            Route("GET", f"{root}/([^/]+)", self.user),
            Route("GET", r"/instagram/p/(\d+)", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return graph.whose(request)

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        return graph.refusal(code, resets)

    def shown_at(self, request: Request, id: str) -> Answer:
        return on_the_wall(self.log, self.name, id)

    def token(self, request: Request) -> Answer:
        return graph.inspected(request, _SCOPES, _PUBLISHING)

    def user(self, request: Request, user: str) -> Answer:
        account = _own_account(request, user).account
        return as_json({"id": account, "username": account, "name": account, "followers_count": 0})

    def quota(self, request: Request, user: str) -> Answer:
        token = _publishing(request, user)
        used = MOST_POSTS if token.kind == "spent" else len(self.containers.of(user))
        config = {"quota_total": MOST_POSTS, "quota_duration": 86_400}
        return as_json({"data": [{"quota_usage": used, "config": config}]})

    def posts(self, request: Request, user: str) -> Answer:
        _own_account(request, user)
        return graph.listed(request, self.containers.of(user), lambda one: _shown(request, one))

    def prepare(self, request: Request, user: str) -> Answer:
        _publishing(request, user)
        fields = graph.form(request)
        caption = fields.get("caption", "")
        if len(caption) > MOST_CHARACTERS or len(re.findall(r"#\w", caption)) > MOST_HASHTAGS:
            raise graph.no("The caption was too long", 36004, 2207010)
        if not fields.get("image_url"):
            raise graph.no("(#100) The parameter image_url is required", 100)
        media, (width, height) = fetched(
            fields["image_url"], fields.get("alt_text", ""), self.pictures
        )
        if media.media_type != "image/jpeg":
            raise graph.no("The image format is not supported", 36001, 2207005)
        if not NARROWEST <= width / height <= WIDEST:
            raise graph.no("The submitted image's aspect ratio is not allowed", 36003, 2207009)
        return as_json({"id": self.containers.make(user, caption, media)})

    def publish(self, request: Request, user: str) -> Answer:
        if _publishing(request, user).kind == "spent":
            raise graph.no("You reached the maximum number of posts", 9, 2207042)
        id = graph.form(request).get("creation_id", "")
        return as_json({"id": self.containers.publish(user, id).id})

    def one(self, request: Request, id: str) -> Answer:
        account = graph.signed_in(request).account
        if container := self.containers.look(account, id):
            state = container.state
            container.looks += 1
            return as_json({"status_code": state, "status": state.title(), "id": id})
        entry = self.log.found(self.name, id)
        if entry is None or entry.account != account:
            raise graph.no(f"Unsupported request. Object with ID '{id}' does not exist", 100, 33)
        return as_json(_shown(request, entry))


def _own_account(request: Request, user: str) -> graph.Token:
    token = graph.signed_in(request)
    if token.account != user:
        raise graph.no(f"Unsupported request. Object with ID '{user}' does not exist", 100, 33)
    return token


def _publishing(request: Request, user: str) -> graph.Token:
    token = _own_account(request, user)
    if not token.may_publish:
        raise graph.no("(#10) Application does not have permission for this action", 10, status=403)
    return token


def _shown(request: Request, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "caption": entry.text,
        "timestamp": graph.stamp(entry.at),
        "permalink": f"{request.base}/instagram/p/{entry.id}",
    }
