"""The links in a text, made ones that can be followed."""

import re

from markupsafe import Markup, escape

from console.domain.plain_text import NONE, Hosts, link_flaw

_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_NOT_OF_A_LINK = ".,;:!?)]}'’”…"


def linked(text: str, trusted: Hosts = NONE) -> Markup:
    """The text with its links made ones; an address that could mislead stays plain text."""
    out, place = Markup(), 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_NOT_OF_A_LINK)
        out += escape(text[place : match.start()])
        safe = link_flaw(address, trusted) is None
        link = Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        out += link if safe else escape(address)
        place = match.start() + len(address)
    return out + escape(text[place:])
