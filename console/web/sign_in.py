"""Signing in and out."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from console.actions import people
from console.web import held
from console.web.access import SIGNED_IN
from console.web.context import web
from console.web.sign_in_form import SignIn, page

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> str:
    return page(next=_next(request.args.get("next", "")))


@blueprint.post("/sign-in")
def enter() -> Response | str | tuple[str, int]:
    form = SignIn()
    lasts = timedelta(hours=web().desk.settings.console.shift_hours)
    with web().sessions.begin() as db:
        found = people.sign_in(
            db,
            email=_with_password(form.email.data or ""),
            password=form.password.data or "",
            now=web().now,
            lasts=lasts,
        )
    again = held.load(request.form.get("held", ""))
    onward = _next(request.form.get("next", ""))
    if found is None:
        form.refuse()
        return page(form, held=again, next=onward), 400
    _keep(found[1])
    if again:
        return render_template("pages/held.html", held=again, user=found[0], cookie=True)
    return redirect(onward, 303)


@blueprint.post("/sign-out")
def leave() -> Response:
    token = session.get(SIGNED_IN)
    if token:
        with web().sessions.begin() as db:
            people.sign_out(db, token, web().now)
    session.clear()
    return redirect(url_for("sign_in.form"), 303)


def _keep(token: str) -> None:
    """A fresh cookie: nothing of what was before the sign-in is worth keeping."""
    session.clear()
    session.permanent = True
    session[SIGNED_IN] = token


def _with_password(email: str) -> str:
    """The address, or nobody's where the council has switched its password off: the same answer,
    in the same time, as for a wrong one."""
    single_sign_on = web().desk.settings.single_sign_on
    return email if single_sign_on is None or single_sign_on.takes_password(email) else ""


def _next(path: str) -> str:
    return held.own_path(path) if path else url_for("front.page")
