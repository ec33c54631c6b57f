"""Who speaks on the public side, in which languages, and under which address."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from console import catalogue
from console.catalogue import ENGLISH
from console.domain.plain_text import NONE, Hosts


@dataclass(frozen=True)
class Publisher:
    name: str
    base: str
    """Scheme and host, without a slash at the end."""
    zone: ZoneInfo
    templates: Path
    trusted: Hosts = NONE
    exercise: bool = False
    languages: tuple[str, ...] = (ENGLISH,)
    """Those that its pages are written in. Feeds and the banner are in English alone."""

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or "localhost"

    @property
    def home(self) -> str:
        """The path that everything is under."""
        return "/exercise/public/" if self.exercise else "/public/"

    def address(self, path: str = "") -> str:
        return f"{self.base}{self.home}{path}"

    def when(self, at: datetime, language: str = ENGLISH) -> str:
        """``05:18, Fri 16 Jan``"""
        return catalogue.when(at.astimezone(self.zone), language)
