"""On the wire: security headers, compression, and the files of the look."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Flask, abort, current_app, make_response, request, url_for
from werkzeug.wrappers import Response

FOLDER = Path(__file__).parent / "static"
_KINDS = {".css", ".js", ".svg"}
_YEAR = 31_536_000
"""Seconds."""
_WORTH_IT = 500
"""Bytes; less is not worth compressing."""
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def register(app: Flask) -> None:
    app.add_url_rule("/static/<edition>/<path:name>", "static", _static)
    app.jinja_env.globals["asset"] = asset
    app.after_request(_finish)


def asset(name: str) -> str:
    """The address of a file of the look. Its folder is named by the content of all of them, so that
    it is kept for a year, and so is what one file imports from beside it."""
    return url_for("static", edition=_edition(), name=name)


def _static(edition: str, name: str) -> Response:
    if Path(name).suffix not in _KINDS or ".." in name or not (FOLDER / name).is_file():
        abort(404)
    answer = make_response(_content(name))
    answer.content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if answer.content_type.startswith("text/"):
        answer.content_type += "; charset=utf-8"
    if edition == _edition():
        answer.cache_control.public = True
        answer.cache_control.max_age = _YEAR
    else:
        # A page of the version before this one: it gets today's file, and must not keep it.
        answer.cache_control.no_store = True
    return answer


@cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def _edition() -> str:
    """Changes with any file of the look."""
    files = sorted(path for path in FOLDER.rglob("*") if path.suffix in _KINDS)
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.relative_to(FOLDER)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:12]


def _finish(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    # A proxy in front ends the TLS; what people use is in the settings.
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return _compressed(answer)


def _compressed(answer: Response) -> Response:
    kind = answer.content_type or ""
    if not kind.startswith(_TEXT) or answer.is_streamed or "Content-Encoding" in answer.headers:
        return answer
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    if len(body) < _WORTH_IT or not request.accept_encodings["gzip"]:
        return answer
    # Level 6: a page of 60 kB takes 1 ms; level 9 takes twice as long for one per cent less.
    small = _static_small(request.path, body) if request.endpoint == "static" else _small(body)
    answer.set_data(small)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def _small(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


@cache
def _static_small(_path: str, body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
