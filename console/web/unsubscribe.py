"""The way off a recipient list: a mailed link and a button; no cookie, no address."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from console.actions import recipients
from console.actions.errors import NotFound
from console.catalogue import ENGLISH
from console.web.context import web
from console.web.persist import persist

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/unsubscribe/<token>")
def ask(token: str) -> Response:
    """Mail filters open links: only the button does something."""
    if not recipients.is_link(web().desk, token):
        return _page("unknown", token, 404)
    return _page("ask", token)


@blueprint.post("/unsubscribe/<token>")
def leave(token: str) -> Response:
    """The page's own button, and a mail program's (RFC 8058). A second press does no harm."""
    now, desk = web().now, web().desk
    try:
        persist(lambda db: recipients.unsubscribe(db, desk, token=token, now=now))
    except NotFound:
        return _page("unknown", token, 404)
    return _page("done", token)


def _page(stage: str, token: str, status: int = 200) -> Response:
    page = render_template(
        "pages/unsubscribe.html",
        stage=stage,
        address=request.path,
        exercise=token == recipients.REHEARSED,
        home="/public/",
        public_language=ENGLISH,
    )
    answer = make_response(page, status)
    # The address is the person's own: kept by no cache, told to nobody, found by no search.
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
