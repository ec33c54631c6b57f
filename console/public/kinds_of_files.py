"""As what a file is served, by its ending: the table that a web server in front needs too."""

from console.domain.cap import MEDIA_TYPE
from console.public.file import ATOM, CSS, HTML, JSON, JSON_FEED, RSS, SCRIPT, SVG

KINDS = {
    ".html": HTML,
    ".css": CSS,
    ".svg": SVG,
    ".js": SCRIPT,
    ".atom": ATOM,
    ".rss": RSS,
    ".xml": MEDIA_TYPE,
    ".json": JSON,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
OTHER_SITES = frozenset({ATOM, RSS, JSON_FEED, JSON, MEDIA_TYPE})
"""What pages of other sites may read."""


def kind_of(name: str) -> str:
    if name == "feed.json":
        return JSON_FEED
    return KINDS.get(f".{name.rpartition('.')[2]}", "application/octet-stream")
