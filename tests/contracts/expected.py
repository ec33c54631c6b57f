"""What the contract tests expect of a network: one file for each, in `tests/contracts/networks`."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from console.domain.channel import Post, Reason, Refused, Unavailable, Uncertain
from tests.contracts import networks
from tests.contracts.posts import jpeg, picture, post
from workers.practice import Practice

Came = tuple[type, Reason | None]

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


@dataclass(frozen=True)
class Expected:
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
    """False where a picture is only named, or not taken."""
    needs_picture: bool = False
    recipient: str = "resident@northbrae.example"
    """Whom it is sent to, where it goes to one person."""
    threads: bool = True
    """False where a reply cannot be tied to the post before it."""
    names_the_time: bool = True
    """Whether a 429 says when to come back."""


def _expected() -> dict[str, Expected]:
    found = {}
    for one in pkgutil.iter_modules(networks.__path__):
        module = importlib.import_module(f"{networks.__name__}.{one.name}")
        found[one.name.replace("_", "-")] = module.EXPECTED
    return found


EXPECTED = _expected()


_address = [""]


def serve_picture(practice: Practice) -> None:
    """From now on the pictures of fitting posts are fetched from this practice server."""
    _address[0] = f"{practice.url}/media/{practice.pictures.keep(jpeg()).sha256}"


def fitting(network: str, **chosen: Any) -> Post:
    """A post of its own as the network takes it: with a picture where it must have one, and with
    the address that some fetch it from."""
    expected = EXPECTED.get(network)
    usual: dict[str, Any] = {"recipient": expected.recipient} if expected else {}
    if expected and expected.needs_picture:
        usual["picture"] = picture()
    made = post(**usual | chosen)
    if made.picture and not made.picture.url:
        return replace(made, picture=replace(made.picture, url=_address[0]))
    return made
