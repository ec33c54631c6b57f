"""One file of the public side: its bytes, and as what they are served."""

from dataclasses import dataclass
from datetime import datetime

HTML, CSS, SVG = "text/html; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml"
SCRIPT, JSON = "text/javascript; charset=utf-8", "application/json"
ATOM, RSS, JSON_FEED = "application/atom+xml", "application/rss+xml", "application/feed+json"


@dataclass(frozen=True)
class File:
    content: bytes
    kind: str
    """Its media type."""
    changed_at: datetime | None = None
    """When what it says was said; None where nobody asks by it."""
