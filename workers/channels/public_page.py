"""Skellat's own public page: one file per message is the record of what is public.

The web shows the page from these files; nothing else writes them. Under the channel's folder:

* ``entries/<incident>/<key>.json``: ``key, message, number, incident, kind, subject, text,
  language, exercise, created_at, expires_at, reply_to``, ``picture``, which is null or ``{sha256,
  media_type, alt, width, height}``, and ``about``, which is null or a `console.domain.about.About`.
  Times are ISO 8601 with their offset. One entry per key, and an entry never changes. Entries of
  before there were feeds have no ``message``, ``number`` and ``about``.
* ``pictures/<sha256>``: the picture's bytes.

An entry appears whole or not at all: written beside its place (a name that begins with a dot is a
file still being written), flushed to the disk, renamed.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, ClassVar

from pydantic import TypeAdapter

from console.domain.about import About
from console.domain.channel import Checked, Key, Limit, Post, Reason, Receipt, Refused, Unavailable


class PublicPage:
    limit: ClassVar[Limit] = Limit()
    replies: ClassVar[bool] = True
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    tells_about: ClassVar[bool] = True
    keys: ClassVar[Mapping[str, Key]] = {
        "folder": Key(hint="the folder that the web shows the public page from"),
    }
    practice: ClassVar[Mapping[str, str]] = {"folder": "{var}/public/{world}"}

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.folder = Path(str(settings["folder"]))

    @staticmethod
    def where(_settings: Mapping[str, Any]) -> str:
        return "{public}"

    def send(self, post: Post) -> Receipt:
        try:
            if post.picture:
                _write(self.folder / "pictures" / _name(post.picture.sha256), post.picture.content)
            _write_entry(self._entry(post), _fields(post))
        except OSError as error:
            raise Unavailable(Reason.SERVER, f"not written: {error.strerror}") from None
        return self._receipt(post)

    def find(self, post: Post) -> Receipt | None:
        return self._receipt(post) if self._entry(post).exists() else None

    def check(self) -> Checked:
        """Proves that the folder can be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self.folder):
                return Checked(name=str(self.folder))
        except OSError as error:
            detail = f"{self.folder}: {error.strerror}"
            raise Refused(Reason.MISCONFIGURED, detail) from None

    def _entry(self, post: Post) -> Path:
        return self.folder / "entries" / _name(post.incident) / f"{_name(post.key)}.json"

    def _receipt(self, post: Post) -> Receipt:
        return Receipt(reference=post.key, url=post.link)


def _name(text: str) -> str:
    """An identifier as a file's name: whatever it says, it stays in its folder."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", text):
        raise Refused(Reason.MISCONFIGURED, "an identifier that is no file name")
    return text


def _fields(post: Post) -> dict[str, object]:
    picture = post.picture
    return {
        "key": post.key,
        "message": post.message,
        "number": post.number,
        "incident": post.incident,
        "kind": post.kind,
        "subject": post.subject,
        "text": post.text,
        "language": post.language,
        "exercise": post.exercise,
        "created_at": post.created_at.isoformat(),
        "expires_at": post.expires_at.isoformat() if post.expires_at else None,
        "reply_to": post.reply_to,
        "picture": picture and {name: getattr(picture, name) for name in _PICTURE},
        "about": _ABOUT.dump_python(post.about, mode="json") if post.about else None,
    }


_PICTURE = ("sha256", "media_type", "alt", "width", "height")


_ABOUT = TypeAdapter(About)
_OF_SETTINGS = ("about", "message", "number")
"""What another version, or a setting that was changed between two tries, may say differently."""


def _write_entry(place: Path, said: dict[str, object]) -> None:
    """One that is there already stays as it is, where its words are the same."""
    content = json.dumps(said, ensure_ascii=False).encode()
    if not (place.exists() and _words(place.read_bytes()) == _words(content)):
        _write(place, content)


def _words(content: bytes) -> dict[str, Any]:
    try:
        whole: dict[str, Any] = json.loads(content)
        return {key: value for key, value in whole.items() if key not in _OF_SETTINGS}
    except (ValueError, AttributeError):
        return {}


def _write(place: Path, content: bytes) -> None:
    """Puts a file there, whole and lasting; one that is there already has to be the same."""
    if place.exists():
        if place.read_bytes() != content:
            raise Refused(Reason.CONTENT, "something else is published under this name")
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
