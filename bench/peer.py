"""The networks of the bench: one HTTP server in a process of its own, slow as its path says.

`POST /<milliseconds>/<name>` is answered after that long; `GET /log` gives who came when. Times are
on the machine's monotonic clock, which all its processes share.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEY = re.compile(rb"\r\nwebhook-id: *(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """One request: when its first byte came and when the last of its answer was written."""

    name: str
    key: str
    """The delivery's id; empty where the sender gives none."""
    arrived: float
    accepted: float


class _Connection(asyncio.Protocol):
    calls: list[tuple[str, str, float, float]] = []  # noqa: RUF012 - all connections share one log

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.read, self.arrived = b"", 0.0

    def data_received(self, data: bytes) -> None:
        self.arrived = self.arrived or time.monotonic()
        self.read += data
        head, ended, body = self.read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not ended or len(body) < int(length[1] if length else 0):
            return
        method, path = head.split(b" ", 2)[:2]
        arrived, self.read, self.arrived = self.arrived, b"", 0.0
        if method == b"GET":
            self._answer(json.dumps(self.calls).encode())
            self.calls.clear()
            return
        _, milliseconds, name = path.decode().split("/", 2)
        key = _KEY.search(head)
        # From the first byte on, so that no latency is added to the one that the path names.
        asyncio.get_running_loop().call_later(
            max(arrived + int(milliseconds) / 1000 - time.monotonic(), 0),
            self._accept,
            name,
            key[1].decode() if key else "",
            arrived,
        )

    def _accept(self, name: str, key: str, arrived: float) -> None:
        self._answer(b"{}")
        self.calls.append((name, key, arrived, time.monotonic()))

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self.transport.write(head.encode() + b"\r\n\r\n" + body)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(
        _Connection, "127.0.0.1", 0, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@dataclass(frozen=True)
class Peer:
    """The running server, seen from outside."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def calls(self) -> list[Call]:
        """Everything since the last time, which is forgotten by this."""
        return [Call(*one) for one in requests.get(f"{self.url}/log", timeout=60).json()]


@contextmanager
def peer() -> Iterator[Peer]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.peer"], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            yield Peer(int(running.stdout.readline()))
        finally:
            running.kill()


def latencies(channels: int) -> list[int]:
    """Milliseconds for each channel, evenly spread from 50 to 500."""
    return [round(50 + 450 * place / (channels - 1)) for place in range(channels)]


if __name__ == "__main__":
    asyncio.run(_serve())
