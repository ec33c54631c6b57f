"""A wall deadline that holds for every byte: nothing is read or written after it.

The timeouts of `requests`, `httpx` and `smtplib` start anew with every read, so a peer that
answers one byte a second is never late. Here the sockets themselves ask, before each read and
write, how much of the whole call is left; that also holds inside an SDK, and for a process that
was frozen in the middle of a call and comes back after its lease.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import certifi

from console.domain.delivery import STANDARD
from console.faultpoints import faultpoint

_calls = threading.local()
# A suspended machine stops CLOCK_MONOTONIC; a lease runs on, so the deadline has to as well.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> float:
    """Seconds on a clock that nobody sets."""
    return time.clock_gettime(_CLOCK)


class Steady:
    """Tells when another clock, the database's, was set back, by a clock that nobody sets."""

    JITTER = 1.0
    """Seconds: a clock that is only adjusted moves by less between two looks."""

    def __init__(self) -> None:
        self._ahead = float("inf")

    def set_back(self, now: datetime) -> bool:
        """True once after each time that it was set back, and the first time, when nobody knows."""
        ahead = now.timestamp() - clock()
        before, self._ahead = self._ahead, ahead
        return ahead < before - self.JITTER


@contextmanager
def deadline(seconds: float = STANDARD.deadline.total_seconds()) -> Iterator[None]:
    """Ends every read and write of this thread inside the block; an outer deadline still holds."""
    outer: float | None = getattr(_calls, "ends", None)
    ends = clock() + seconds
    _calls.ends = ends if outer is None else min(outer, ends)
    try:
        yield
    finally:
        _calls.ends = outer


def left() -> float:
    """Seconds until the deadline; never more than `STANDARD.deadline`, also outside any block."""
    ends: float | None = getattr(_calls, "ends", None)
    return STANDARD.deadline.total_seconds() if ends is None else ends - clock()


class DeadlineSocket(socket.socket):
    """A socket whose every read and write gets what is left of the call, and no more."""

    def _hurry(self) -> None:
        rest = left()
        if rest <= 0:
            raise TimeoutError("the deadline has passed")
        self.settimeout(rest)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        self._hurry()
        return super().recv(buflen, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._hurry()
        return super().recv_into(buffer, nbytes or len(memoryview(buffer).cast("B")), flags)

    def send(self, content: Any, flags: int = 0) -> int:
        self._hurry()
        return super().send(content, flags)

    def sendall(self, content: Any, flags: int = 0) -> None:
        faultpoint("during-call")
        self._hurry()
        super().sendall(content, flags)


class DeadlineTLSSocket(DeadlineSocket, ssl.SSLSocket):
    """The same under TLS."""

    def do_handshake(self, block: bool = False) -> None:
        self._hurry()
        super().do_handshake(block)


@cache
def tls_context(protocol: str) -> ssl.SSLContext:
    """The process's one TLS context for a protocol; building one costs 35 ms of CPU.

    Trusts what Python packages trust, and the machine's own store (also by ``SSL_CERT_FILE``),
    where a council keeps its own authority.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    context.sslsocket_class = DeadlineTLSSocket
    if protocol:
        context.set_alpn_protocols([protocol])
    return context


def preload() -> Any:
    """Builds the contexts before a worker forks, so that its children share them."""
    return tls_context("http/1.1"), tls_context("")
