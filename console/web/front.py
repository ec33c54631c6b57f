"""The first page: what is open, what waits for whom, and whether everything is ready."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.actions import reading
from console.web.context import web

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def page() -> str:
    with web().sessions.read() as db:
        front = reading.front(db)
    return render_template("pages/front.html", front=front)


@blueprint.get("/pictures/<sha256>")
def picture(sha256: str) -> Response:
    """A picture by its own digest, for people who are signed in."""
    with web().sessions.read() as db:
        media_type, content = reading.picture(db, sha256)
    answer = make_response(content)
    answer.content_type = media_type
    answer.cache_control.private, answer.cache_control.max_age = True, 86_400
    return answer
