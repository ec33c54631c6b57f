"""Serves the folder of the public side, and nothing else: a WSGI application of one file.

It is for councils without a web server of their own in front. It keeps what it read in memory and
looks at the file again at most twice a second, so that a crowd costs no disk.
"""

import gzip
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from console.public.kinds_of_files import OTHER_SITES, kind_of
from console.public.site import FRONT

Headers = list[tuple[str, str]]
Start = Callable[[str, Headers], Any]

PREFIX = "/public/"
FRESH, LONG = 10, 31_536_000
LOOK_AGAIN = 0.5
KEPT_MOST = 4096
SMALL = 500
"""Bytes; less is not worth compressing."""
_PATH = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127}/?){0,3}")
_SAFE: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'",
    ),
]


@dataclass(frozen=True)
class Kept:
    """A file as it was read."""

    version: tuple[int, int]
    looked_at: float
    body: bytes
    small: bytes
    tag: str
    changed_at: int
    headers: Headers


class Serving:
    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._kept: dict[str, Kept] = {}

    def __call__(self, asked: dict[str, Any], start: Start) -> Iterable[bytes]:
        method, path = asked["REQUEST_METHOD"], asked["PATH_INFO"]
        if method not in ("GET", "HEAD"):
            return _plain(start, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        if path in ("/", "/public"):
            return _plain(start, "302 Found", [("Location", PREFIX)])
        found = self._found(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        status = "200 OK" if found else "404 Not Found"
        found = found or self._found("404.html")
        if found is None:
            return _plain(start, status, [])
        body = _give(start, status, found, asked)
        return [body] if method == "GET" else []

    def _found(self, path: str) -> Kept | None:
        kept, now = self._kept.get(path), self._clock()
        if kept and now - kept.looked_at < LOOK_AGAIN:
            return kept
        return self._looked(path, kept, now)

    def _looked(self, path: str, kept: Kept | None, now: float) -> Kept | None:
        place = self._place(path)
        try:
            stands = place.stat() if place else None
            if place is None or stands is None:
                return None
            version = (stands.st_mtime_ns, stands.st_size)
            body = kept.body if kept and kept.version == version else place.read_bytes()
        except OSError:
            self._kept.pop(path, None)
            return None
        if len(self._kept) >= KEPT_MOST:
            self._kept.clear()
        self._kept[path] = found = _read(place.name, body, version, now)
        return found

    def _place(self, path: str) -> Path | None:
        """The file, or the first page of a folder. Whatever is asked for, it is in the folder."""
        if not _PATH.fullmatch(path):
            return None
        place = self._folder / path
        return place / FRONT if place.is_dir() else place


def _read(name: str, body: bytes, version: tuple[int, int], now: float) -> Kept:
    kind = kind_of(name)
    text = kind.startswith(("text/", "image/svg", "application/"))
    small = gzip.compress(body, 6, mtime=0) if text and len(body) >= SMALL else b""
    changed_at = version[0] // 1_000_000_000
    headers = [
        ("Content-Type", kind),
        ("Cache-Control", f"public, max-age={LONG if _versioned(name) else FRESH}"),
        ("ETag", f'W/"{sha256(body).hexdigest()[:32]}"'),
        ("Last-Modified", formatdate(changed_at, usegmt=True)),
        ("Vary", "Accept-Encoding"),
        *_SAFE,
    ]
    if kind in OTHER_SITES or name.startswith("banner."):
        headers.append(("Access-Control-Allow-Origin", "*"))
        headers.append(("Cross-Origin-Resource-Policy", "cross-origin"))
    tag = f'W/"{sha256(body).hexdigest()[:32]}"'
    return Kept(version, now, body, small, tag, changed_at, headers)


def _versioned(name: str) -> bool:
    return name.endswith((".css", ".svg"))


def _give(start: Start, status: str, kept: Kept, asked: dict[str, Any]) -> bytes:
    if status.startswith("200") and _has_it(kept, asked):
        start("304 Not Modified", kept.headers)
        return b""
    headers, body = kept.headers, kept.body
    if kept.small and "gzip" in asked.get("HTTP_ACCEPT_ENCODING", ""):
        headers, body = [*headers, ("Content-Encoding", "gzip")], kept.small
    start(status, [*headers, ("Content-Length", str(len(body)))])
    return body


def _has_it(kept: Kept, asked: dict[str, Any]) -> bool:
    """The tag goes before the time (RFC 9110, 13.1.3)."""
    if tags := asked.get("HTTP_IF_NONE_MATCH"):
        return kept.tag in tags or kept.tag.removeprefix("W/") in tags or tags.strip() == "*"
    since = asked.get("HTTP_IF_MODIFIED_SINCE")
    if not since:
        return False
    try:
        return kept.changed_at <= parsedate_to_datetime(since).timestamp()
    except (ValueError, TypeError):
        return False


def _plain(start: Start, status: str, headers: Headers) -> Iterable[bytes]:
    body = f"{status}\n".encode()
    kind = ("Content-Type", "text/plain; charset=utf-8")
    start(status, [kind, ("Content-Length", str(len(body))), *_SAFE, *headers])
    return [body]
