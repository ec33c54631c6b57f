"""What the contract expects of a network, and what comes of each practice fault on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from console.domain.channel import Post, Reason, Refused, Unavailable, Uncertain
from workers.contract.posts import jpeg, picture, post
from workers.practice import Practice

Came = tuple[type, Reason | None]
"""The error, or the `Receipt`, and the error's reason."""

HTTP: Mapping[str, Came] = {
    # A connection that closes before an answer may have closed after storing.
    "refuse": (Uncertain, Reason.NO_ANSWER),
    "401": (Refused, Reason.CREDENTIAL),
    "403": (Refused, Reason.FORBIDDEN),
    "422": (Refused, Reason.CONTENT),
    "429": (Unavailable, Reason.RATE),
    "500 before storing": (Uncertain, Reason.SERVER),
    "500 after storing": (Uncertain, Reason.SERVER),
    "hang after storing": (Uncertain, Reason.NO_ANSWER),
    "drop": (Uncertain, Reason.BAD_ANSWER),
    "drip": (Uncertain, Reason.NO_ANSWER),
    "bad body": (Uncertain, Reason.BAD_ANSWER),
    "redirect": (Refused, Reason.REDIRECTED),
}
"""Each practice fault, and what comes of it, on a network that speaks HTTP as most do."""
STORED = ("500 after storing", "hang after storing", "drop", "drip", "bad body")
"""Those after which the post is there."""


@dataclass(frozen=True)
class Expected:
    """Only ``secret`` has to be said; the rest is as most networks have it."""

    secret: Mapping[str, str]
    """One setting with a secret that must never be seen."""
    faults: Mapping[str, Came] = field(default_factory=lambda: HTTP)
    server: str = "url"
    """The setting that leads to the server: an address, or ``host`` beside ``port``."""
    scheme: str = "http"
    """What that address begins with."""
    unreachable: Came = (Unavailable, Reason.UNREACHABLE)
    """What comes of a server that is not there."""
    shows_pictures: bool = True
    """False where the stand-in cannot show the pictures that the channel does take."""
    needs_picture: bool = False
    recipient: str = "resident@northbrae.example"
    """Whom it is sent to, where it goes to one person."""
    names_the_time: bool = True
    """Whether a 429 says when to come back."""

    def to(self, port: int) -> dict[str, str]:
        """The settings that lead to this port of this machine."""
        if self.server == "host":
            return {"port": str(port)}
        return {self.server: f"{self.scheme}://127.0.0.1:{port}"}

    def to_nowhere(self) -> dict[str, str]:
        """The settings that lead to a name that nobody knows."""
        if self.server == "host":
            return {"host": "mail.invalid"}
        return {self.server: f"{self.scheme}://network.invalid"}


def fitting(expected: Expected | None, picture_at: str, **chosen: Any) -> Post:
    """A post of its own as the network takes it: with a picture where it must have one, and with
    the address that some fetch it from."""
    usual: dict[str, Any] = {"recipient": expected.recipient} if expected else {}
    if expected and expected.needs_picture:
        usual["picture"] = picture()
    made = post(**usual | chosen)
    if made.picture and not made.picture.url:
        return replace(made, picture=replace(made.picture, url=picture_at))
    return made


def picture_on(practice: Practice) -> str:
    """Where this practice server gives the picture of fitting posts."""
    return f"{practice.url}/media/{practice.pictures.keep(jpeg()).sha256}"
