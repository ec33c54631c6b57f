"""What every request has to be: plain in its method, its kind of body, and each of its fields."""

from collections.abc import Iterator
from typing import Any

from flask import g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from console.web.questions import PREFIX
from console.web.twice import Twice

MANY = frozenset({"channels", "days", "languages", "roles"})
"""Fields that may have several answers; a question about places, too."""
OF_PROGRAMS = frozenset({"api"})
"""Blueprints that take JSON, and judge it themselves."""
WITH_FILES = frozenset(
    {"drafts.open_", "drafts.save", "writings.keep_new", "writings.keep_draft", "recipients.upload"}
)
LARGEST = 40_000_000
"""Bytes of a form with a file, of which no more is kept than may be: so a picture that is too large
is said to be so with the words still there."""
ENCODED_MOST = 3_000_000
"""Bytes of a form that Werkzeug reads all at once: 1 MB of words, with three for each odd byte."""
_ENCODED, _IN_PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_OTHER_METHOD = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def limit() -> None:
    """Before anything reads the form."""
    if request.mimetype == _ENCODED:
        request.max_content_length = ENCODED_MOST


def check_method() -> None:
    """Raises `MethodNotAllowed` for a request that says to be another one than it is."""
    if any(name in request.headers for name in _OTHER_METHOD) or "_method" in request.args:
        raise MethodNotAllowed


def check_fields() -> None:
    """After the guard, which reads a stranger's form and holds it. Raises `UnsupportedMediaType`,
    `Twice`, or `RequestEntityTooLarge`."""
    if request.endpoint is None or request.blueprint in OF_PROGRAMS:
        return
    if request.endpoint in WITH_FILES and request.mimetype == _IN_PARTS and g.get("user"):
        request.max_content_length = LARGEST
    once_each(request.args)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.mimetype not in (_ENCODED, _IN_PARTS) and (
        request.mimetype or request.content_length
    ):
        raise UnsupportedMediaType
    once_each(request.form)
    once_each(request.files)


def once_each(fields: MultiDict[str, Any]) -> None:
    """Raises `Twice`."""
    for name in _repeated(fields):
        raise Twice(name)


def _repeated(fields: MultiDict[str, Any]) -> Iterator[str]:
    for name, values in fields.lists():
        if len(values) > 1 and name not in MANY and not name.startswith(PREFIX):
            yield name
