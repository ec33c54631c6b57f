"""A server that answers each connection exactly as a test writes it down."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Part = Callable[[socket.socket, threading.Event], None]


class Peer:
    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/here"
        self.received: list[bytes] = []
        """What each connection has said so far."""


@contextmanager
def peer(
    *answers: bytes, part: Part | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Peer]:
    """Answers the first connection with the first answer, the second with the second, ..."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.01)
        found = Peer(listening.getsockname()[1])

        def serve(connection: socket.socket, answer: bytes) -> None:
            place = len(found.received)
            found.received.append(b"")
            try:
                with tls.wrap_socket(connection, server_side=True) if tls else connection as safe:
                    safe.settimeout(1)
                    found.received[place] = _request(safe)
                    if part:
                        part(safe, over)
                    else:
                        safe.sendall(answer)
                        safe.shutdown(socket.SHUT_WR)
                        _wait_for_the_end(safe, over)
            except OSError:
                connection.close()  # the client left, as some tests mean it to

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                answer = answers[min(len(threads), len(answers) - 1)] if answers else b""
                threads.append(threading.Thread(target=serve, args=(connection, answer)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield found
        finally:
            over.set()
            accepting.join()
            for thread in threads:
                thread.join()


def _wait_for_the_end(connection: socket.socket, over: threading.Event) -> None:
    """Closing with bytes unread would reset the connection, and the answer be lost."""
    connection.settimeout(0.02)
    while not over.is_set():
        try:
            if not connection.recv(65536):
                return
        except TimeoutError:
            continue


def _request(connection: socket.socket) -> bytes:
    """The whole request, or what came of it before the client left."""
    said = b""
    while not _whole(said):
        more = connection.recv(65536)
        if not more:
            break
        said += more
    return said


def _whole(said: bytes) -> bool:
    head, end, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def drip(answer: bytes, every: float) -> Part:
    """One byte at a time."""

    def part(connection: socket.socket, over: threading.Event) -> None:
        for place in range(len(answer)):
            connection.sendall(answer[place : place + 1])
            if over.wait(every):
                return

    return part
