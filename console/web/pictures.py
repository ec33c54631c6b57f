"""Pictures for networks that fetch them themselves: as JPEG, of released messages only."""

import re

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from console.actions import pictures
from console.web.context import web

blueprint = Blueprint("pictures", __name__)

KEPT = 86_400
"""Seconds that others may keep it. What stands under a name never changes."""
_NAME = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/pictures/<sha256>.jpg")
def jpeg(sha256: str) -> Response:
    """The same for a draft's picture as for one that there is not: nothing at all. An exercise's is
    shown too, since the practice networks fetch it as the real ones do."""
    if not _NAME.fullmatch(sha256):
        abort(404)
    with web().sessions.read() as db:
        content = pictures.released(db, sha256)
    if content is None:
        abort(404)
    answer = make_response(pictures.as_jpeg(content))
    answer.content_type = "image/jpeg"
    answer.cache_control.public, answer.cache_control.max_age = True, KEPT
    answer.cache_control.immutable = True
    # The console is not to be found in a picture search.
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(sha256)
    return answer.make_conditional(request)
