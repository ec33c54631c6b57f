"""A public side with entries that the channel wrote, and nothing else of the console."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.domain.about import About, Category, Certainty, NamedPlace
from console.domain.channel import Post
from console.domain.severity import Severity
from console.public.publisher import Publisher
from console.public.site import Side
from console.settings import ROOT
from workers.channels.public_page import PublicPage

AT = datetime(2026, 1, 16, 6, 0, tzinfo=UTC)
ABOUT = About(
    source="Northbrae Council",
    sender="alerts.northbrae.example",
    event="Flooding",
    category=Category.MET,
    severity=Severity.SEVERE,
    certainty=Certainty.OBSERVED,
    where="Mill Lane, Inverbrae",
    do="Move upstairs. Do not walk or drive through water.",
)
SCHOOLS = (
    NamedPlace("schools", "corrie-school", "Corrie School"),
    NamedPlace("schools", "balcarn-academy", "Balcarn Academy"),
)


@dataclass
class Town:
    """``town.says("one", kind="update")`` publishes; ``town.side()`` is what the public has."""

    folder: Path
    publisher: Publisher
    now: datetime = AT
    said: int = field(default=0)

    def says(self, key: str, **about: Any) -> Post:
        usual: dict[str, Any] = {
            "text": f"Flooding in Mill Lane, Inverbrae. {ABOUT.do}",
            "language": "en",
            "subject": "Flooding in Mill Lane",
            "incident": "flood",
            "kind": "alert",
            "exercise": False,
            "link": "https://alerts.northbrae.example/public/flood",
            "created_at": self.now,
            "message": key,
            "about": ABOUT,
        }
        post = Post(key=key, **{**usual, **about})
        PublicPage({"folder": str(self.folder)}).send(post)
        return post

    def side(self, now: datetime | None = None) -> Side:
        return Side((self.folder,), self.publisher, now or self.now)


Says = Callable[..., Post]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_in(tmp_path)


def town_in(folder: Path) -> Town:
    publisher = Publisher(
        name="Northbrae Council",
        base="https://alerts.northbrae.example",
        zone=ZoneInfo("Europe/London"),
        templates=ROOT / "templates",
    )
    return Town(folder / "entries-of-town", publisher)
