"""HTTP connections: by our own look-up, under the deadline, public where they have to be."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from console.domain.channel import Reason, Refused, Unavailable
from workers.addresses import connect
from workers.deadline import clock, deadline, tls_context

IDLE = 1.0
"""Seconds a connection may wait for its next request. Servers close idle ones after two seconds
and more, and a request that meets the closing gets no answer: uncertain for no reason."""

_ELSE = "; a server of your own network needs private_network = true"
_public_only: ContextVar[bool] = ContextVar("public_only", default=False)
_always_public: ContextVar[bool] = ContextVar("always_public", default=False)


@contextmanager
def public_internet(*, only: bool = True) -> Iterator[None]:
    """Inside, no call of this thread reaches a private network, whoever makes it and whatever it
    asks for: neither by an address, nor by a name that leads there at the moment it connects."""
    mark = _always_public.set(only)
    try:
        yield
    finally:
        _always_public.reset(mark)


def in_public(public_only: bool) -> bool:
    """Whether a call is kept to the public internet: by its own wish, or by where it is made."""
    return public_only or _always_public.get()


@contextmanager
def calling(url: str, *, public_only: bool) -> Iterator[None]:
    """Inside, connections lead to public addresses only, where that is asked for."""
    public_only = in_public(public_only)
    if public_only and not url.lower().startswith("https://"):
        raise Refused(Reason.MISCONFIGURED, f"a public address has to begin with https://{_ELSE}")
    mark = _public_only.set(public_only)
    try:
        yield
    finally:
        _public_only.reset(mark)


class _Connection(HTTPConnection):
    used = 0.0

    def _new_conn(self) -> Any:
        return connect(self.host, self.port, public_only=_public_only.get())

    def getresponse(self) -> Any:
        self.used = clock()
        return super().getresponse()

    @property
    def is_connected(self) -> bool:
        return clock() - self.used < IDLE and super().is_connected


class _TLSConnection(_Connection, HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "no TLS"
            raise Unavailable(Reason.TLS, f"{self.host}: {why}") from None
        except (OSError, urllib3.exceptions.HTTPError):
            detail = f"{self.host} did not agree on TLS"
            raise Unavailable(Reason.UNREACHABLE, detail) from None


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


POOLS = {"http": _Pool, "https": _TLSPool}
"""For urllib3's pool manager, which asks by scheme."""


def reach(url: str, *, public_only: bool = False) -> str:
    """Connects, with TLS where the address says so, and sends nothing; gives the host's name."""
    try:
        parts = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        parts = urllib3.util.Url()
    if parts.scheme not in POOLS or not parts.host:
        raise Refused(Reason.MISCONFIGURED, "not an address that begins with https://")
    host = parts.host.strip("[]")
    connection = _Connection(host, parts.port or 80)
    if parts.scheme == "https":
        context = tls_context("http/1.1")
        connection = _TLSConnection(host, parts.port or 443, ssl_context=context)
    with deadline(), calling(url, public_only=public_only):
        try:
            connection.connect()
        finally:
            connection.close()
    return host
