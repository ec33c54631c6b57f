"""The files of the look: style sheets, scripts and drawings, and the elements that bring them."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Flask, abort, make_response, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from console.web.headers import YEAR, nonce

FOLDER = Path(__file__).parent / "static"
_KINDS = {".css", ".js", ".svg"}


def register(app: Flask) -> None:
    app.add_url_rule("/static/<edition>/<path:name>", "static", _static)
    app.jinja_env.globals.update(asset=asset, style=style, script=script)


def asset(name: str) -> str:
    """The address of a file of the look. Its folder is named by the content of all of them, so that
    it is kept for a year, and so is what one file imports from beside it."""
    return url_for("static", edition=_edition(), name=name)


def style(name: str) -> Markup:
    """The element that brings a style sheet."""
    return Markup('<link rel="stylesheet" href="{}" nonce="{}">').format(asset(name), nonce())


def script(name: str) -> Markup:
    """The element that brings a module; what the module imports comes under its nonce."""
    element = Markup('<script type="module" src="{}" nonce="{}"></script>')
    return element.format(asset(name), nonce())


def _static(edition: str, name: str) -> Response:
    if Path(name).suffix not in _KINDS or ".." in name or not (FOLDER / name).is_file():
        abort(404)
    answer = make_response(_content(name))
    answer.content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if answer.content_type.startswith("text/"):
        answer.content_type += "; charset=utf-8"
    if edition == _edition():
        answer.cache_control.public = True
        answer.cache_control.max_age = YEAR
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
