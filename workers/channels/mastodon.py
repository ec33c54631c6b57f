"""Mastodon, and servers that speak its API."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Counting,
    Key,
    Limit,
    Picture,
    Post,
    Published,
    Reason,
    Receipt,
    Unavailable,
)
from workers import http
from workers.secrecy import conceal

_CLOCKS_APART = timedelta(minutes=2)
_PAGE = 40
"""The most that account_statuses gives in one answer."""
_PAGES = 10


class Mastodon:
    limit: ClassVar[Limit] = Limit(500, Counting.MASTODON)
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    """Mastodon keeps an Idempotency-Key for an hour; Takahe and GoToSocial ignore it."""
    keys: ClassVar[Mapping[str, Key]] = {
        "url": Key(hint="the server's address, https://..."),
        "token": Key(secret=True, hint="an access token with read and write"),
        "visibility": Key(required=False, hint="public (the default), unlisted or private"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/mastodon",
        "token": "{world}.{name}",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings["url"]).rstrip("/")
        self.token = str(settings["token"])
        self.visibility = str(settings.get("visibility", "public"))
        conceal(self.token)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        """The account's page; where the account is not written as Mastodon does, its server's."""
        url = str(settings.get("url", "")).rstrip("/")
        name = re.fullmatch(r"@?([A-Za-z0-9_.-]+)(@[A-Za-z0-9.-]+)?", str(settings["account"]))
        return f"{url}/@{name[1]}" if name else url

    def send(self, post: Post) -> Receipt:
        media = self._upload(post.picture) if post.picture else None
        with self._client() as client:
            return _receipt(
                client.status_post(
                    post.text,
                    in_reply_to_id=post.reply_to or None,
                    media_ids=media,
                    visibility=self.visibility,
                    language=post.language,
                    idempotency_key=post.key,
                )
            )

    def _upload(self, picture: Picture) -> list[str]:
        with http.before_publishing(), self._client() as client:
            return [client.media_post(picture.content, picture.media_type, picture.alt)["id"]]

    def find(self, post: Post) -> Receipt | None:
        """Looks through the account's newest posts for these words, not older than the release."""
        with http.before_publishing(), self._client() as client:
            account = client.account_verify_credentials()["id"]
            for status in _since(client, account, post.created_at - _CLOCKS_APART):
                if _words(status["content"]) == _words(escape(post.text)):
                    return _receipt(status)
            return None

    def check(self) -> Checked:
        with http.before_publishing(), self._client() as client:
            known = client.account_verify_credentials()
        moved = known.get("moved") or {}
        profile = {
            "name": str(known["display_name"]),
            "bio": _plain(known["note"]),
            "avatar": str(known["avatar"]),
            "moved": str(moved.get("url") or moved.get("acct") or ""),
        }
        return Checked(
            name=f"@{known['acct']}",
            id=str(known["id"]),
            profile=profile,
            followers=known["followers_count"],
        )

    def recent(self, since: datetime) -> list[Published]:
        """Boosts too: what an account passes on, it says."""
        with http.before_publishing(), self._client() as client:
            account = client.account_verify_credentials()["id"]
            page = client.account_statuses(account, limit=_PAGE)
            return [_published(status) for status in page if status["created_at"] >= since]

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from mastodon import Mastodon as Client
        from mastodon import MastodonError

        client = Client(
            access_token=self.token,
            api_base_url=self.url,
            session=http.session(),
            user_agent=http.USER_AGENT,
            ratelimit_method="throw",  # the default sleeps inside the call
            # A version, taken for given: without one media_post asks the server, and where
            # /api/v2/instance is missing it asks until the stack is full (Mastodon.py 2.3.3).
            mastodon_version="4.2.0",
            version_check_mode="created",
        )
        with http.understood(MastodonError):
            yield client


def _since(client: Any, account: str, moment: datetime) -> Iterator[Any]:
    """The account's statuses, newest first, back to this moment; `Unavailable` where there are more
    than a look can take in, since then nobody can say that one is not there."""
    newest: dict[str, str] = {}
    for _ in range(_PAGES):
        page = client.account_statuses(account, limit=_PAGE, exclude_reblogs=True, **newest)
        for status in page:
            if status["created_at"] < moment:
                return
            yield status
        if len(page) < _PAGE:
            return
        newest = {"max_id": page[-1]["id"]}
    raise Unavailable(Reason.BAD_ANSWER, "more posts since than a look takes in")


def _receipt(status: Any) -> Receipt:
    return Receipt(reference=str(status["id"]), url=str(status["url"] or ""))


def _published(status: Any) -> Published:
    words = _plain(status["content"])
    return Published(
        reference=str(status["id"]),
        text=f"Boosted: {words}" if status.get("reblog") else words,
        at=status["created_at"].astimezone(UTC),
        url=str(status["url"] or ""),
    )


class _Text(HTMLParser):
    """Collects the words of a status: its markup hides parts of a link, but keeps them all."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p") and self.parts:
            self.parts.append("\n")

    def handle_data(self, text: str) -> None:
        self.parts.append(text)


def _plain(content: str) -> str:
    text = _Text()
    text.feed(content)
    text.close()
    return "".join(text.parts)


def _words(content: str) -> str:
    """The bare words, to compare: without spaces, and mentions without their server, as shown."""
    return re.sub(r"\s", "", re.sub(r"(@\w+)@[\w.-]+\w", r"\1", _plain(content)))
