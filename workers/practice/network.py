"""What a practice network is: its calls, whose call one is, and how it says no."""

from datetime import datetime
from typing import ClassVar, Protocol

from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Log
from workers.practice.pictures import Pictures

WORDS = {
    "401": "The access token is invalid",
    "403": "This action is not allowed",
    "422": "Validation failed: the text was not accepted",
    "429": "Too many requests",
    "500": "Internal server error",
}
"""What is said with each status by a network that has no words of its own for it."""


class Network(Protocol):
    """One network on the practice server; `workers.practice.networks` lists them."""

    name: ClassVar[str]
    """As faults and the log name it."""
    title: ClassVar[str]
    """As people call it."""

    def __init__(self, log: Log, pictures: Pictures) -> None: ...

    def routes(self) -> list[Route]:
        """Its calls. The one that publishes names the network in ``publishes``."""
        ...

    @staticmethod
    def account(request: Request) -> str | None:
        """Whose call it is, for faults that are set for one account only."""
        ...

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        """Its answer with 401, 403, 422, 429 or 500; ``resets`` (UTC) comes with a 429."""
        ...


def on_the_wall(log: Log, network: str, id: str) -> Answer:
    """A post's public address, as its network would have it, leads to its place on the wall."""
    entry = log.found(network, id)
    if entry is None:
        raise Rejected(as_json({"error": "There is no such post."}, 404))
    return Answer(303, headers={"Location": f"/#post-{entry.n}"})
