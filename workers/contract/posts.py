"""Posts to send in tests: an example council's words, picture and times."""

import hashlib
import io
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from console.domain.channel import Picture, Post

_numbers = itertools.count(1)


def picture() -> Picture:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "PNG")
    content = drawn.getvalue()
    alt = "A red sign: “Road closed”"
    return Picture(hashlib.sha256(content).hexdigest(), "image/png", 40, 30, alt, content)


def jpeg() -> bytes:
    """The same sign as networks fetch it that take an address instead of bytes."""
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "JPEG")
    return drawn.getvalue()


def post(**chosen: Any) -> Post:
    """A post of its own: nothing in it is equal to another one's."""
    n = next(_numbers)
    usual: dict[str, Any] = {
        "key": f"delivery-{n}",
        "text": f"Snow & ice <{n}>: the A9 is closed at Northbrae. #Snow\n\n"
        f"Rhagor: https://northbrae.example/i/{n}.",
        "language": "en",
        "subject": f"Snow and ice in Northbrae ({n})",
        "incident": "incident-1",
        "kind": "alert",
        "exercise": False,
        "link": f"https://northbrae.example/i/{n}",
        "created_at": datetime.now(UTC) + timedelta(microseconds=n),
        "recipient": "resident@northbrae.example",
    }
    return Post(**usual | chosen)
