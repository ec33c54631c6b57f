"""Under which names Skellat answers, and how much of what proxies say is believed."""

import ipaddress
import logging
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from console.settings_tables import Console

log = logging.getLogger(__name__)

KEY = "skellat-hosts"
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names of this machine: a health check asks by them, and nobody who asks from elsewhere may."""
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(:[0-9]{1,5})?", re.IGNORECASE)
_FORWARDED = re.compile(r'host="?([^";,\s]*)', re.IGNORECASE)


class ForeignHost(BadRequest):
    """The request came under a name that is not ours."""


def register(app: Flask, console: Console) -> None:
    app.extensions[KEY] = names(console)
    if console.proxies:
        # Only the sender's address is taken from them. Links begin with base_url, whatever host,
        # port, prefix or scheme a proxy, or somebody who imitates one, names.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap it
            app.wsgi_app, x_for=console.proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )


def names(console: Console) -> frozenset[str]:
    """In small letters, without ports."""
    named = urlsplit(console.base_url).hostname or ""
    base = f"[{named}]" if ":" in named else named
    return frozenset({base, *(one.lower() for one in console.hosts)})


def check() -> None:
    """Raises `ForeignHost`. A forwarded host is never used; one that is not ours was to be."""
    known = current_app.extensions[KEY] | (HERE if from_here() else frozenset())
    for name in _named():
        if bare(name) not in known:
            log.warning("refused: the request came for the host %r", name[:100])
            raise ForeignHost


def bare(host: str) -> str:
    """``Skellat.example.:8443`` -> ``skellat.example``; empty for what names no host."""
    found = _HOST.fullmatch(host)
    return found[1].lower().removesuffix(".") if found else ""


def from_here() -> bool:
    """True where the connection itself comes from this machine, whatever any header says. Behind a
    proxy on this machine everybody's does."""
    before_proxies = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    try:
        return ipaddress.ip_address(before_proxies.get("REMOTE_ADDR") or "").is_loopback
    except ValueError:
        return False


def _named() -> Iterator[str]:
    # Without a Host (HTTP/1.0, some health checks) it is a request for this machine.
    yield request.headers.get("Host") or "localhost"
    for header in request.headers.getlist("X-Forwarded-Host"):
        yield from (one.strip() for one in header.split(","))
    for header in request.headers.getlist("Forwarded"):
        yield from _FORWARDED.findall(header)
