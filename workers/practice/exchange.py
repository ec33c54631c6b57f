"""One HTTP request, the answer to it, and the table that leads from one to the other."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import formatdate
from http import HTTPStatus
from typing import Any


class Rejected(Exception):
    """The request cannot be met; ``answer`` says why."""

    def __init__(self, answer: "Answer") -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self, *, head_only: bool = False) -> bytes:
        """The bytes as they go over the wire, in one piece."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines.append(f"Date: {formatdate(usegmt=True)}")
        if self.status != HTTPStatus.NO_CONTENT:
            lines += [f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return head if head_only else head + self.body


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), headers=named)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """Without a slash at its end."""
    query: Mapping[str, str]
    headers: Message
    body: bytes = b""
    ignores_key: bool = False
    """Set by a fault: the network acts as if it knew no idempotency keys."""

    @property
    def base(self) -> str:
        """The address under which the client knows this server."""
        return f"http://{self.headers.get('Host', 'localhost')}"

    @property
    def bearer(self) -> str:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object of whole characters. Raises ValueError for any other."""
        value = json.loads(self.body or b"{}")
        if not isinstance(value, dict):
            raise ValueError("the body has to be a JSON object")  # noqa: TRY004
        json.dumps(value, ensure_ascii=False).encode()
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number from the query. Raises `Rejected` where it is none."""
        written = self.query.get(name, str(default))
        if not written.isdecimal():
            raise Rejected(as_json({"error": f"{name} has to be a whole number"}, 400))
        return int(written)


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    """A regular expression for the whole path; its groups are given to ``act``."""
    act: Callable[..., Answer]
    publishes: str = ""
    """The network whose faults hit this call, where it is a publishing one."""


@dataclass(frozen=True)
class Way:
    """A route with what was read from the path."""

    route: Route
    arguments: tuple[str, ...]

    def answer(self, request: Request) -> Answer:
        try:
            return self.route.act(request, *self.arguments)
        except Rejected as rejected:
            return rejected.answer


class Routes:
    def __init__(self, routes: list[Route]) -> None:
        self._routes = [(re.compile(route.path), route) for route in routes]

    def way(self, method: str, path: str) -> Way:
        """The way for this call; where there is none, one that answers 404 or 405."""
        wanted = "GET" if method == "HEAD" else method
        others = set()
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match and route.method == wanted:
                return Way(route, match.groups())
            if match:
                others.add(route.method)
        answer = _not_here(others)
        return Way(Route(method, path, lambda _: answer), ())


def _not_here(methods: set[str]) -> Answer:
    if not methods:
        return as_json({"error": "There is nothing at this address."}, 404)
    allowed = ", ".join(sorted(methods))
    return as_json({"error": f"Only {allowed} here."}, 405, Allow=allowed)
