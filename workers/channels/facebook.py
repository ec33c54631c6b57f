"""A Facebook Page: each message is a post of its own.

An update is a new post too, with the earlier one attached as its link, and not a comment under it:
Facebook shows comments folded, sorted by liking and to nobody in their feed, so an all clear would
be read by those only who open the old alert. Where Facebook does not take the link, as when the
earlier post was removed, the signed words go out without it. A photo takes no link.

Facebook knows no idempotency key. It refuses the words of the page's last post (506): then the post
is looked for, since it may come from our own try before.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
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
    Uncertain,
)
from workers import graph, graph_posts, http

_PHOTO_MOST = 4_000_000
"""Bytes: https://developers.facebook.com/docs/graph-api/reference/page/photos/"""
_MAY_PUBLISH, _MAY_READ = "pages_manage_posts", "pages_read_engagement"
"""Without the second nothing could be read back after an unknown outcome."""


class Facebook:
    limit: ClassVar[Limit] = Limit(63_206)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    pace: ClassVar[Pace] = Pace(parallel=2, per_minute=30)
    keys: ClassVar[Mapping[str, Key]] = {
        "page": Key(hint="the Page's number, from its About page under Page transparency"),
        "token": Key(secret=True, hint="a Page access token with pages_manage_posts"),
        "app_id": Key(required=False, hint="the number of the Meta app that made the token"),
        "app_secret": Key(required=False, secret=True, hint="the app's secret: it proves calls"),
        "url": Key(required=False, hint="https://graph.facebook.com if left out"),
        "web": Key(required=False, hint="where the public reads posts; https://www.facebook.com"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "page": "{world}.{name}",
        "token": "{world}.{name}",
        "app_id": "practice-app",
        "app_secret": "practice-app-secret",
        "url": "{practice}/facebook",
        "web": "{practice}/facebook",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.page = str(settings["page"])
        self.app_id = str(settings.get("app_id") or "")
        self.web = _web(settings)
        self.graph = graph.Graph(
            str(settings.get("url") or "https://graph.facebook.com"),
            graph.VERSION,
            str(settings["token"]),
            str(settings.get("app_secret") or ""),
        )

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        return f"{_web(settings)}/{settings['page']}" if settings.get("page") else ""

    def send(self, post: Post) -> Receipt:
        return graph_posts.once(lambda: self._publish(post), lambda: self.find(post))

    def _publish(self, post: Post) -> Receipt:
        made = self._photo(post, post.picture) if post.picture else self._words(post)
        return self._receipt(made)

    def _words(self, post: Post) -> str:
        path = f"{self.page}/feed"
        if post.reply_to:
            try:
                link = f"{self.web}/{post.reply_to}"
                return graph.named(self.graph.publish(path, message=post.text, link=link))
            except Refused as refused:
                if refused.reason is not Reason.CONTENT:
                    raise
        return graph.named(self.graph.publish(path, message=post.text))

    def _photo(self, post: Post, picture: Picture) -> str:
        if len(picture.content) > _PHOTO_MOST:
            raise Refused(Reason.CONTENT, "Facebook takes pictures up to 4 MB")
        name = f"picture.{picture.media_type.partition('/')[2]}"
        told = self.graph.publish(
            f"{self.page}/photos",
            files={"source": (name, picture.content, picture.media_type)},
            caption=post.text,
            alt_text_custom=picture.alt,
        )
        return graph.named(told, "post_id")

    def find(self, post: Post) -> Receipt | None:
        """Looks through what the Page has published since the release for these words."""
        with http.before_publishing(), http.understood():
            found = graph_posts.same(self._since(post.created_at - graph.CLOCKS_APART), post)
            return self._receipt(found.reference) if found else None

    def recent(self, since: datetime) -> list[Published]:
        return graph_posts.recent(self._since(since))

    def _since(self, since: datetime) -> Iterator[Published]:
        fields = "id,message,created_time,from"
        path = f"{self.page}/feed"
        for one in self.graph.listed(path, "created_time", since, fields=fields):
            at, words = graph.moment(one["created_time"]), str(one.get("message", ""))
            # A feed shows what visitors wrote as well.
            if str((one.get("from") or {}).get("id", self.page)) == self.page:
                yield Published(str(one["id"]), words, at, f"{self.web}/{one['id']}")

    def check(self) -> Checked:
        """Who the token is, and whether it may publish on this Page."""
        with http.before_publishing(), http.understood():
            who = self.graph.look("me", fields="id,name")
            if str(who["id"]) != self.page:
                told = f"the token is that of {who['name']} ({who['id']}), not of the Page"
                raise Refused(Reason.MISCONFIGURED, told)
            token = self._token()
            about = self.graph.look("me", fields="about,followers_count,picture{url}")
            followers = about.get("followers_count")
            profile = {
                "name": str(who["name"]),
                "bio": str(about.get("about", "")),
                "avatar": str(about["picture"]["data"]["url"]) if "picture" in about else "",
            }
            return Checked(
                name=str(who["name"]),
                id=self.page,
                profile=profile,
                followers=None if followers is None else int(followers),
                expires_at=graph.ends(token),
            )

    def _token(self) -> graph.Said:
        """What Meta knows of the token; raises `Refused` unless it may publish on this Page."""
        try:
            token = self.graph.inspected(self.app_id)
        except Refused as refused:
            told = "Facebook does not say what this token may do: set app_id and app_secret right. "
            raise Refused(Reason.FORBIDDEN, told + refused.detail, status=refused.status) from None
        if not token["is_valid"]:
            raise Refused(Reason.CREDENTIAL, "Facebook calls the token invalid; make a new one")
        pages = [
            str(page)
            for scope in token.get("granular_scopes", ())
            if scope["scope"] == _MAY_PUBLISH
            for page in scope.get("target_ids", ())
        ]
        lacking = [one for one in (_MAY_PUBLISH, _MAY_READ) if one not in token["scopes"]]
        if pages and self.page not in pages:
            lacking = [_MAY_PUBLISH]
        if lacking:
            told = f"the token lacks {' and '.join(lacking)} for this Page; make one that has it"
            raise Refused(Reason.FORBIDDEN, told)
        return token

    def edit(self, reference: str, post: Post) -> Receipt:
        if self.graph.publish(reference, message=post.text).get("success") is not True:
            raise Uncertain(Reason.BAD_ANSWER, "Facebook does not say that it changed the post")
        return self._receipt(reference)

    def remove(self, reference: str) -> None:
        self.graph.remove(reference, self.page)

    def _receipt(self, reference: str) -> Receipt:
        return Receipt(reference=reference, url=f"{self.web}/{reference}")


def _web(settings: Mapping[str, Any]) -> str:
    return str(settings.get("web") or "https://www.facebook.com").rstrip("/")
