"""Signed in to an AT Protocol server: one shared session per account and process.

Signing in is limited to 30 times in five minutes, and 64 threads may want it at the same moment.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from console.domain.channel import Picture, Reason, Refused, Unavailable
from workers import http
from workers.deadline import left

T = TypeVar("T")
_clients: dict["Account", Any] = {}
_signing_in: defaultdict["Account", threading.Lock] = defaultdict(threading.Lock)
_RUN_OUT = ("ExpiredToken", "InvalidToken")
"""A server says so with status 400, as it does for a bad post."""


@dataclass(frozen=True)
class Account:
    url: str
    handle: str
    password: str = field(repr=False)

    def act(self, act: Callable[[Any], T]) -> T:
        """Acts with the shared session, and once more with a new one where that has run out."""
        from atproto_core.exceptions import AtProtocolError

        with http.understood(AtProtocolError):
            client = self._client()
            try:
                return act(client)
            except Refused as error:
                if error.status != 401 and not error.detail.startswith(_RUN_OUT):
                    raise
            return act(self._client(instead_of=client))

    def upload(self, picture: Picture) -> Any:
        """The server's name for the picture; the same bytes get the same one every time."""
        with http.before_publishing():
            return self.act(
                lambda client: client.invoke_procedure(
                    "com.atproto.repo.uploadBlob",
                    content=picture.content,
                    headers={"Content-Type": picture.media_type},
                ).content["blob"]
            )

    def _client(self, instead_of: Any = None) -> Any:
        signing_in = _signing_in[self]
        if not signing_in.acquire(timeout=max(left(), 0)):
            raise Unavailable(Reason.NO_ANSWER, "signing in took too long")
        try:
            if _clients.get(self) in (None, instead_of):
                with http.before_publishing():
                    _clients[self] = self._sign_in()
            return _clients[self]
        finally:
            signing_in.release()

    def _sign_in(self) -> Any:
        from atproto_client import Client
        from atproto_client.request import Request
        from httpx import InvalidURL

        from workers.httpx_transport import Transport

        client = Client(self.url, request=Request(transport=Transport()))
        try:
            client.login(self.handle, self.password, fetch_bsky_profile=False)
        except InvalidURL:
            raise Refused(Reason.MISCONFIGURED, "the server's address is not one") from None
        return client


def session(client: Any) -> Any:
    """Who is signed in: its ``did`` and ``handle`` as the server gives them."""
    from atproto_client.client.session import Session

    return Session.decode(client.export_session_string())
