"""Finds links in a text, and writes a text as HTML with them."""

import regex
from markupsafe import Markup, escape

LINK = regex.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]]")


def linked(text: str) -> Markup:
    """The text, escaped, with its links to be clicked."""
    written, end = Markup(""), 0
    for match in LINK.finditer(text):
        written += escape(text[end : match.start()])
        written += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(match[0])
        end = match.end()
    return written + escape(text[end:])
