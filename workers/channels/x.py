"""X: posts of the account whose four keys are set, by API v2 signed with OAuth 1.0a.

X knows no idempotency key, but refuses words that it has already: after an unknown outcome the
account's own posts are read, and a second sending of the same words leaves one post.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from console.domain.channel import (
    Checked,
    Counting,
    Key,
    Limit,
    Pace,
    Picture,
    Post,
    Published,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Uncertain,
)
from workers import http
from workers.secrecy import conceal
from workers.x_answers import READ_ONLY, bare, explained, shown

_CLOCKS_APART = timedelta(minutes=2)
_REPEATED = timedelta(days=2)
"""How far back a post that X calls a duplicate is looked for: X does not say what it remembers."""
_PAGE = 100
_PAGES = 10
_FIELDS = "created_at,entities,note_tweet"


class X:
    limit: ClassVar[Limit] = Limit(280, Counting.WEIGHTED)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    # 100 in 15 minutes for an account: https://docs.x.com/x-api/fundamentals/rate-limits
    pace: ClassVar[Pace] = Pace(parallel=1, per_minute=6)
    keys: ClassVar[Mapping[str, Key]] = {
        "consumer_key": Key(secret=True, hint="the app's API key"),
        "consumer_secret": Key(secret=True, hint="the app's API key secret"),
        "token": Key(secret=True, hint="the account's access token, made with Read and write"),
        "token_secret": Key(secret=True, hint="the account's access token secret"),
        "url": Key(required=False, hint="https://api.x.com if left out"),
        "web": Key(required=False, hint="where the public reads posts; https://x.com"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/x",
        "web": "{practice}/x",
        "consumer_key": "practice-consumer-key",
        "consumer_secret": "practice-consumer-secret",
        "token": "{world}.{name}",
        "token_secret": "practice-token-secret",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings.get("url") or "https://api.x.com").rstrip("/")
        self.web = str(settings.get("web") or "https://x.com").rstrip("/")
        names = ("consumer_key", "consumer_secret", "token", "token_secret")
        self._keys = tuple(str(settings[name]) for name in names)
        conceal(*self._keys)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        """The account's page, where the account is written as X does."""
        web = str(settings.get("web") or "https://x.com").rstrip("/")
        name = re.fullmatch(r"@?(\w{1,15})", str(settings["account"]), re.ASCII)
        return f"{web}/{name[1]}" if name else web

    def send(self, post: Post) -> Receipt:
        form: dict[str, Any] = {"text": post.text}
        if post.reply_to:
            form["reply"] = {"in_reply_to_tweet_id": post.reply_to}
        if post.picture:
            form["media"] = {"media_ids": [self._upload(post.picture)]}
        try:
            answer = self._call("POST", "/2/tweets", json=form)
        except Refused as refused:
            if "duplicate content" in refused.detail.lower():
                return self._standing(post)
            raise
        with http.understood():
            return self._receipt(str(answer.json()["data"]["id"]))

    def find(self, post: Post) -> Receipt | None:
        """Looks through the account's posts since the release for these words."""
        found = self._same_words(post, post.created_at - _CLOCKS_APART)
        return self._receipt(found.reference) if found else None

    def check(self) -> Checked:
        fields = "description,name,profile_image_url,protected,public_metrics,username"
        with http.before_publishing(), http.understood():
            answer = self._call("GET", "/2/users/me", **{"user.fields": fields})
            me = answer.json()["data"]
            _may_write(answer.headers.get("x-access-level", ""), protected=bool(me["protected"]))
            return Checked(
                name=f"@{me['username']}",
                id=str(me["id"]),
                profile={
                    "name": str(me["name"]),
                    "bio": str(me["description"]),
                    "avatar": str(me.get("profile_image_url", "")),
                },
                followers=int(me["public_metrics"]["followers_count"]),
            )

    def recent(self, since: datetime) -> Sequence[Published]:
        return list(self._own(since, pages=1, whole=False))

    def remove(self, reference: str) -> None:
        try:
            self._call("DELETE", f"/2/tweets/{reference}")
        except Refused as refused:
            if refused.status != 404:
                raise

    def _upload(self, picture: Picture) -> str:
        with http.before_publishing(), http.understood():
            said = self._call(
                "POST",
                "/2/media/upload",
                data={"media_category": "tweet_image", "media_type": picture.media_type},
                files={"media": ("picture", picture.content, picture.media_type)},
            ).json()
            id = str(said["data"]["id"])
            if picture.alt:
                described = {"id": id, "metadata": {"alt_text": {"text": picture.alt}}}
                self._call("POST", "/2/media/metadata", json=described)
            return id

    def _standing(self, post: Post) -> Receipt:
        """X says that these words stand already: as this post, or as an earlier one."""
        try:
            found = self._same_words(post, post.created_at - _REPEATED)
        except SendError as error:
            detail = f"X has these words already, and our posts could not be read: {error.detail}"
            raise Uncertain(Reason.BAD_ANSWER, detail, status=403) from None
        if found is None:
            detail = "X has these words already, and they are not among our newest posts"
            raise Uncertain(Reason.BAD_ANSWER, detail, status=403)
        if found.at < post.created_at - _CLOCKS_APART:
            stands = f"{found.at:%d %B at %H:%M} UTC as {found.url}"
            detail = f"X takes no words twice: these stand since {stands}; change a word"
            raise Refused(Reason.CONTENT, detail, status=403)
        return self._receipt(found.reference)

    def _same_words(self, post: Post, since: datetime) -> Published | None:
        for one in self._own(since, pages=_PAGES, whole=True):
            if bare(one.text) == bare(post.text):
                return one
        return None

    def _own(self, since: datetime, *, pages: int, whole: bool) -> Iterator[Published]:
        """The account's posts since this moment, newest first; `Unavailable` where ``whole`` is
        asked for and there are more, since then nobody can say that one is not there."""
        with http.before_publishing(), http.understood():
            me = self._call("GET", "/2/users/me").json()["data"]["id"]
            asked = {
                "max_results": str(_PAGE),
                "start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "exclude": "retweets",
                "tweet.fields": _FIELDS,
            }
            for _ in range(pages):
                page = self._call("GET", f"/2/users/{me}/tweets", **asked).json()
                if page["meta"]["result_count"]:
                    yield from (self._published(one) for one in page["data"])
                if not page["meta"].get("next_token"):
                    return
                asked["pagination_token"] = page["meta"]["next_token"]
            if whole:
                raise Unavailable(Reason.BAD_ANSWER, "more posts since than a look takes in")

    def _published(self, tweet: Any) -> Published:
        at = datetime.fromisoformat(tweet["created_at"])
        id = str(tweet["id"])
        return Published(reference=id, text=shown(tweet), at=at, url=self._receipt(id).url)

    def _receipt(self, id: str) -> Receipt:
        return Receipt(reference=id, url=f"{self.web}/i/status/{id}")

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Any = None,
        files: Any = None,
        **query: str,
    ) -> http.Answer:
        """Only what stands in the address is signed: OAuth 1.0a leaves out JSON and multipart."""
        from oauthlib.oauth1 import Client

        key, secret, token, token_secret = self._keys
        client = Client(key, secret, token, token_secret)
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        _, signed, _ = client.sign(address, method)
        try:
            return http.call(method, address, headers=signed, json=json, data=data, files=files)
        except (Refused, Unavailable) as error:
            raise explained(error) from None


def _may_write(level: str, *, protected: bool) -> None:
    """https://docs.x.com/resources/fundamentals/developer-apps tells of the levels."""
    if not level:
        raise Unavailable(Reason.BAD_ANSWER, "X did not say whether this token may write")
    if "write" not in level:
        raise Refused(Reason.FORBIDDEN, READ_ONLY)
    if protected:
        raise Refused(Reason.FORBIDDEN, "the account is protected: only its followers see posts")
