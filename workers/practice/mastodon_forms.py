"""What the practice Mastodon answers with: its instance, accounts, posts and pictures as JSON."""

import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any

import regex

from workers.practice.exchange import Request
from workers.practice.links import LINK
from workers.practice.log import Entry, Media

MOST_CHARACTERS = 500
LINK_CHARACTERS = 23
_MENTION = regex.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")


def length(text: str) -> int:
    """As Mastodon counts: graphemes, any link 23, a mention without its server."""
    shortened = _MENTION.sub(r"\1", LINK.sub("x" * LINK_CHARACTERS, text))
    return len(regex.findall(r"\X", shortened))


def instance(request: Request) -> dict[str, Any]:
    """One answer for v1 and v2; each client reads the fields that it knows."""
    return {
        "uri": "practice.localhost",
        "domain": "practice.localhost",
        "title": "Practice Mastodon",
        "description": "Nothing here is public.",
        "version": "4.3.0",
        "source_url": request.base,
        "api_versions": {"mastodon": 2},
        "languages": ["en"],
        "urls": {},
        "stats": {"user_count": 1, "status_count": 0, "domain_count": 1},
        "usage": {"users": {"active_month": 1}},
        "registrations": False,
        "rules": [],
        "configuration": {
            "statuses": {
                "max_characters": MOST_CHARACTERS,
                "max_media_attachments": 4,
                "characters_reserved_per_url": LINK_CHARACTERS,
            },
            "media_attachments": {
                "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp"],
                "description_limit": 1500,
                "image_size_limit": 16777216,
            },
        },
    }


def account_number(name: str) -> str:
    return str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big"))


def account(base: str, name: str, profile: Mapping[str, str] | None = None) -> dict[str, Any]:
    """``profile``: what was changed of it."""
    said = profile or {}
    return {
        "id": account_number(name),
        "username": name,
        "acct": name,
        "display_name": said.get("display_name", name),
        "url": f"{base}/mastodon/@{name}",
        "note": content(said.get("note", "")),
        "avatar": f"{base}/avatar.png",
        "followers_count": 0,
        "bot": True,
        "locked": False,
        "fields": [],
        "emojis": [],
        "created_at": "2026-01-01T00:00:00.000Z",
        "source": {"privacy": "public", "sensitive": False, "language": "en", "note": ""},
    }


def status(base: str, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "uri": f"{base}/mastodon/@{entry.account}/{entry.id}",
        "url": f"{base}/mastodon/@{entry.account}/{entry.id}",
        "created_at": entry.at,
        "content": content(entry.text),
        "text": entry.text,
        "language": entry.kept.get("language"),
        "visibility": entry.kept.get("visibility", "public"),
        "in_reply_to_id": entry.in_reply_to,
        "in_reply_to_account_id": account_number(entry.account) if entry.in_reply_to else None,
        "account": account(base, entry.account),
        "media_attachments": [
            attachment(base, f"{entry.id}{place}", media) for place, media in enumerate(entry.media)
        ],
        "sensitive": False,
        "spoiler_text": "",
        "mentions": [],
        "tags": [],
        "emojis": [],
        "reblog": None,
        "poll": None,
        "card": None,
        "reblogs_count": 0,
        "favourites_count": 0,
        "replies_count": 0,
    }


def attachment(base: str, id: str, media: Media) -> dict[str, Any]:
    address = f"{base}/media/{media.sha256}"
    return {
        "id": id,
        "type": "image",
        "url": address,
        "preview_url": address,
        "remote_url": None,
        "meta": {},
        "description": media.alt or None,
        "blurhash": None,
    }


def content(text: str) -> str:
    """The words as Mastodon's HTML: paragraphs, line breaks, links with a hidden ``https://``."""
    paragraphs = regex.split(r"\n{2,}", text.strip("\n"))
    return "".join(f"<p>{'<br />'.join(map(_line, one.split(chr(10))))}</p>" for one in paragraphs)


def _line(line: str) -> str:
    written, end = [], 0
    for match in LINK.finditer(line):
        scheme, rest = match[0].split("//", 1)
        written.append(escape(line[end : match.start()]))
        written.append(
            f'<a href="{escape(match[0])}" target="_blank" rel="nofollow noopener noreferrer">'
            f'<span class="invisible">{scheme}//</span><span class="">{escape(rest)}</span></a>'
        )
        end = match.end()
    return "".join(written) + escape(line[end:])
