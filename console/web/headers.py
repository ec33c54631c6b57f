"""What every answer tells the browser: which scripts to run, and that nobody may embed it."""

import secrets

from flask import current_app, g, request
from werkzeug.wrappers import Response

YEAR = 31_536_000
"""Seconds."""
NONCE = "nonce"

_PAGE = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'; trusted-types skellat"
)
# A page without a nonce is one that caches keep: it has no script; a nonce would be everybody's.
WITHOUT_SCRIPT = _PAGE.format(script="'none'", style="'self'")
NO_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""For pictures, JSON and files: nothing in them is to be run, whatever a browser takes them for."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def nonce() -> str:
    """This answer's: no element without it is run or applied. Made when a page first needs it."""
    if NONCE not in g:
        setattr(g, NONCE, secrets.token_urlsafe(16))
    return str(g.get(NONCE))


def finish(answer: Response) -> None:
    """Sets what the answer has not set itself."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", _policy(answer))
    # A proxy in front ends the TLS; what people use is in the settings.
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")


def _policy(answer: Response) -> str:
    # A cache that is told 304 puts the header over the one that it has: a page's, to be safe.
    if answer.mimetype != "text/html" and answer.status_code != 304:
        return NO_PAGE
    if NONCE not in g:
        return WITHOUT_SCRIPT
    source = f"'nonce-{nonce()}'"
    return _PAGE.format(script=source, style=source)
