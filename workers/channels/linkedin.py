"""LinkedIn: posts of an organisation's page, by its Posts API.

An update is a post of its own and not a comment below the one before it: comments reach nobody's
feed and are folded away, and an all clear has to be seen by everyone who saw the alert.

LinkedIn knows no idempotency key, but refuses words that the page has already, and names the post.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

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
    SendError,
    Unavailable,
    Uncertain,
)
from workers import http, little_text
from workers.linkedin_api import expiry, explained, may_publish, post_form, same_house
from workers.secrecy import conceal

# LinkedIn keeps a version for a year: https://learn.microsoft.com/linkedin/marketing/versioning
_VERSION = "202605"
_CLOCKS_APART = timedelta(minutes=2)
_PAGE = 100
_PAGES = 10
_URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")


class LinkedIn:
    limit: ClassVar[Limit] = Limit(3000)
    pictures: ClassVar[bool] = True
    # A check is seven calls, and an app in LinkedIn's development tier has few hundred a day.
    watch_every: ClassVar[timedelta] = timedelta(hours=1)
    repeatable: ClassVar[bool] = False
    pace: ClassVar[Pace] = Pace(parallel=1)
    keys: ClassVar[Mapping[str, Key]] = {
        "organization": Key(hint="the page's number, from the address of its admin view"),
        "token": Key(secret=True, hint="an access token of one of the page's administrators"),
        "client_id": Key(required=False, hint="the app's client id, to learn when the token ends"),
        "client_secret": Key(required=False, secret=True, hint="the app's client secret"),
        "version": Key(required=False, hint=f"LinkedIn's API version, YYYYMM; {_VERSION}"),
        "url": Key(required=False, hint="https://api.linkedin.com if left out"),
        "web": Key(required=False, hint="where the public reads; https://www.linkedin.com"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/linkedin",
        "web": "{practice}/linkedin",
        "organization": "1004",
        "token": "{world}.{name}",
        "client_id": "practice-client",
        "client_secret": "practice-client-secret",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings.get("url") or "https://api.linkedin.com").rstrip("/")
        self.web = _web(settings)
        self.page = str(settings["organization"]).rpartition(":")[2]
        self.version = str(settings.get("version") or _VERSION)
        self.token = str(settings["token"])
        self.client = str(settings.get("client_id") or "")
        self.client_secret = str(settings.get("client_secret") or "")
        conceal(self.token, self.client_secret)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        page = str(settings.get("organization", "")).rpartition(":")[2]
        return f"{_web(settings)}/company/{page}/posts/" if page else ""

    @property
    def author(self) -> str:
        return f"urn:li:organization:{self.page}"

    def send(self, post: Post) -> Receipt:
        form = post_form(self.author, little_text.written(post.text))
        if post.picture:
            image = {"id": self._upload(post.picture), "altText": post.picture.alt}
            form["content"] = {"media": image}
        try:
            answer = self._call("POST", "/rest/posts", json=form)
        except Refused as refused:
            if refused.status == 422 and "duplicate" in str(refused.said).lower():
                return self._standing(post, str(refused.said))
            raise
        urn = answer.headers.get("x-restli-id", "")
        if not urn:
            raise Uncertain(Reason.BAD_ANSWER, "LinkedIn gave the post no name")
        return self._receipt(urn)

    def find(self, post: Post) -> Receipt | None:
        """Looks through the page's posts since the release for these words."""
        for one in self._own(post.created_at - _CLOCKS_APART, pages=_PAGES, whole=True):
            if little_text.same(one["commentary"], post.text):
                return self._receipt(str(one["id"]))
        return None

    def check(self) -> Checked:
        """The role on the page, and the right to write: an upload is begun, and never made."""
        with http.before_publishing(), http.understood():
            ends = expiry(self.web, self.client, self.client_secret, self.token)
            roles = self._get("/rest/organizationAcls?q=roleAssignee&state=APPROVED&count=100")
            may_publish(roles["elements"], self.author)
            self._begin_upload()
            page = self._get(f"/rest/organizations/{self.page}")
            size = f"/rest/networkSizes/{quote(self.author, safe='')}"
            followers = self._get(f"{size}?edgeType=COMPANY_FOLLOWED_BY_MEMBER")["firstDegreeSize"]
            name, logo = str(page["localizedName"]), page.get("logoV2", {}).get("original", "")
            return Checked(
                name=name,
                id=self.author,
                profile={
                    "name": name,
                    "bio": str(page.get("localizedDescription", "")),
                    "avatar": str(logo),
                },
                followers=int(followers),
                expires_at=ends,
            )

    def recent(self, since: datetime) -> Sequence[Published]:
        return [
            Published(
                reference=str(one["id"]),
                text=little_text.read(one["commentary"]),
                at=_at(one),
                url=self._receipt(str(one["id"])).url,
            )
            for one in self._own(since, pages=1, whole=False)
        ]

    def edit(self, reference: str, post: Post) -> Receipt:
        patch = {"patch": {"$set": {"commentary": little_text.written(post.text)}}}
        self._call("POST", _post_path(reference), json=patch, act="PARTIAL_UPDATE")
        return self._receipt(reference)

    def remove(self, reference: str) -> None:
        try:
            self._call("DELETE", _post_path(reference), act="DELETE")
        except Refused as refused:
            if refused.status != 404:
                raise

    def _begin_upload(self) -> tuple[str, str]:
        """Where the picture goes, and its name. Where none comes nothing is kept."""
        begun = {"initializeUploadRequest": {"owner": self.author}}
        said = self._call("POST", "/rest/images?action=initializeUpload", json=begun).json()
        return str(said["value"]["uploadUrl"]), str(said["value"]["image"])

    def _upload(self, picture: Picture) -> str:
        with http.before_publishing(), http.understood():
            address, image = self._begin_upload()
            there, here = urlsplit(address), urlsplit(self.url)
            if there.scheme != here.scheme or not same_house(there.hostname, here.hostname):
                # The token goes with the picture, and so only to LinkedIn itself.
                raise Unavailable(Reason.BAD_ANSWER, "LinkedIn wants the picture somewhere else")
            signed = {"Authorization": f"Bearer {self.token}"}
            signed["Content-Type"] = "application/octet-stream"
            http.call("PUT", address, data=picture.content, headers=signed)
            return image

    def _standing(self, post: Post, said: str) -> Receipt:
        """LinkedIn says that these words stand already, and as which post. That may be an earlier
        message, or one that was removed: https://github.com/ComposioHQ/composio/issues/2710"""
        named = _URN.search(said)
        try:
            known = self._get(_post_path(named[0])) if named else {}
            at = _at(known) if known else None
        except (SendError, LookupError, TypeError, ValueError):
            at = None
        if named is None or at is None:
            which = f" ({named[0]})" if named else ""
            detail = (
                f"LinkedIn has these words already, in a post that cannot be read{which}; where "
            )
            raise Uncertain(Reason.BAD_ANSWER, f"{detail}it was removed, change a word", status=422)
        if at < post.created_at - _CLOCKS_APART:
            stands = f"{at:%d %B at %H:%M} UTC as {self._receipt(named[0]).url}"
            detail = f"LinkedIn takes no words twice: these stand since {stands}; change a word"
            raise Refused(Reason.CONTENT, detail, status=422)
        return self._receipt(named[0])

    def _own(self, since: datetime, *, pages: int, whole: bool) -> Iterator[Any]:
        """The page's posts since this moment; `Unavailable` where ``whole`` is asked for and there
        are more, since then nobody can say that one is not there."""
        asked = f"/rest/posts?q=author&author={quote(self.author, safe='')}&sortBy=CREATED"
        with http.before_publishing(), http.understood():
            for number in range(pages):
                page = self._get(f"{asked}&start={number * _PAGE}&count={_PAGE}", act="FINDER")
                posts = page["elements"]
                newer = [one for one in posts if _at(one) >= since]
                yield from (one for one in newer if one["lifecycleState"] == "PUBLISHED")
                links = page["paging"].get("links", [])
                more = len(posts) == _PAGE or any(one["rel"] == "next" for one in links)
                if not more or (posts and not newer):
                    return
            if whole:
                raise Unavailable(Reason.BAD_ANSWER, "more posts since than a look takes in")

    def _receipt(self, urn: str) -> Receipt:
        return Receipt(reference=urn, url=f"{self.web}/feed/update/{urn}")

    def _get(self, path: str, *, act: str = "") -> Any:
        with http.before_publishing():
            return self._call("GET", path, act=act).json()

    def _call(self, method: str, path: str, *, act: str = "", json: Any = None) -> http.Answer:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Linkedin-Version": self.version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        if act:
            headers["X-RestLi-Method"] = act
        try:
            return http.call(method, f"{self.url}{path}", headers=headers, json=json)
        except (Refused, Unavailable) as error:
            raise explained(error, self.version, datetime.now(UTC)) from None


def _web(settings: Mapping[str, Any]) -> str:
    return str(settings.get("web") or "https://www.linkedin.com").rstrip("/")


def _post_path(urn: str) -> str:
    return f"/rest/posts/{quote(urn, safe='')}"


def _at(post: Any) -> datetime:
    return datetime.fromtimestamp(int(post["createdAt"]) / 1000, UTC)
