"""Calls to the provider: under one hard deadline, following nothing, reading only so much."""

import http.client
import io
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import certifi
import requests
import requests.adapters
import urllib3
from authlib.integrations.requests_client import OAuth2Session
from urllib3.connection import HTTPConnection, HTTPSConnection

from console.domain.single_sign_on import Refusal, Refused, SingleSignOn

SECONDS = 5.0
"""For one call, from its first byte to its last."""
HEADERS = {
    "User-Agent": "Skellat",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
MOST = 256_000
"""Bytes of an answer; Microsoft's discovery document and keys have some ten thousand."""

_FAULTS = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)
_calls = threading.local()


class _Deadline:
    """Cuts the connections of one call when its time is over: a timeout of `requests` begins anew
    with every byte that a slow peer lets fall."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connection: socket.socket) -> None:
        """TLS takes the socket over, so a second handle on it is kept."""
        with self._lock:
            if self.passed:
                connection.close()
                raise TimeoutError("the deadline has passed")
            self._open.append(connection.dup())

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self._timer.cancel()
        with self._lock:
            for one in self._open:
                one.close()
            self._open.clear()


@contextmanager
def _deadline(seconds: float) -> Iterator[_Deadline]:
    _calls.deadline = deadline = _Deadline(seconds)
    try:
        yield deadline
    finally:
        deadline.end()


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        _calls.deadline.watch(made)
        return made


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


@cache
def trusted() -> ssl.SSLContext:
    """What Python packages trust, and the machine's own store, where a council keeps its own."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


class _Adapter(requests.adapters.HTTPAdapter):
    """Carries every call. Raises `Refused` for each that has no plain answer."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=trusted(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to load: the one context verifies, whatever the caller asked for."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        host = urllib3.util.parse_url(str(request.url)).host
        with _deadline(self.seconds) as deadline:
            try:
                answer = super().send(request, stream=True, timeout=self.seconds)
                body = answer.raw.read(MOST + 1, decode_content=True)
            except _FAULTS as error:
                why = f"{host} {'gave no answer in time' if deadline.passed else _why(error)}"
                raise Refused(Refusal.NO_ANSWER, why) from None
        if deadline.passed:
            raise Refused(Refusal.NO_ANSWER, f"{host} gave no complete answer in time")
        answer.raw.close()
        answer.raw = io.BytesIO(body)
        _judge(answer, str(host), len(body))
        return answer


def _why(error: Exception) -> str:
    """What happened, in words of our own."""
    if isinstance(error, requests.exceptions.SSLError):
        return "has no certificate that is trusted"
    if isinstance(error, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError):
        return "gave no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached, or hung up"
    return "gave an answer that was cut short"


def _judge(answer: requests.Response, host: str, length: int) -> None:
    """A "no" of the token endpoint, 4xx with JSON, is read by whoever asked."""
    if length > MOST:
        raise Refused(Refusal.WRONG_ANSWER, f"{host} answered with more than {MOST} bytes")
    if 300 <= answer.status_code < 400:
        raise Refused(Refusal.WRONG_ANSWER, f"{host} leads elsewhere (status {answer.status_code})")
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Refused(Refusal.NO_ANSWER, f"{host} answered with status {answer.status_code}")


@contextmanager
def calling(known: SingleSignOn, *, return_to: str, seconds: float = SECONDS, **more: Any) -> Any:
    """A session of Authlib's for one call, without proxies, cookies and redirects."""
    with OAuth2Session(
        client_id=known.client_id,
        client_secret=known.client_secret,
        redirect_uri=return_to,
        scope=" ".join(known.scopes),
        code_challenge_method="S256",
        **more,
    ) as session:
        session.trust_env = False
        session.max_redirects = 0
        session.headers.update(HEADERS)
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(seconds))
        yield session


def fetched(session: Any, url: str) -> dict[str, Any]:
    """The JSON object at this address. Raises `Refused`."""
    answer = session.get(url, allow_redirects=False, withhold_token=session.token is None)
    host = urllib3.util.parse_url(url).host
    if answer.status_code != 200:
        why = f"{host} answered with status {answer.status_code}"
        raise Refused(Refusal.WRONG_ANSWER, why)
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(Refusal.WRONG_ANSWER, f"{host} answered with something else than JSON")
    return found
