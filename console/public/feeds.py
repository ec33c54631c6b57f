"""The feeds: CAP and plain Atom, RSS and JSON Feed, of the newest messages.

What a reader knows an item by never changes: it is made of the entry's own key, the host that it
was published under and its date (a tag URI, RFC 4151).
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from console.domain.cap import MEDIA_TYPE, Alert, speakable
from console.public.entries import Entry, Message
from console.public.file import ATOM, JSON_FEED, RSS, File
from console.public.kinds import KINDS
from console.public.publisher import Publisher

BEFORE_ANYTHING = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed changed that nothing was said in yet: any day does that stays the same."""
_ATOM = "http://www.w3.org/2005/Atom"


def atom(publisher: Publisher, messages: Sequence[Message]) -> File:
    """RFC 4287."""
    feed = _feed(publisher, "feed.atom", "emergency information", messages)
    for entry in _entries(messages):
        item = SubElement(feed, "entry", {"xml:lang": entry.language})
        _put(item, "id", _id(publisher, entry))
        _put(item, "title", _title(entry))
        _put(item, "updated", entry.created_at.isoformat())
        _put(item, "published", entry.created_at.isoformat())
        _link(item, "alternate", publisher.address(entry.incident), "text/html")
        SubElement(item, "category", term=entry.kind.replace(" ", "-"), label=KINDS[entry.kind])
        _put(item, "content", entry.text, type="text")
    return File(_whole(feed), ATOM, changed(messages))


def cap(publisher: Publisher, messages: Sequence[Message], alerts: Sequence[Alert]) -> File:
    """An Atom feed of CAP alerts: each entry leads to the alert itself."""
    feed = _feed(publisher, "cap.atom", "emergency alerts (CAP 1.2)", messages)
    for alert in alerts:
        info = alert.infos[0]
        item = SubElement(feed, "entry", {"xml:lang": info.language})
        _put(item, "id", _tag(alert.sender, alert.sent, alert.identifier))
        _put(item, "title", info.headline)
        _put(item, "updated", alert.sent.isoformat())
        _put(item, "published", alert.sent.isoformat())
        _put(item, "summary", info.description, type="text")
        _link(item, "alternate", publisher.address(cap_path(alert)), MEDIA_TYPE)
        _link(item, "related", info.web, "text/html")
        SubElement(item, "category", term=info.category)
    return File(_whole(feed), ATOM, changed(messages))


def cap_path(alert: Alert) -> str:
    return f"cap/{alert.identifier}.xml"


def rss(publisher: Publisher, messages: Sequence[Message]) -> File:
    """RSS 2.0, https://www.rssboard.org/rss-specification"""
    root = Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = SubElement(root, "channel")
    _put(channel, "title", f"{publisher.name}: emergency information")
    _put(channel, "link", publisher.address())
    _put(channel, "description", f"What {publisher.name} says in an emergency, as it says it.")
    SubElement(channel, "atom:link", rel="self", type=RSS, href=publisher.address("feed.rss"))
    _put(channel, "lastBuildDate", format_datetime(changed(messages)))
    for entry in _entries(messages):
        item = SubElement(channel, "item")
        _put(item, "title", _title(entry))
        _put(item, "link", publisher.address(entry.incident))
        # Readers take a description for HTML, so that the words are escaped once for it.
        _put(item, "description", _as_html(entry.text))
        _put(item, "category", KINDS[entry.kind])
        _put(item, "guid", _id(publisher, entry), isPermaLink="false")
        _put(item, "pubDate", format_datetime(entry.created_at.astimezone(UTC)))
    return File(_whole(root), RSS, changed(messages))


def json_feed(publisher: Publisher, messages: Sequence[Message]) -> File:
    """Version 1.1, https://www.jsonfeed.org/version/1.1/"""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{publisher.name}: emergency information",
        "home_page_url": publisher.address(),
        "feed_url": publisher.address("feed.json"),
        "authors": [{"name": publisher.name}],
        "items": [
            {
                "id": _id(publisher, entry),
                "url": publisher.address(entry.incident),
                "title": _title(entry),
                "content_text": entry.text,
                "date_published": entry.created_at.isoformat(),
                "language": entry.language,
                "tags": [KINDS[entry.kind]],
            }
            for entry in _entries(messages)
        ],
    }
    return File(json.dumps(feed, ensure_ascii=False).encode(), JSON_FEED, changed(messages))


def _feed(publisher: Publisher, path: str, title: str, messages: Sequence[Message]) -> Element:
    feed = Element("feed", {"xmlns": _ATOM})
    # Of the address, which a feed keeps as long as readers find it.
    _put(feed, "id", publisher.address(path))
    _put(feed, "title", f"{publisher.name}: {title}")
    _put(feed, "updated", changed(messages).isoformat())
    _put(SubElement(feed, "author"), "name", publisher.name)
    _link(feed, "self", publisher.address(path), ATOM)
    _link(feed, "alternate", publisher.address(), "text/html")
    return feed


def _entries(messages: Sequence[Message]) -> list[Entry]:
    return [entry for message in messages for entry in message.entries]


def changed(messages: Sequence[Message]) -> datetime:
    """Of what was said last, and so the same for every reader however often it is asked for."""
    at = max((one.created_at for one in _entries(messages)), default=BEFORE_ANYTHING)
    return at.astimezone(UTC)


def _title(entry: Entry) -> str:
    return entry.subject


def _id(publisher: Publisher, entry: Entry) -> str:
    sender = entry.about.sender if entry.about else publisher.host
    return _tag(sender, entry.created_at, entry.key)


def _tag(sender: str, at: datetime, what: str) -> str:
    return f"tag:{sender},{at.astimezone(UTC):%Y-%m-%d}:{what}"


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")


def _put(into: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(into, name, attributes).text = speakable(text)


def _link(into: Element, rel: str, href: str, type: str) -> None:
    SubElement(into, "link", rel=rel, href=href, type=type)


def _whole(root: Element) -> bytes:
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found + b"\n"
