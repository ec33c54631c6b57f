"""Writes the public side as files, so that anything that serves files can serve it.

A file appears whole or not at all: written beside its place under a name that begins with a dot and
has the version in it, flushed to the disk, renamed. What is the same already is not touched.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from console.catalogue import FURTHER
from console.public import look, pages
from console.public.file import File
from console.public.site import FRONT, SHARED, Side

WHOLE_EVERY = timedelta(minutes=10)
"""How often every file is compared, in case somebody else changed or removed one."""
LEFT = ".", ".part"
"""How the name of a file begins and ends that is still being written."""


class Writer:
    """One folder, and what is known of it: only what may have changed is made again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, object] = {}
        self._whole_at: datetime | None = None

    def write(self, side: Side) -> int:
        """Brings the folder up to date; returns how many files that changed. Raises `OSError`."""
        if self._whole_at is None or side.now - self._whole_at >= WHOLE_EVERY:
            _clear(self.folder)
            _end(self.folder, side.publisher.languages)
            self._seen, self._whole_at = {}, side.now
        changed = 0
        for found in side.incidents:
            # What a page says depends on its messages, and on whether the newest has run out.
            stands = (tuple(found), found[0].ended(side.now))
            if self._seen.get(found[0].incident) != stands:
                changed += write(self.folder, side.of_incident(found[0].incident))
                self._seen[found[0].incident] = stands
        shown = (side.newest, side.current, [one.ended(side.now) for one in side.current])
        if self._seen.get(FRONT) != shown:
            changed += write(self.folder, _shared(side))
            self._seen[FRONT] = shown
        return changed


def write(folder: Path, files: Mapping[str, File]) -> int:
    """Raises `OSError`."""
    return sum(_put(folder / path, file.content) for path, file in files.items())


def _shared(side: Side) -> dict[str, File]:
    """The first pages last: what they lead to is there by then."""
    names = [*look.files(), *(one for one in SHARED if one != FRONT)]
    found = ((name, side.shared(name)) for name in names)
    fronts = {f"{pages.folder(one)}{FRONT}": side.front(one) for one in side.publisher.languages}
    return {**{name: file for name, file in found if file}, **fronts}


def _put(place: Path, content: bytes) -> bool:
    with suppress(OSError):
        if place.read_bytes() == content:
            return False
    place.parent.mkdir(parents=True, exist_ok=True)
    version = hashlib.sha256(content).hexdigest()[:12]
    draft = place.with_name(f"{LEFT[0]}{place.name}.{version}.{os.getpid()}{LEFT[1]}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)  # the web server is another user
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    _flush(place.parent)
    return True


def _flush(folder: Path) -> None:
    """The rename itself, too, outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _end(folder: Path, languages: tuple[str, ...]) -> None:
    """Pages in a language that is offered no more would go on saying what was true once."""
    for one in set(FURTHER) - set(languages):
        shutil.rmtree(folder / one, ignore_errors=True)


def _clear(folder: Path) -> None:
    """What a writer left behind that died while it wrote."""
    for left in _left(folder):
        left.unlink(missing_ok=True)


def _left(folder: Path) -> Iterator[Path]:
    for place in folder.rglob(f"{LEFT[0]}*{LEFT[1]}"):
        _, _, pid = place.name.removesuffix(LEFT[1]).rpartition(".")
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            yield place
