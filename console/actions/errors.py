"""What can stand in the way of an act, as nouns of fact.

The words for people are in ``console/web/words.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from console.domain.policy import Act
from console.domain.read_back import Listed


class Obstacle(Exception):
    """An act that was not carried out; nothing was changed."""


class NotFound(Obstacle):
    """There is no such thing, or not for this person."""

    def __init__(self, noun: str, name: str) -> None:
        super().__init__(f"no {noun} {name!r}")
        self.noun, self.name = noun, name


class NotPermitted(Obstacle):
    """The person's roles do not allow the act."""

    def __init__(self, act: Act) -> None:
        super().__init__(f"not permitted to {act}")
        self.act = act


class Stale(Obstacle):
    """Somebody saved the message since the page was opened. ``current`` is its version now."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the message is at version {current}")
        self.current = current


@dataclass(frozen=True)
class Trouble:
    """One thing that keeps a message from being sent for approval.

    ``field`` names a fact, or ``channel:NAME`` for one channel's text, or ``picture``, ``alt``,
    ``text``; ``reason`` is a word of `wording.Reason`, of `plain_text.Flaw`, or one of the strings
    ``too long``, ``blank``; ``over`` counts what is too many.
    """

    field: str
    reason: str
    over: int = 0
    found: str = ""


class NotReady(Obstacle):
    """The message cannot be sent for approval yet; ``troubles`` says everything that is wrong."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(f"{len(troubles)} things to put right")
        self.troubles = tuple(troubles)


class NobodyToAsk(Obstacle):
    """There are fewer approvers who may sign than policy asks for."""

    def __init__(self, needed: int, found: int) -> None:
        super().__init__(f"{needed} approvers needed, {found} may sign")
        self.needed, self.found = needed, found


class ReasonMissing(Obstacle):
    """Sending back, rejecting and stopping need a reason."""


class Overtaken(Obstacle):
    """A later message of the incident has gone out on this channel; the older one must not."""


class OutOfUse(Obstacle):
    """The channel was parked or retired, or takes exercises only: nothing leaves on it."""


class CannotLook(Obstacle):
    """The network cannot be asked whether it has the post."""


class Expired(Obstacle):
    """Too late: the message's own end or the sign-off's has passed."""


class NotCounted(Obstacle):
    """More than half of a list are in one status, and nobody said how many these are; ``counted``
    is a number that somebody gave and that is not right."""

    def __init__(self, listed: Listed, counted: int | None) -> None:
        super().__init__(f"{listed}, counted as {counted}")
        self.listed, self.counted = listed, counted
