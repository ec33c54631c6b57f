"""What the council's own site shows over its pages: a script, its data, and a piece of HTML."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup

from console.public import feeds
from console.public.entries import Message
from console.public.file import HTML, JSON, SCRIPT, File
from console.public.kinds import KINDS
from console.public.publisher import Publisher

SHOWN_MOST = 3
_SCRIPT = Path(__file__).with_name("banner.js")


def as_json(publisher: Publisher, current: Sequence[Message]) -> File:
    said = {
        "title": _title(publisher),
        "more": publisher.address(),
        "messages": [
            {
                "subject": one.first.subject,
                "kind": KINDS[one.kind],
                "language": one.first.language,
                "over": one.over,
                "at": publisher.when(one.created_at),
                "url": publisher.address(one.incident),
            }
            for one in current[:SHOWN_MOST]
        ],
    }
    content = json.dumps(said, ensure_ascii=False).encode()
    return File(content, JSON, feeds.changed(current))


def as_html(publisher: Publisher, current: Sequence[Message]) -> File:
    """A piece for a server to put into its page; empty where there is nothing to say."""
    lines = Markup("").join(
        Markup('<li><strong>{}</strong> <a href="{}" lang="{}">{}</a> {}</li>\n').format(
            KINDS[one.kind],
            publisher.address(one.incident),
            one.first.language,
            one.first.subject,
            publisher.when(one.created_at),
        )
        for one in current[:SHOWN_MOST]
    )
    whole = Markup(
        '<aside class="skellat-banner" aria-label="{}" lang="en">\n<ul>\n{}</ul>\n</aside>\n'
    ).format(_title(publisher), lines)
    content = str(whole).encode() if current else b""
    return File(content, HTML, feeds.changed(current))


@cache
def script() -> File:
    return File(_SCRIPT.read_bytes(), SCRIPT)


def _title(publisher: Publisher) -> str:
    return f"Emergency information from {publisher.name}"
