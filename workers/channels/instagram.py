"""Instagram: a picture with its caption, prepared as a container, then published.

It takes no post without a picture, no answer to an earlier post but a comment, which hardly
anybody sees, and neither change nor removal: an update is a new picture with its own caption.
https://developers.facebook.com/docs/instagram-platform/content-publishing
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
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

_ABOUT = "username,name,biography,profile_picture_url,followers_count"


class Instagram:
    limit: ClassVar[Limit] = Limit(2_200)
    pictures: ClassVar[bool] = True
    needs_picture: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    pace: ClassVar[Pace] = Pace(parallel=2, per_minute=30)
    keys: ClassVar[Mapping[str, Key]] = {
        "user": Key(hint="the number of the Instagram professional account"),
        "token": Key(secret=True, hint="a long-lived token that may publish on Instagram"),
        "app_secret": Key(required=False, secret=True, hint="the app's secret: it proves calls"),
        "url": Key(required=False, hint="https://graph.instagram.com, or the Page's Graph API"),
        "web": Key(required=False, hint="where the public reads posts; https://www.instagram.com"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "user": "{world}.{name}",
        "token": "{world}.{name}",
        "app_secret": "practice-app-secret",
        "url": "{practice}/instagram",
        "web": "{practice}/instagram",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.user = str(settings["user"])
        self.graph = graph.Graph(
            str(settings.get("url") or "https://graph.instagram.com"),
            graph.VERSION,
            str(settings["token"]),
            str(settings.get("app_secret") or ""),
        )
        making, publishing = f"{self.user}/media", f"{self.user}/media_publish"
        self.containers = Containers(self.graph, making, publishing, "status_code", "status")

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        web = str(settings.get("web") or "https://www.instagram.com").rstrip("/")
        name = re.fullmatch(r"@?([A-Za-z0-9_.]+)", str(settings["account"]))
        return f"{web}/{name[1]}/" if name else web

    def send(self, post: Post) -> Receipt:
        return graph_posts.once(
            lambda: graph_posts.public(
                self.graph, self.containers.publish(post.key, **_container(post))
            ),
            lambda: self.find(post),
        )

    def find(self, post: Post) -> Receipt | None:
        """Looks for this caption among what the account has published since the release."""
        shown = self._since(post.created_at - graph.CLOCKS_APART)
        return graph_posts.settled(self.containers, shown, post, "Instagram")

    def recent(self, since: datetime) -> list[Published]:
        return graph_posts.recent(self._since(since))

    def _since(self, since: datetime) -> Iterator[Published]:
        return graph_posts.since(self.graph, f"{self.user}/media", since, words="caption")

    def check(self) -> Checked:
        """Whose the account is, and whether the token may publish on it today."""
        with http.before_publishing(), http.understood():
            who = self.graph.look(self.user, fields=_ABOUT)
            # Answered only to a token that may publish.
            path = f"{self.user}/content_publishing_limit"
            (quota,) = self.graph.look(path, fields="quota_usage,config")["data"]
            left = int(quota["config"]["quota_total"]) - int(quota["quota_usage"])
            if left <= 0:
                told = "Instagram takes no more posts of this account until some are a day old"
                raise Unavailable(Reason.RATE, told)
            followers = who.get("followers_count")
            profile = {
                "name": str(who.get("name", "")),
                "bio": str(who.get("biography", "")),
                "avatar": str(who.get("profile_picture_url", "")),
            }
            return Checked(
                name=f"@{who['username']}",
                id=self.user,
                profile=profile,
                followers=None if followers is None else int(followers),
                expires_at=self.graph.end(),
                left=left,
            )


def _container(post: Post) -> dict[str, str]:
    if not post.picture:
        told = "Instagram takes no post without a picture: add one, or leave this channel out"
        raise Refused(Reason.CONTENT, told)
    if not post.picture.url:
        raise Refused(Reason.MISCONFIGURED, "the picture has no address to fetch it from")
    return {"image_url": post.picture.url, "alt_text": post.picture.alt, "caption": post.text}
