"""Refuses what another website makes a browser ask for: forms, pictures, scripts, frames, reads."""

from flask import request
from werkzeug.exceptions import Forbidden

from console.web.access_table import COOKIELESS

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FROM_ANYWHERE = frozenset({"unsubscribe.leave"})
"""A mail program presses it for its reader (RFC 8058), and no cookie counts there."""
_OURS = ("same-origin", "none")
"""``none``: a person typed the address, or opened it from a bookmark or a program."""


class FromOtherSite(Forbidden):
    """Another site, or another page of a neighbouring one, sent this."""


def check() -> None:
    """Raises `FromOtherSite`. A link that leads here is followed: it changes nothing. Browsers say
    truly where a request begins, and no script can change it: https://www.w3.org/TR/fetch-metadata/"""
    if request.endpoint in FROM_ANYWHERE or _changes_nothing() or _from_our_pages():
        return
    raise FromOtherSite


def _changes_nothing() -> bool:
    return request.method in SAFE and (
        request.endpoint is None or request.endpoint in COOKIELESS or _is_navigation()
    )


def _from_our_pages() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    return _no_foreign_origin() if site is None else site in _OURS


def _is_navigation() -> bool:
    """A whole window goes there; not a frame, and no script that reads it."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _no_foreign_origin() -> bool:
    """For browsers of before 2023, and for programs, which send neither. ``null``: a page whose
    address is told to nobody, as a sign-off link's."""
    origin = request.headers.get("Origin", "null")
    return origin == "null" or origin.partition("://")[2] == request.host
