"""Everything that the public side serves: path below /public/ -> file, made from the entries.

``now`` decides only which incidents are current and what has run out, so that the same is made by
whoever makes it: the console for one request, or a worker for a folder of files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from console.catalogue import ENGLISH
from console.domain import cap
from console.domain.cap import Alert
from console.public import alerts, banner, entries, feeds, look, pages
from console.public.entries import Message
from console.public.file import File
from console.public.publisher import Publisher

NEWEST = 30
"""Messages in a feed."""


@dataclass(frozen=True)
class Side:
    """The public side at one moment."""

    folders: tuple[Path, ...]
    publisher: Publisher
    now: datetime

    @cached_property
    def incidents(self) -> list[list[Message]]:
        found = entries.everything(list(self.folders), exercise=self.publisher.exercise)
        return [one for one in found if one]

    @cached_property
    def current(self) -> list[Message]:
        return entries.current(self.incidents, self.now)

    @cached_property
    def newest(self) -> list[Message]:
        found = [message for one in self.incidents[:NEWEST] for message in one]
        return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)[:NEWEST]

    @cached_property
    def alerts(self) -> list[Alert]:
        found = [one for each in self.incidents[:NEWEST] for one in self._alerts(each)]
        return sorted(found, key=lambda one: (one.sent, one.identifier), reverse=True)[:NEWEST]

    def shared(self, name: str) -> File | None:
        """What is about every incident: the first page, a feed, the banner."""
        # An exercise is on its pages alone: whatever could leave them is never made.
        if self.publisher.exercise and name != FRONT:
            return None
        if name in look.files():
            return look.files()[name]
        make = SHARED.get(name)
        return make(self) if make else None

    def front(self, language: str) -> File:
        return pages.front(self.publisher, self.current, self.now, language)

    def incident(self, id_: str, language: str = ENGLISH) -> File | None:
        found = self._of(id_)
        return pages.incident(self.publisher, found, self.now, language) if found else None

    def alert(self, identifier: str) -> File | None:
        """The CAP of one message, which may be of any age."""
        if self.publisher.exercise:
            return None
        for one in self.incidents:
            if any(alerts.identifier(message) == identifier for message in one):
                return self.caps(one).get(f"cap/{identifier}.xml")
        return None

    def of_incident(self, id_: str) -> Mapping[str, File]:
        """All files about one incident, by path."""
        found = self._of(id_)
        if not found:
            return {}
        told = {
            f"{pages.folder(one)}{id_}/{FRONT}": pages.incident(
                self.publisher, found, self.now, one
            )
            for one in self.publisher.languages
        }
        return {**told, **self.caps(found), **self._pictures(found)}

    def caps(self, found: list[Message]) -> dict[str, File]:
        if self.publisher.exercise:
            return {}
        return {
            feeds.cap_path(one): File(cap.xml(one), cap.MEDIA_TYPE, one.sent)
            for one in self._alerts(found)
        }

    def picture(self, name: str) -> File | None:
        """By its SHA-256, with or without an ending."""
        found = entries.picture(self.folders, name.partition(".")[0])
        return File(found[1], found[0]) if found else None

    def _of(self, id_: str) -> list[Message]:
        return entries.of_incident(self.folders, id_, exercise=self.publisher.exercise)

    def _alerts(self, found: list[Message]) -> list[Alert]:
        return alerts.alerts(self.publisher, found)

    def _pictures(self, found: list[Message]) -> dict[str, File]:
        shown = {one.picture for message in found for one in message.entries if one.picture}
        made = {pages.picture_path(one): self.picture(one.sha256) for one in shown}
        return {path: file for path, file in made.items() if file}


FRONT = "index.html"
SHARED: Mapping[str, Callable[[Side], File]] = {
    FRONT: lambda side: side.front(ENGLISH),
    "404.html": lambda side: pages.nothing(side.publisher),
    "cap.atom": lambda side: feeds.cap(side.publisher, side.newest, side.alerts),
    "feed.atom": lambda side: feeds.atom(side.publisher, side.newest),
    "feed.rss": lambda side: feeds.rss(side.publisher, side.newest),
    "feed.json": lambda side: feeds.json_feed(side.publisher, side.newest),
    "banner.json": lambda side: banner.as_json(side.publisher, side.current),
    "banner.html": lambda side: banner.as_html(side.publisher, side.current),
    "banner.js": lambda side: banner.script(),
}
