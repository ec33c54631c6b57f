"""One HTTP call that goes on while the harness does other things: no threads, it forks."""

import socket
import time
from urllib.parse import urlencode

LONGEST = 6.0
"""Seconds; a person presses again then."""


class Call:
    """``done`` once an answer, or none, is certain; ``status`` 0 means none."""

    def __init__(self, port: int, method: str, path: str, form: dict[str, str] | None = None):
        body = urlencode(form or {}).encode()
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1:8000", "Connection: close"]
        if form is not None:
            head += ["Content-Type: application/x-www-form-urlencoded"]
            head += [f"Content-Length: {len(body)}"]
        self._left = "\r\n".join(head).encode() + b"\r\n\r\n" + (body if form else b"")
        self._answer = b""
        self._until = time.monotonic() + LONGEST
        self.done, self.status, self.text = False, 0, ""
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.connect_ex(("127.0.0.1", port))

    def poll(self) -> None:
        """Sends and reads what can be right now."""
        if self.done:
            return
        try:
            while self._left:
                self._left = self._left[self._socket.send(self._left) :]
            while part := self._socket.recv(65536):
                self._answer += part
        except OSError as error:
            if isinstance(error, BlockingIOError) and time.monotonic() < self._until:
                return
        self._end()

    def _end(self) -> None:
        self._socket.close()
        self.done = True
        head, _, body = self._answer.partition(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 "):
            self.status = int(head[9:12])
            self.text = body.decode(errors="replace")
