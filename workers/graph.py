"""Meta's Graph API, which Facebook, Instagram and Threads share: one version, one way to call it.

The token goes into a header, never into an address. An address to the next page, which Meta makes
with the token in it, is not followed either: only its cursor is read.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from console.domain.channel import Reason, SendError, Unavailable, Uncertain
from workers import http
from workers.graph_errors import Gone, meaning
from workers.secrecy import conceal

VERSION = "v25.0"
"""Lives two years: https://developers.facebook.com/docs/graph-api/guides/versioning"""
THREADS_VERSION = "v1.0"
CLOCKS_APART = timedelta(minutes=2)
PAGE = 100
"""The most that one answer lists."""
_PAGES = 10

Said = Mapping[str, Any]


class Graph:
    def __init__(self, url: str, version: str, token: str, app_secret: str = "") -> None:
        self.address = f"{url.rstrip('/')}/{version}"
        self.token, self.app_secret = token, app_secret
        conceal(token, app_secret, self._proof(token))

    def look(self, path: str, **params: str) -> Said:
        """Reads. Never `Uncertain`: a read publishes nothing."""
        with http.before_publishing():
            return self._call("GET", path, self.token, params=params)

    def prepare(self, path: str, **fields: str) -> Said:
        """Sends what nobody sees until it is published."""
        with http.before_publishing():
            return self._call("POST", path, self.token, data=fields)

    def publish(self, path: str, *, files: Any = None, **fields: str) -> Said:
        return self._call("POST", path, self.token, data=fields, files=files)

    def remove(self, reference: str, owner: str = "") -> None:
        """Also where it is gone already. Meta says "gone" of what a wrong token may not see too, so
        the token has to be a good one, and the ``owner``'s where one is named."""
        try:
            if self._call("DELETE", reference, self.token).get("success") is not True:
                raise Uncertain(Reason.BAD_ANSWER, "it is not said that the post is removed")
        except Gone:
            who = self.look("me", fields="id").get("id")
            if owner and str(who) != owner:
                raise

    def listed(self, path: str, at: str, since: datetime, **params: str) -> Iterator[Said]:
        """What was published since, by its field ``at``, page by page. `Unavailable` where there is
        more than a look can take in: then nobody can say that a post is not there."""
        after, from_then = "", since.replace(microsecond=0)
        asked = {"limit": str(PAGE), "since": str(int(since.timestamp())), **params}
        for _ in range(_PAGES):
            page = self.look(path, after=after, **asked)
            newer = [one for one in page["data"] if moment(one[at]) >= from_then]
            yield from newer
            paging = page.get("paging") or {}
            # A page of old ones only is the end too, where the network does not heed ``since``. One
            # old one is not: a pinned post comes first.
            if "next" not in paging or not newer:
                return
            after = str(paging["cursors"]["after"])
        raise Unavailable(Reason.BAD_ANSWER, "more posts since than a look takes in")

    def inspected(self, app_id: str = "") -> Said:
        """What Meta knows of the token: ``is_valid``, ``scopes``, ``expires_at``. Asked in the name
        of the app where its secret is known. This call alone takes the token in the address:
        https://developers.facebook.com/docs/graph-api/reference/debug_token"""
        asking = f"{app_id}|{self.app_secret}" if app_id and self.app_secret else self.token
        conceal(asking)
        with http.before_publishing():
            params = {"input_token": self.token}
            told: Said = self._call("GET", "debug_token", asking, params=params)["data"]
            return told

    def end(self) -> datetime | None:
        """When the token ends, where the network tells this token; not every one is told."""
        try:
            return ends(self.inspected())
        except (SendError, LookupError, TypeError, ValueError):
            return None

    def _call(self, method: str, path: str, token: str, **parts: Any) -> Said:
        # A delete has no body: its proof goes with the address.
        where = "data" if "data" in parts else "params"
        fields = {**parts.get(where, {})}
        if self.app_secret:
            # https://developers.facebook.com/docs/graph-api/guides/secure-requests
            fields["appsecret_proof"] = self._proof(token)
        parts[where] = {name: value for name, value in fields.items() if value}
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = http.call(method, f"{self.address}/{path}", headers=headers, **parts)
        except SendError as error:
            raise meaning(error) from None
        told = answer.json()
        if not isinstance(told, dict):
            raise Uncertain(Reason.BAD_ANSWER, "no object", status=answer.status)
        if "error" in told:
            said = Uncertain(Reason.BAD_ANSWER, "an error as a success", status=answer.status)
            said.said, said.headers = told, answer.headers
            raise meaning(said)
        return told

    def _proof(self, token: str) -> str:
        return hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def named(told: Said, name: str = "id") -> str:
    """The name of what was made; `Uncertain` where the answer has none."""
    if not isinstance(told.get(name), str | int) or not told[name]:
        raise Uncertain(Reason.BAD_ANSWER, f"a success without {name}")
    return str(told[name])


def ends(token: Said) -> datetime | None:
    """When a token ends, or its access to content if that is sooner; None where neither does."""
    moments = (token.get("expires_at"), token.get("data_access_expires_at"))
    known = [int(moment) for moment in moments if moment]
    return datetime.fromtimestamp(min(known), UTC) if known else None


def moment(text: str) -> datetime:
    """Such as ``2026-11-23T06:10:00+0000``."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def bare(text: str) -> str:
    """The words alone, to compare: networks trim spaces and lines."""
    return "".join(text.split())
