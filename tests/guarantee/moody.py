"""A server that speaks Mastodon's API and answers as a test says; it counts what reaches it."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Mood:
    """How it answers a post."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """None: what Mastodon would say."""
    stores: bool = True


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.moods: list[Mood] = []
        """For the first posts, one each; then it is well."""
        self.posts: list[datetime] = []
        """When each post was asked for."""
        self.seen: list[str] = []
        """The credentials of every request."""
        self.stored: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append(self.headers.get("Authorization", ""))
        own = self.path.startswith("/api/v1/accounts/verify_credentials")
        found: Any = {"id": "1", "acct": "northbrae"} if own else self.server.stored[::-1]
        self._say(200, {"Content-Type": "application/json"}, json.dumps(found).encode())

    def do_POST(self) -> None:
        self.server.seen.append(self.headers.get("Authorization", ""))
        self.server.posts.append(datetime.now(UTC))
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        mood = self.server.moods.pop(0) if self.server.moods else Mood()
        status = self._store(sent) if mood.stores else {}
        body = json.dumps(status).encode() if mood.body is None else mood.body
        self._say(mood.status, {"Content-Type": "application/json", **mood.headers}, body)

    def _store(self, sent: str) -> dict[str, Any]:
        try:
            text = str(json.loads(sent)["status"])
        except ValueError:
            text = parse_qs(sent)["status"][0]
        number = str(len(self.server.stored) + 1)
        now = datetime.now(UTC).isoformat()
        url = f"{self.server.url}/@northbrae/{number}"
        status = {"id": number, "url": url, "content": f"<p>{text}</p>", "created_at": now}
        self.server.stored.append(status)
        return status

    def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """What matters is kept on the server."""


@contextmanager
def moody(*moods: Mood) -> Iterator[Server]:
    with Server() as server:
        server.moods.extend(moods)
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()
