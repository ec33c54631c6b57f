"""The file server on asyncio: many readers at once, and a slow one holds up nobody.

It understands as much of HTTP/1.1 as reading files takes: GET and HEAD without a body. Everything
else is refused and the connection ended, so that there is little to get wrong.
"""

import asyncio
import re
import socket
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from console.public.serving import Headers, Serving

HEAD_MOST = 8192
"""Bytes of a request; browsers send a tenth of it."""
PATIENCE = 15.0
"""Seconds for a request to come whole, or for the next one, or for an answer to be taken."""
OPEN_MOST = 2000
"""Connections of one process; one more is closed at once."""
_LINE = re.compile(rb"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.([01])")
_HEADER = re.compile(rb"\r\n([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([^\r\n\x00]*)")
_WANTED = {
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"connection": "HTTP_CONNECTION",
}
_WITH_BODY = (b"content-length", b"transfer-encoding")
_REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


async def serve(serving: Serving, listening: socket.socket, ended: asyncio.Event) -> None:
    """Until it is told that it is over."""
    loop = asyncio.get_running_loop()
    reading: set[_Reader] = set()
    server = await loop.create_server(lambda: _Reader(serving, reading), sock=listening)
    async with server:
        while not ended.is_set():
            _end_slow(reading)
            try:
                await asyncio.wait_for(ended.wait(), 1.0)
            except TimeoutError:
                continue
        for one in list(reading):
            one.transport.abort()


def _end_slow(reading: "set[_Reader]") -> None:
    late = time.monotonic() - PATIENCE
    for one in [one for one in reading if one.since < late]:
        one.transport.abort()


class _Reader(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, serving: Serving, reading: "set[_Reader]") -> None:
        self._serving, self._reading = serving, reading
        self._came = b""
        self._full = False
        self.since = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if len(self._reading) >= OPEN_MOST:
            transport.abort()
            return
        self._reading.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._reading.discard(self)

    def pause_writing(self) -> None:
        self._full = True
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self._full = False
        self.transport.resume_reading()
        self._answer_all()

    def data_received(self, data: bytes) -> None:
        self._came += data
        self._answer_all()

    def _answer_all(self) -> None:
        while not self._full and not self.transport.is_closing():
            head, whole, rest = self._came.partition(b"\r\n\r\n")
            if len(head) > HEAD_MOST:
                self._refuse()
            elif whole:
                self._came, self.since = rest, time.monotonic()
                self._answer(head)
                continue
            return

    def _answer(self, head: bytes) -> None:
        line, _, _ = head.partition(b"\r\n")
        asked = _LINE.fullmatch(line)
        headers = {name.lower(): value for name, value in _HEADER.findall(head)}
        if not asked or any(one in headers for one in _WITH_BODY):
            self._refuse()
            return
        environ = _environ(asked[1], asked[2], headers)
        again = asked[3] == b"1" and "close" not in environ.get("HTTP_CONNECTION", "").lower()
        said: list[tuple[str, Headers]] = []
        body = b"".join(self._serving(environ, lambda status, more: said.append((status, more))))
        self.transport.write(_written(*said[0], body, again=again))
        if not again:
            self.transport.close()

    def _refuse(self) -> None:
        self.transport.write(_REFUSED)
        self.transport.close()


def _environ(method: bytes, target: bytes, headers: Mapping[bytes, bytes]) -> dict[str, Any]:
    """The path as it was sent: no file's name needs an escape, and what is asked is left out."""
    found = {
        _WANTED[name]: value.decode("latin-1") for name, value in headers.items() if name in _WANTED
    }
    path = target.partition(b"?")[0].decode("ascii")
    return {**found, "REQUEST_METHOD": method.decode("ascii"), "PATH_INFO": path}


def _written(status: str, headers: Headers, body: bytes, *, again: bool) -> bytes:
    last = ("Connection", "keep-alive" if again else "close")
    date = ("Date", formatdate(usegmt=True))
    lines = "".join(f"{name}: {value}\r\n" for name, value in (*headers, date, last))
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body
