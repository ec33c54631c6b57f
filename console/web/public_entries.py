"""Reads what is public from the files that the public-page channel keeps."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from console import connecting
from console.actions.desk import Desk
from console.configuration import SecretMissing
from console.connecting import NoPractice
from console.domain.incident import Mode
from console.domain.message import Kind

log = logging.getLogger(__name__)

NETWORK = "public-page"
ENDED_FOR = timedelta(hours=24)
"""How long an ended incident stays on the first public page."""
LISTED_MOST = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass(frozen=True)
class Picture:
    sha256: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Entry:
    """One message as the public is told it. The format: workers/channels/public_page.py."""

    key: str
    incident: str
    kind: Kind
    subject: str
    text: str
    language: str
    created_at: datetime
    expires_at: datetime | None
    picture: Picture | None

    def ended(self, now: datetime) -> bool:
        over = self.kind in (Kind.ALL_CLEAR, Kind.CANCEL)
        return over or bool(self.expires_at and now >= self.expires_at)

    def current(self, now: datetime) -> bool:
        """True where the first public page still has to name its incident."""
        end = self.expires_at if self.expires_at and now >= self.expires_at else self.created_at
        return not self.ended(now) or now - end < ENDED_FOR


def folders(desk: Desk, mode: Mode) -> list[Path]:
    """Where the configured public pages keep their files."""
    found = []
    for channel in desk.channels:
        if channel.network != NETWORK:
            continue
        try:
            adapter = connecting.connect(channel, mode, desk.settings)
        except (NoPractice, SecretMissing) as error:
            log.warning("public page %s is not set up: %s", channel.name, error)
            continue
        found.append(Path(str(getattr(adapter, "folder", ""))))
    return list(dict.fromkeys(found))


def of_incident(folders: list[Path], incident: str) -> list[Entry]:
    """Newest first."""
    if not _NAME.fullmatch(incident):
        return []
    found = [one for folder in folders for one in _entries(folder / "entries" / incident)]
    return sorted(found, key=lambda one: (one.created_at, one.key), reverse=True)


def latest(folders: list[Path], now: datetime) -> list[Entry]:
    """The newest entry of every incident that is current, or ended lately; newest first."""
    names = {
        place.name
        for folder in folders
        if (folder / "entries").is_dir()
        for place in (folder / "entries").iterdir()
    }
    newest = [found[0] for name in names if (found := of_incident(folders, name))]
    current = [one for one in newest if one.current(now)]
    return sorted(current, key=lambda one: (one.created_at, one.key), reverse=True)[:LISTED_MOST]


def picture(folders: list[Path], sha256: str) -> tuple[str, bytes] | None:
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
        incident=str(said["incident"]),
        kind=Kind(said["kind"]),
        subject=str(said["subject"]),
        text=str(said["text"]),
        language=str(said["language"]),
        created_at=datetime.fromisoformat(said["created_at"]),
        expires_at=datetime.fromisoformat(ends) if ends else None,
        picture=_picture(said["picture"]) if said["picture"] else None,
    )
    if entry.created_at.tzinfo is None or (entry.expires_at and entry.expires_at.tzinfo is None):
        raise ValueError("a time without a zone")
    return entry


def _picture(said: dict[str, Any]) -> Picture:
    return Picture(
        sha256=str(said["sha256"]),
        alt=str(said["alt"]),
        width=int(said["width"]),
        height=int(said["height"]),
    )
