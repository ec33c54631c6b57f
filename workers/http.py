"""HTTP under a hard deadline, where every failure is Refused, Unavailable or Uncertain.

`get` and `post` are for adapters of our own; `session` is for an SDK that takes a `requests`
session, `workers.httpx_transport` for one that is built on httpx. All of them end up in
`_Adapter.send`, the one place that judges what an answer, or none, says about publication:

* nothing was sent (no such host, no connection, no trusted TLS)      -> Unavailable
* a clear no: 4xx, a redirect (never followed)                        -> Refused
* a clear "later": 429, 408, 425                                      -> Unavailable
* the request left and no clear answer came: silence, a cut or giant
  answer, 5xx (a server may store a post and then fail)               -> Uncertain
"""

import http.client
import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import requests
import requests.adapters
import urllib3

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from workers.answers import retry_after, said, words
from workers.connections import POOLS, calling, in_public, reach
from workers.deadline import deadline, left, tls_context
from workers.secrecy import without_secrets

__all__ = [
    "Answer",
    "before_publishing",
    "call",
    "deadline",
    "get",
    "post",
    "reach",
    "session",
    "understood",
]

LONGEST_ANSWER = 1_000_000
"""Bytes."""
USER_AGENT = f"Skellat/{version('skellat')}"

_threads = threading.local()


class _Adapter(requests.adapters.HTTPAdapter):
    """Carries every request of the process; see the module's docstring for its judgement."""

    def __init__(self, *, public_only: bool) -> None:
        self.public_only = public_only
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=tls_context("http/1.1"), **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to load: the shared context verifies, whatever the caller asked for."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        token = str(request.headers.get("Authorization", "")).rpartition(" ")[2]
        try:
            with deadline(), calling(str(request.url), public_only=self.public_only):
                return self._exchange(request)
        except SendError as error:
            error.args = (without_secrets(str(error), token),)
            error.detail = without_secrets(error.detail, token)
            raise

    def _exchange(self, request: requests.PreparedRequest) -> requests.Response:
        if left() <= 0:
            raise Unavailable(Reason.NO_ANSWER, "the time was over before the request was sent")
        try:
            response = super().send(request, stream=True)
        except _FAULTS as error:
            raise Uncertain(Reason.NO_ANSWER, _short(error)) from None
        response.raw = io.BytesIO(_body(response))
        try:
            _judge(response)
        except SendError as error:
            error.said = said(response)
            error.headers = response.headers
            raise
        return response


_FAULTS = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)
"""What `requests` and urllib3 raise once a connection stands; a RequestException is an OSError."""


def _body(response: requests.Response) -> bytes:
    """The whole body. A clear no stays a clear no, however its body ends."""
    accepted, status = response.status_code < 300, response.status_code
    body = b""
    try:
        body = response.raw.read(LONGEST_ANSWER + 1, decode_content=True)
    except _FAULTS as error:
        if accepted:
            raise Uncertain(_reason(error), _short(error), status=status) from None
    finally:
        response.raw.close()
    if accepted and len(body) > LONGEST_ANSWER:
        raise Uncertain(Reason.BAD_ANSWER, "the answer is too long", status=status)
    return body[:LONGEST_ANSWER]


def _reason(error: Exception) -> Reason:
    late = isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError)
    return Reason.NO_ANSWER if late else Reason.BAD_ANSWER


def _short(error: Exception) -> str:
    """What happened, without the address: a webhook's path may be a secret."""
    if isinstance(error, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError):
        return "no complete answer in time"
    if isinstance(error, requests.ConnectionError):
        return "the connection closed before an answer"
    return "the answer was cut short"


def _judge(response: requests.Response) -> None:
    """Raises unless the answer is a plain success."""
    status = response.status_code
    if 200 <= status < 300:
        return
    told = words(response)
    if status < 400:
        raise Refused(Reason.REDIRECTED, told, status=status)
    if status == 429:
        wait = retry_after(response.headers)
        raise Unavailable(Reason.RATE, told, status=status, retry_after=wait)
    if status in (408, 425):
        raise Unavailable(Reason.SERVER, told, status=status)
    if status >= 500:
        raise Uncertain(Reason.SERVER, told, status=status)
    reasons = {401: Reason.CREDENTIAL, 403: Reason.FORBIDDEN}
    raise Refused(reasons.get(status, Reason.CONTENT), told, status=status)


class _Session(requests.Session):
    """Keeps no cookies, asks no proxy or netrc, follows nothing."""

    def __init__(self, *, public_only: bool) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = 0
        self.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(public_only=public_only))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            return super().request(*args, **kwargs)
        except requests.RequestException as error:
            # The adapter raises SendErrors only; this one was never sent.
            raise Refused(Reason.MISCONFIGURED, type(error).__name__) from None


def session(*, public_only: bool = False) -> requests.Session:
    """This thread's session, for an SDK: sessions are not made to be shared between threads."""
    # Each has its own connections: a call that has to be public takes over none to a private one.
    public_only = in_public(public_only)
    name = "public" if public_only else "any"
    found: requests.Session | None = getattr(_threads, name, None)
    if found is None:
        found = _Session(public_only=public_only)
        setattr(_threads, name, found)
    return found


@dataclass(frozen=True)
class Answer:
    """A network's yes."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The answer's content; `Uncertain` where it is not JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise Uncertain(Reason.BAD_ANSWER, "not JSON", status=self.status) from None


def post(url: str, *, public_only: bool = False, **parts: Any) -> Answer:
    """Posts ``json=``, ``data=``, ``files=`` with ``headers=`` as `requests` does."""
    return call("POST", url, public_only=public_only, **parts)


def get(url: str, *, public_only: bool = False, **parts: Any) -> Answer:
    """Gets, with ``params=`` and ``headers=``. A read publishes nothing: never `Uncertain`."""
    with before_publishing():
        return call("GET", url, public_only=public_only, **parts)


def call(method: str, url: str, *, public_only: bool = False, **parts: Any) -> Answer:
    """One request of any method; see `post`."""
    response = session(public_only=public_only).request(method, url, **parts)
    return Answer(response.status_code, response.headers, response.content)


@contextmanager
def before_publishing() -> Iterator[None]:
    """For a sign-in, an upload, a look: when it gets no answer, still nothing is public."""
    try:
        yield
    except Uncertain as error:
        unavailable = Unavailable(error.reason, error.detail, status=error.status)
        unavailable.said = error.said
        raise unavailable from None


_ODD_ANSWER: tuple[type[Exception], ...] = (AttributeError, LookupError, TypeError, ValueError)


@contextmanager
def understood(*foreign: type[Exception]) -> Iterator[None]:
    """Around an SDK's calls: passes on our session's error, which the SDK may have wrapped.

    Anything else that it raises means an answer that it cannot read, and that the post may be
    public all the same. ``foreign`` are the SDK's own errors.
    """
    try:
        yield
    except _ODD_ANSWER + foreign as error:
        if isinstance(error.__context__, SendError):
            raise error.__context__ from None
        raise Uncertain(Reason.BAD_ANSWER, type(error).__name__) from None
