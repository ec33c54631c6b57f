"""Who speaks on the public side, and under which address."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from console.domain.moment import Moment
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

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or "localhost"

    @property
    def home(self) -> str:
        """The path that everything is under."""
        return "/exercise/public/" if self.exercise else "/public/"

    def address(self, path: str = "") -> str:
        return f"{self.base}{self.home}{path}"

    def when(self, at: datetime) -> str:
        """``05:18, Fri 16 Jan``"""
        local = at.astimezone(self.zone)
        return str(Moment(local, local))
