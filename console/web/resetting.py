"""A new password by a link that an administrator has given: once, and within the hour."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from console.actions import passwords
from console.actions.passwords import LinkOver, TooEasy, TooLong
from console.actions.people import TooShort
from console.web.context import web
from console.web.own_secrets import wrong

blueprint = Blueprint("resetting", __name__)


@blueprint.get("/reset/<token>")
def show(token: str) -> Response:
    return _page(token)


@blueprint.post("/reset/<token>")
def choose(token: str) -> Response:
    new = request.form.get("new-password", "")
    try:
        with web().sessions.begin() as db:
            passwords.reset(db, web().desk, token=token, password=new, now=web().now)
    except LinkOver:
        return _page(token)
    except (TooShort, TooLong, TooEasy) as obstacle:
        return _page(token, wrong(obstacle))
    return _guarded(make_response(render_template("pages/reset_done.html")))


def _page(token: str, wrong: str = "") -> Response:
    with web().sessions.read() as db:
        try:
            person = passwords.reset_for(db, token, web().now)
        except LinkOver:
            return _guarded(make_response(render_template("pages/reset_over.html"), 410))
    page = render_template("pages/reset.html", person=person, wrong=wrong)
    return _guarded(make_response(page, 422 if wrong else 200))


def _guarded(answer: Response) -> Response:
    """The address is the key: no other site and no cache may learn it."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
