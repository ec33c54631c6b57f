"""Reads what is public from the files that the public-page channel keeps."""

import json
import logging
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from console.domain.about import About
from console.domain.message import Kind

log = logging.getLogger(__name__)

ENDED_FOR = timedelta(hours=24)
"""How long an ended incident stays on the first public page."""
LISTED_MOST = 20
SETTLED = 2.0
"""Seconds after which a folder's time tells whether it changed: clocks of files tick slowly."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
_ABOUT = TypeAdapter(About)


@dataclass(frozen=True)
class Picture:
    sha256: str
    alt: str
    width: int
    height: int
    media_type: str


@dataclass(frozen=True)
class Entry:
    """One text as the public is told it. The format: workers/channels/public_page.py."""

    key: str
    message: str
    """Its message's id; entries of before there was one are messages of their own."""
    incident: str
    kind: Kind
    subject: str
    text: str
    language: str
    exercise: bool
    created_at: datetime
    expires_at: datetime | None
    picture: Picture | None
    about: About | None = None


@dataclass(frozen=True)
class Message:
    """One message, in each of its languages; the first is the council's own."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        return self.entries[0]

    def beginning_in(self, language: str) -> "Message":
        """With the words in this language first, where there are any."""
        return Message(tuple(sorted(self.entries, key=lambda one: one.language != language)))

    @property
    def id(self) -> str:
        return self.first.message

    @property
    def incident(self) -> str:
        return self.first.incident

    @property
    def kind(self) -> Kind:
        return self.first.kind

    @property
    def created_at(self) -> datetime:
        return self.first.created_at

    @property
    def over(self) -> bool:
        """True where the message itself says so."""
        return self.kind in (Kind.ALL_CLEAR, Kind.CANCEL)

    @property
    def ends_at(self) -> datetime | None:
        return self.first.expires_at

    def ended(self, now: datetime) -> bool:
        return self.over or bool(self.ends_at and now >= self.ends_at)

    def current(self, now: datetime) -> bool:
        """True where the first public page still has to name its incident."""
        end = self.ends_at if self.ends_at and now >= self.ends_at else self.created_at
        return not self.ended(now) or now - end < ENDED_FOR


def incidents(folders: Iterable[Path]) -> set[str]:
    """The names of all that have an entry."""
    return {
        place.name
        for folder in folders
        if (folder / "entries").is_dir()
        for place in (folder / "entries").iterdir()
        if _NAME.fullmatch(place.name)
    }


def of_incident(folders: Iterable[Path], incident: str, *, exercise: bool) -> list[Message]:
    """Newest first. Only of the world that is asked for, whatever lies in the folder."""
    if not _NAME.fullmatch(incident):
        return []
    found = [one for folder in folders for one in _kept(folder / "entries" / incident)]
    mine = [one for one in found if one.exercise is exercise and one.incident == incident]
    return _messages(mine)


def everything(folders: list[Path], *, exercise: bool) -> list[list[Message]]:
    """Every incident's messages; the incident with the newest first."""
    found = (of_incident(folders, name, exercise=exercise) for name in incidents(folders))
    return sorted(filter(None, found), key=lambda one: _order(one[0]), reverse=True)


def current(found: Iterable[list[Message]], now: datetime) -> list[Message]:
    """The newest message of every incident that is current, or ended lately; newest first."""
    return [one[0] for one in found if one[0].current(now)][:LISTED_MOST]


def picture(folders: Iterable[Path], sha256: str) -> tuple[str, bytes] | None:
    """Media type and bytes, if it is there and is a picture."""
    if not _SHA256.fullmatch(sha256):
        return None
    for folder in folders:
        try:
            content = (folder / "pictures" / sha256).read_bytes()
        except OSError:
            continue
        for magic, media_type in _MAGIC.items():
            if content.startswith(magic):
                return media_type, content
    return None


def _messages(found: list[Entry]) -> list[Message]:
    """Two public pages of one council have the same words: each language is told once."""
    ordered = sorted(found, key=lambda one: (one.message, one.created_at, one.key))
    grouped = []
    for _, of_one in groupby(ordered, key=lambda one: one.message):
        languages: dict[str, Entry] = {}
        for entry in of_one:
            languages.setdefault(entry.language, entry)
        grouped.append(Message(tuple(languages.values())))
    return sorted(grouped, key=_order, reverse=True)


def _order(message: Message) -> tuple[datetime, str]:
    return message.created_at, message.first.key


def _kept(folder: Path) -> tuple[Entry, ...]:
    """Read once, until the folder changes: an entry in it never does."""
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return ()
    if time.time() - changed / 1e9 < SETTLED:
        return tuple(_entries(folder))
    return _read(folder, changed)


@lru_cache(maxsize=2048)
def _read(folder: Path, _changed: int) -> tuple[Entry, ...]:
    return tuple(_entries(folder))


def _entries(folder: Path) -> Iterator[Entry]:
    if not folder.is_dir():
        return
    # A name with a dot in front is an entry that is still being written.
    for place in sorted(folder.glob("[!.]*.json")):
        try:
            yield _entry(json.loads(place.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("public entry %s left out: %s", place.name, type(error).__name__)


def _entry(said: dict[str, Any]) -> Entry:
    ends = said["expires_at"]
    entry = Entry(
        key=str(said["key"]),
        message=str(said.get("message") or said["key"]),
        incident=str(said["incident"]),
        kind=Kind(said["kind"]),
        subject=str(said["subject"]),
        text=str(said["text"]),
        language=str(said["language"]),
        # What does not say that it is meant is not.
        exercise=said["exercise"] is not False,
        created_at=datetime.fromisoformat(said["created_at"]),
        expires_at=datetime.fromisoformat(ends) if ends else None,
        picture=_picture(said["picture"]) if said["picture"] else None,
        about=_ABOUT.validate_python(said["about"]) if said.get("about") else None,
    )
    times = (entry.created_at, entry.expires_at, entry.about and entry.about.until)
    if any(at and at.tzinfo is None for at in times):
        raise ValueError("a time without a zone")
    return entry


def _picture(said: dict[str, Any]) -> Picture:
    return Picture(
        sha256=str(said["sha256"]),
        alt=str(said["alt"]),
        width=int(said["width"]),
        height=int(said["height"]),
        media_type=str(said["media_type"]),
    )
