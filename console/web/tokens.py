"""One's own API tokens: made, shown once, revoked."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import accounts
from console.actions.accounts import TokenName
from console.web import people_words
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/account/tokens")
def page() -> str:
    return _page()


@blueprint.post("/account/tokens")
def issue() -> str | tuple[str, int]:
    """The token is on the page that answers, once, and nowhere else."""
    name, mine = request.form.get("token-name", ""), me()
    try:
        with web().sessions.begin() as db:
            made = accounts.issue_token(
                db, user_id=mine.id, name=name, by=mine.actor, now=web().now
            )
    except TokenName as error:
        return _page(wrong=people_words.fault(error), typed=name), 400
    return _page(issued=made)


@blueprint.post("/account/tokens/<token_id>/revoke")
def revoke(token_id: str) -> Response:
    mine = me()
    with web().sessions.begin() as db:
        accounts.revoke_token(db, user_id=mine.id, token_id=token_id, by=mine.actor, now=web().now)
    return redirect(url_for(".page"), 303)


def _page(issued: str = "", wrong: str = "", typed: str = "") -> str:
    with web().sessions.read() as db:
        found = accounts.tokens(db, me().id)
    return render_template(
        "pages/tokens.html",
        tokens=found,
        issued=issued,
        wrong={"token-name": wrong},
        typed={"token-name": typed},
        errors=[{"text": wrong, "href": "#token-name"}] if wrong else [],
    )
