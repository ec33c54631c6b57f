"""Containers: what Threads and Instagram take first, and publish in a second call.

Making one publishes nothing. This process remembers which container is for which post: a picture
that takes long goes on where it was at the next try, and a container says of itself whether its
publishing came through. What another process made is settled by reading the account alone.
"""

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from console.domain.channel import Reason, Refused, Unavailable, Uncertain
from workers import http
from workers.deadline import left
from workers.graph import Graph, named
from workers.graph_errors import Duplicate, Gone

_REMEMBERED = 10_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
"""Seconds between two looks at a picture that is being prepared."""
_AGAIN = 30.0
"""Seconds: Meta asks to wait so long, on average, before a container is published."""

_lock = threading.Lock()
_known: OrderedDict[tuple[str, str], str] = OrderedDict()


@dataclass(frozen=True)
class Containers:
    graph: Graph
    path: str
    """Where one is made."""
    publishing: str
    state: str
    """The field that tells how far one is."""
    why: str
    """The field that tells why one failed."""

    def publish(self, key: str, **fields: str) -> str:
        """The name of the new post. Raises `Duplicate` where an earlier try got through."""
        container = self._ready(key, fields)
        try:
            return named(self.graph.publish(self.publishing, creation_id=container))
        except Uncertain as lost:
            told = f"container {container}: {lost.detail}"
            raise Uncertain(lost.reason, told, status=lost.status) from None
        except Refused:
            self._forget(key)
            raise

    def settle(self, key: str) -> bool:
        """True where the container says that its post is published. False settles nothing alone.
        Raises `Unavailable` while the network is still at it."""
        container = self._of(key)
        state = self._state(container)[0] if container else ""
        if state == "IN_PROGRESS":
            raise Unavailable(Reason.SERVER, f"container {container} is still being worked on")
        return state == "PUBLISHED"

    def _ready(self, key: str, fields: dict[str, str]) -> str:
        container = self._of(key)
        if container and self._state(container)[0] in ("", "ERROR", "EXPIRED"):
            container = ""
        if not container:
            with http.before_publishing():
                container = named(self.graph.prepare(self.path, **fields))
            self._remember(key, container)
        self._wait(key, container)
        return container

    def _wait(self, key: str, container: str) -> None:
        """Until it can be published; never so long that no time is left for that."""
        pause = _FIRST_PAUSE
        while True:
            state, why = self._state(container)
            if state == "FINISHED":
                return
            if state == "PUBLISHED":
                # Said once: who finds the post taken down, and sends it again, gets a new one.
                self._forget(key)
                raise Duplicate(Reason.BAD_ANSWER, f"container {container} is published already")
            if state == "ERROR":
                self._forget(key)
                raise Refused(Reason.CONTENT, f"the network could not prepare the post: {why}")
            if state != "IN_PROGRESS":
                self._forget(key)
                raise Unavailable(Reason.SERVER, f"container {container} is {state or 'gone'}")
            if left() < 3 * pause:
                told = f"the network is still preparing the picture (container {container})"
                raise Unavailable(Reason.SERVER, told, retry_after=_AGAIN)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _state(self, container: str) -> tuple[str, str]:
        """How far it is, and why not further; empty where there is no such container any more."""
        with suppress(Gone):
            told = self.graph.look(container, fields=f"{self.state},{self.why}")
            return str(told.get(self.state, "")), str(told.get(self.why) or "no reason given")
        return "", ""

    def _of(self, key: str) -> str:
        with _lock:
            return _known.get((self.graph.address, key), "")

    def _remember(self, key: str, container: str) -> None:
        with _lock:
            _known[self.graph.address, key] = container
            while len(_known) > _REMEMBERED:
                _known.popitem(last=False)

    def _forget(self, key: str) -> None:
        with _lock:
            _known.pop((self.graph.address, key), None)
