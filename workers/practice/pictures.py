"""The pictures that came with posts and mails, kept by the SHA-256 of their bytes."""

import hashlib
import re
from pathlib import Path

from workers.practice.log import Media

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


class Pictures:
    """In memory; in a folder as well where the log has a file."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: dict[str, bytes] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._held = {path.name: path.read_bytes() for path in folder.iterdir()}

    def keep(self, content: bytes, alt: str = "") -> Media:
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in self._held:
            self._held[sha256] = content
            if self._folder is not None:
                (self._folder / sha256).write_bytes(content)
        return Media(sha256, alt, media_type(content), len(content))

    def content(self, sha256: str) -> bytes | None:
        return self._held.get(sha256)


def media_type(content: bytes) -> str:
    """What the bytes are, whatever the sender called them."""
    if re.match(rb"RIFF....WEBP", content, re.DOTALL):
        return "image/webp"
    found = (name for start, name in _BEGINNINGS if content.startswith(start))
    return next(found, "application/octet-stream")
