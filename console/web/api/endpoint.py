"""One endpoint: its address, what it asks, what it gives and who does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from console.actions.desk import Desk
from console.actions.people import User
from console.store.engine import Transaction
from console.web.api.answers import Given
from console.web.api.questions import Asked


@dataclass(frozen=True)
class Call:
    """What an endpoint has at hand, inside its own transaction."""

    db: Transaction
    desk: Desk
    by: User
    now: datetime
    id: str
    """The id in the address, or empty."""


@dataclass(frozen=True)
class Endpoint:
    """A row of the table that both serves the API and makes its document."""

    method: Literal["GET", "POST"]
    path: str
    """Under /api/v1; ``{id}`` stands for the one id that an address may have."""
    name: str
    summary: str
    asks: type[Asked]
    """The query of a GET, the body of a POST."""
    gives: type[Given]
    act: Callable[[Call, Any], Given]
    status: int = 200
    rings: bool = False
    """True where something comes due by it, so that the workers are woken after the commit."""
    xml: bool = False
    """True where the body is an XML document, which the act reads itself."""
