"""Bluesky: each post is put under a name of our own, so that a repeat changes nothing.

`putRecord` with a fixed name (rkey), fixed ``createdAt`` and ``swapRecord: null`` answers the same
post twice with the same record, and other words under that name with 400 InvalidSwap.
`createRecord`, which the SDK's `send_post` uses, answers a repeat with 500, or posts again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Counting,
    Key,
    Limit,
    Post,
    Published,
    Reason,
    Receipt,
    Refused,
)
from workers import http
from workers.atproto_account import Account, session
from workers.secrecy import conceal
from workers.tid import moment, tid

_POST = "app.bsky.feed.post"
_PROFILE = "app.bsky.actor.profile"
_PAGE = 50


class Bluesky:
    limit: ClassVar[Limit] = Limit(300, Counting.GRAPHEMES, octets=3000)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    keys: ClassVar[Mapping[str, Key]] = {
        "url": Key(required=False, hint="the account's server; https://bsky.social if left out"),
        "handle": Key(hint="the account, such as council.example"),
        "password": Key(secret=True, hint="an app password"),
        "web": Key(required=False, hint="where the public reads posts; https://bsky.app"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/bluesky",
        "handle": "{world}.{name}",
        "password": "practice-password",
        "web": "{practice}/bluesky",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings.get("url") or "https://bsky.social").rstrip("/")
        self.handle, self.password = str(settings["handle"]), str(settings["password"])
        self.web = str(settings.get("web") or "https://bsky.app").rstrip("/")
        conceal(self.password)
        self.account = Account(self.url, self.handle, self.password)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        web = str(settings.get("web") or "https://bsky.app").rstrip("/")
        return f"{web}/profile/{settings['handle']}" if settings.get("handle") else ""

    def send(self, post: Post) -> Receipt:
        picture = post.picture and self.account.upload(post.picture)
        return self.account.act(lambda client: self._put(client, post, picture))

    def find(self, post: Post) -> Receipt | None:
        with http.before_publishing():
            return self.account.act(lambda client: self._get(client, post))

    def check(self) -> Checked:
        with http.before_publishing():
            account = self.account.act(lambda client: client.com.atproto.server.get_session())
            if account.active is False:
                raise Refused(Reason.FORBIDDEN, f"the account is {account.status}")
            profile = self.account.act(_profile)
        return Checked(name=f"@{account.handle}", id=account.did, profile=profile)

    def recent(self, since: datetime) -> list[Published]:
        with http.before_publishing(), http.understood():
            return [one for one in self.account.act(self._newest) if one.at >= since]

    def _put(self, client: Any, post: Post, picture: Any) -> Receipt:
        from atproto_client.models.dot_dict import DotDict

        # Only a DotDict keeps swapRecord's null; the SDK's own model drops it.
        words = {
            "repo": session(client).did,
            "collection": _POST,
            "rkey": _rkey(post),
            "record": _record(post, picture),
            "swapRecord": None,
        }
        answer = client.invoke_procedure(
            "com.atproto.repo.putRecord", data=DotDict(words), input_encoding="application/json"
        ).content
        return self._receipt(client, post, answer["uri"], answer["cid"])

    def _get(self, client: Any, post: Post) -> Receipt | None:
        name = {"repo": session(client).did, "collection": _POST, "rkey": _rkey(post)}
        try:
            found = client.com.atproto.repo.get_record(name)
        except Refused as error:
            if error.detail.startswith("RecordNotFound"):
                return None
            raise
        if found.value["text"] != post.text:
            raise Refused(Reason.CONTENT, "other words stand under this post's name")
        return self._receipt(client, post, found.uri, found.cid)

    def _newest(self, client: Any) -> list[Published]:
        """A page of the account's own posts; each says itself when it was written, and its name
        when it was put there."""
        answer = _read(client, "listRecords", collection=_POST, limit=_PAGE)
        web = f"{self.web}/profile/{session(client).handle}/post"
        found = []
        for one in answer["records"]:
            name = str(one["uri"]).rpartition("/")[2]
            said = datetime.fromisoformat(str(one["value"]["createdAt"]))
            at = max(filter(None, (moment(name), said)))
            found.append(Published(one["uri"], str(one["value"]["text"]), at, f"{web}/{name}"))
        return found

    def _receipt(self, client: Any, post: Post, uri: str, cid: str) -> Receipt:
        root = post.reply_to.split("|")[-2:]
        url = f"{self.web}/profile/{session(client).handle}/post/{_rkey(post)}"
        return Receipt(reference="|".join([uri, cid, *(root if post.reply_to else [])]), url=url)


def _profile(client: Any) -> dict[str, str]:
    """As the account's own server has it; the followers are counted elsewhere."""
    try:
        said = _read(client, "getRecord", collection=_PROFILE, rkey="self")["value"]
    except Refused as error:
        if error.detail.startswith("RecordNotFound"):
            said = {}
        else:
            raise
    avatar = (said.get("avatar") or {}).get("ref") or {}
    return {
        "name": str(said.get("displayName", "")),
        "bio": str(said.get("description", "")),
        "avatar": str(avatar.get("$link", "")),
    }


def _read(client: Any, method: str, **which: Any) -> Any:
    """From the account's repository, as it was answered: the SDK's models leave things out."""
    from atproto_client.models.dot_dict import DotDict

    return client.invoke_query(
        f"com.atproto.repo.{method}",
        params=DotDict({"repo": session(client).did, **which}),
        output_encoding="application/json",
    ).content


def _rkey(post: Post) -> str:
    """Bluesky's app does not show posts whose name is no TID (social-app#8654)."""
    return tid(post.created_at, post.key)


def _record(post: Post, picture: Any) -> dict[str, Any]:
    from atproto_client.models.utils import get_model_as_dict
    from atproto_client.utils.facet_detection import detect_facets

    record: dict[str, Any] = {
        "$type": _POST,
        "text": post.text,
        "createdAt": post.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "langs": [post.language],
    }
    if facets := [get_model_as_dict(facet) for facet in detect_facets(post.text)]:
        record["facets"] = facets
    if post.reply_to:
        names = post.reply_to.split("|")
        record["reply"] = {
            "root": {"uri": names[-2], "cid": names[-1]},
            "parent": {"uri": names[0], "cid": names[1]},
        }
    if post.picture:
        shape = {"width": post.picture.width, "height": post.picture.height}
        image = {"alt": post.picture.alt, "image": picture, "aspectRatio": shape}
        record["embed"] = {"$type": "app.bsky.embed.images", "images": [image]}
    return record
