"""Threads: a post is prepared as a container, then published; an update is a reply.

Where there is nothing left to reply to, the update goes out as a post of its own.

Threads knows no idempotency key. After an unknown outcome the container says whether it was
published, where this process made it; else the account's own posts, or replies, are read.
https://developers.facebook.com/documentation/threads/posts
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Counting,
    Key,
    Limit,
    Pace,
    Post,
    Published,
    Reason,
    Receipt,
    Refused,
    Unavailable,
)
from workers import graph, graph_posts, http
from workers.graph_containers import Containers

_QUOTAS = "quota_usage,config,reply_quota_usage,reply_config"


class Threads:
    limit: ClassVar[Limit] = Limit(500, Counting.THREADS)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    pace: ClassVar[Pace] = Pace(parallel=2, per_minute=30)
    keys: ClassVar[Mapping[str, Key]] = {
        "token": Key(secret=True, hint="a long-lived Threads token of the council's account"),
        "app_secret": Key(required=False, secret=True, hint="the Threads app's secret"),
        "url": Key(required=False, hint="https://graph.threads.net if left out"),
        "web": Key(required=False, hint="where the public reads posts; https://www.threads.com"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "token": "{world}.{name}",
        "app_secret": "practice-app-secret",
        "url": "{practice}/threads",
        "web": "{practice}/threads",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.graph = graph.Graph(
            str(settings.get("url") or "https://graph.threads.net"),
            graph.THREADS_VERSION,
            str(settings["token"]),
            str(settings.get("app_secret") or ""),
        )
        self.containers = Containers(
            self.graph, "me/threads", "me/threads_publish", "status", "error_message"
        )

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        web = str(settings.get("web") or "https://www.threads.com").rstrip("/")
        name = re.fullmatch(r"@?([A-Za-z0-9_.]+)", str(settings["account"]))
        return f"{web}/@{name[1]}" if name else web

    def send(self, post: Post) -> Receipt:
        return graph_posts.once(
            lambda: graph_posts.public(self.graph, self._publish(post)), lambda: self.find(post)
        )

    def _publish(self, post: Post) -> str:
        fields = _container(post)
        if post.reply_to:
            try:
                return self.containers.publish(post.key, **fields, reply_to_id=post.reply_to)
            except Refused as refused:
                # The earlier post may be gone; the signed words go out all the same.
                if refused.reason not in (Reason.CONTENT, Reason.MISCONFIGURED):
                    raise
        return self.containers.publish(post.key, **fields)

    def find(self, post: Post) -> Receipt | None:
        """Looks for these words among what the account has published since the release."""
        # Replies do not stand among the posts.
        paths = ("me/replies", "me/threads") if post.reply_to else ("me/threads",)
        since = post.created_at - graph.CLOCKS_APART
        shown = (one for path in paths for one in self._since(path, since))
        return graph_posts.settled(self.containers, shown, post, "Threads")

    def recent(self, since: datetime) -> list[Published]:
        return graph_posts.recent(
            self._since("me/threads", since), self._since("me/replies", since)
        )

    def _since(self, path: str, since: datetime) -> Iterator[Published]:
        return graph_posts.since(self.graph, path, since, words="text")

    def check(self) -> Checked:
        """Whose the token is, and whether it may publish, reply and read both back."""
        with http.before_publishing(), http.understood():
            fields = "id,username,name,threads_biography,threads_profile_picture_url"
            who = self.graph.look("me", fields=fields)
            # Answered only to a token that may publish and reply.
            (quota,) = self.graph.look("me/threads_publishing_limit", fields=_QUOTAS)["data"]
            self.graph.look("me/replies", limit="1")
            left = min(_left(quota, ""), _left(quota, "reply_"))
            if left <= 0:
                told = "Threads takes no more posts of this account until some are a day old"
                raise Unavailable(Reason.RATE, told)
            profile = {
                "name": str(who.get("name", "")),
                "bio": str(who.get("threads_biography", "")),
                "avatar": str(who.get("threads_profile_picture_url", "")),
            }
            return Checked(
                name=f"@{who['username']}",
                id=str(who["id"]),
                profile=profile,
                expires_at=self.graph.end(),
                left=left,
            )

    def remove(self, reference: str) -> None:
        self.graph.remove(reference)


def _left(quota: graph.Said, kind: str) -> int:
    return int(quota[f"{kind}config"]["quota_total"]) - int(quota[f"{kind}quota_usage"])


def _container(post: Post) -> dict[str, str]:
    fields = {"media_type": "TEXT", "text": post.text}
    if post.picture:
        if not post.picture.url:
            raise Refused(Reason.MISCONFIGURED, "the picture has no address to fetch it from")
        fields["media_type"] = "IMAGE"
        fields["image_url"], fields["alt_text"] = post.picture.url, post.picture.alt
    return fields
