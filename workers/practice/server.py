"""The HTTP side: reads a request, lets its fault happen, answers. A thread per connection."""

import select
import socket
import struct
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from workers.practice.exchange import Answer, Rejected, Request, Routes, Way, as_json
from workers.practice.faults import NOTHING, Faults, Taken
from workers.practice.network import Network
from workers.practice.refusals import REFUSING, refusal

MOST_OCTETS = 20_000_000


@dataclass(frozen=True)
class Site:
    """What is served, and which faults are set."""

    routes: Routes
    faults: Faults
    networks: Mapping[str, type[Network]]


class Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = False

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        self.site = site
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__(address, Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what a fault is for; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Ends every connection, also the ones that a fault holds, and waits for their threads."""
        self.closing.set()
        self.shutdown()
        for connection in list(self._open):
            cut(connection)
        self.server_close()


class Connection(BaseHTTPRequestHandler):
    """One client; its requests come one after the other."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 150
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        head = self._head()
        way = self.server.site.routes.way(head.method, head.path)
        taken = self._taken(way, head)
        if taken.fault == "refuse":
            self._reset()
            return
        try:
            request = self._whole(head, taken)
        except Rejected as rejected:
            self.close_connection = True
            self._send(rejected.answer)
            return
        self.server.closing.wait(taken.slow)
        self._give(way, request, taken)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _head(self) -> Request:
        address = urlsplit(self.path)
        path = unquote(address.path).rstrip("/") or "/"
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        return Request(self.command, path, query, self.headers)

    def _taken(self, way: Way, head: Request) -> Taken:
        network = way.route.publishes
        if not network:
            return NOTHING
        site = self.server.site
        return site.faults.take(network, site.networks[network].account(head))

    def _whole(self, head: Request, taken: Taken) -> Request:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            raise Rejected(as_json({"error": "A Content-Length is needed."}, 411))
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_OCTETS:
            raise Rejected(as_json({"error": f"At most {MOST_OCTETS} bytes."}, 413))
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError("the client went before its request was whole")
        return Request(head.method, head.path, head.query, head.headers, body, taken.ignores_key)

    def _give(self, way: Way, request: Request, taken: Taken) -> None:
        network, fault = way.route.publishes, taken.fault
        if fault in REFUSING:
            self._send(self._refusal(network, fault, taken.seconds))
        elif fault == "redirect":
            self._send(Answer(302, headers={"Location": f"{request.base}/redirected"}))
        else:
            answer = way.answer(request)
            self._stored(network, fault, taken.seconds, answer)

    def _stored(self, network: str, fault: str, seconds: float, answer: Answer) -> None:
        """The network has acted; only its answer may still go wrong."""
        if fault == "500 after storing":
            self._send(self._refusal(network, "500", seconds))
        elif fault == "bad body":
            self._send(Answer(200, b"<!doctype html><title>Welcome</title>", "text/html"))
        elif fault == "hang after storing":
            self._hold(seconds)
        elif fault == "drop":
            raw = _with_body(answer).raw()
            self._write(raw[: -len(_with_body(answer).body) // 2])
            self._cut()
        elif fault == "drip":
            self._drip(_with_body(answer).raw(), seconds)
        else:
            self._send(answer)

    def _refusal(self, network: str, fault: str, seconds: float) -> Answer:
        return refusal(self.server.site.networks[network], fault, seconds)

    def _send(self, answer: Answer) -> None:
        self._write(answer.raw(head_only=self.command == "HEAD"))

    def _write(self, raw: bytes) -> None:
        self.wfile.write(raw)

    def _drip(self, raw: bytes, seconds: float) -> None:
        for place in range(len(raw)):
            if self.server.closing.wait(seconds if place else 0):
                break
            self._write(raw[place : place + 1])

    def _hold(self, seconds: float) -> None:
        """No answer, until the client goes or the seconds are over."""
        self.close_connection = True
        select.select([self.connection], [], [], seconds)

    def _cut(self) -> None:
        self.close_connection = True
        cut(self.connection)

    def _reset(self) -> None:
        """Drops the connection with its request unread: lingering for 0 s makes it a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the log of posts is the record."""


def cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster


def _with_body(answer: Answer) -> Answer:
    """An answer without a body cannot break off in the middle of one."""
    return answer if answer.body else as_json({"accepted": True})
