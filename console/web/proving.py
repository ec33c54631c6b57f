"""Step-up: who does something dangerous proves once more who they are, and loses nothing typed."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.actions import passkeys, policies, proving
from console.actions.passkeys import PasskeyRefused
from console.actions.proving import Ways
from console.actions.signing_in import SignedIn
from console.actions.tries import TryLater
from console.domain import factor
from console.domain.lockout import Wait
from console.domain.policy import Role
from console.web import held, sign_in_form
from console.web.access import session_of
from console.web.access_proof import BEFORE_SECOND, FRESH
from console.web.access_table import ACCESS
from console.web.context import web
from console.web.held import Held
from console.web.visiting import visitor

blueprint = Blueprint("proving", __name__)
Page = Response | str | tuple[str, int]
CODE, PASSWORD, CREDENTIAL = (f"{held.PROOF}{one}" for one in ("code", "password", "credential"))
"""Fields of a form that prove who sends it."""
"""The proof of a sign-off that is the approver's own sign-in."""


def register(app: Flask) -> None:
    """After the check of the form's token: a proof from another site is not looked at."""
    app.before_request(guard)
    app.jinja_env.globals["must_prove"] = must_prove


def guard() -> Page | None:
    """Before every page: whether its reader has to prove anything first."""
    signed: SignedIn | None = g.get("signed_in")
    endpoint = request.endpoint or ""
    if signed is None or ACCESS.get(endpoint) is None:
        return None
    two = demanded(signed) and endpoint not in BEFORE_SECOND
    if two and signed.strong_at is None:
        return _second_first(signed)
    if endpoint not in FRESH or signed.fresh(web().now, two=two):
        return None
    if request.method != "POST":
        return redirect(url_for("proving.ask", next=request.full_path.rstrip("?")))
    return _prove(signed, two=two, kept=held.current())


def second_factor() -> Page | None:
    """For a page that takes a second factor of its own accord: None where one was proved just now,
    or comes with the form; else the page that asks for it, and holds the form."""
    signed = session_of()
    if factor.fresh(signed.strong_at, web().now):
        return None
    page = (
        _prove(signed, two=True, kept=held.current()) if signed.enrolled else _second_first(signed)
    )
    if page is None:
        g.signed_in = replace(signed, strong_at=web().now)
    return page


def must_prove() -> bool:
    """Whether something dangerous would be asked for a proof now: a page with something secret to
    type says so beforehand, since that is the one thing that is not held."""
    signed: SignedIn | None = g.get("signed_in")
    return signed is not None and not signed.fresh(web().now, two=demanded(signed))


def demanded(signed: SignedIn) -> bool:
    """Whether this person's roles take a second factor. In the demo none do: there everything is
    tried out by one person on one machine."""
    settings = web().desk.settings
    if settings.practice_only:
        return False
    by_session = False
    if Role.APPROVER in signed.user.roles:
        with web().sessions.read() as db:
            by_session = policies.signs_by_session(db, web().desk)
    return factor.needs_two(signed.user.roles, signs_by_session=by_session)


def demanding_role(signed: SignedIn) -> str:
    """The role that takes a second factor, for the page that asks for it."""
    most = (Role.ADMINISTRATOR, Role.CUSTODIAN, Role.APPROVER)
    return next((str(one) for one in most if one in signed.user.roles), "")


@blueprint.get("/account/prove")
def ask() -> Page:
    return _page(session_of(), two=demanded(session_of()), next=_next(request.args))


@blueprint.post("/account/prove")
def prove() -> Page:
    """Proving beforehand, with nothing held."""
    signed, onward = session_of(), _next(request.form)
    refused = _take(signed, two=demanded(signed))
    if refused is None:
        return redirect(onward, 303)
    page = _page(signed, two=demanded(signed), next=onward, **refused)
    return _refused(refused, page, 400)


def _second_first(signed: SignedIn) -> Page | None:
    """Nothing else is open before the second factor that the person's roles take."""
    if request.method != "POST":
        onward = request.full_path.rstrip("?")
        place = "proving.ask" if signed.enrolled else "second_factors.choose"
        return redirect(url_for(place, next=onward))
    if signed.enrolled:
        return _prove(signed, two=True, kept=held.current())
    return render_template("pages/held.html", held=held.current(), enrol=True, cookie=True), 403


def _prove(signed: SignedIn, *, two: bool, kept: Held) -> Page | None:
    """The form goes on where its proof came with it; else it is held, and one is asked for."""
    if not any(request.form.get(one) for one in (CODE, PASSWORD, CREDENTIAL)):
        return _page(signed, two=two, held=kept), 403
    refused = _take(signed, two=two)
    if refused is None:
        return None
    return _refused(refused, _page(signed, two=two, held=kept, **refused), 403)


def _take(signed: SignedIn, *, two: bool) -> dict[str, Any] | None:
    """None where the proof counts; else what is to be said on the page."""
    code, password = request.form.get(CODE, "")[:100], request.form.get(PASSWORD, "")
    try:
        if answer := request.form.get(CREDENTIAL):
            with web().sessions.begin() as db:
                proving.by_passkey(db, web().desk, signed, answer=answer, now=web().now)
            return None
        if code:
            wrong = _("That code is not right, or was used")
            return None if _code(signed, code) else {"wrong": wrong}
        if password and _ways(signed, two=two).password:
            wrong = _("That is not your password")
            return None if _password(signed, password) else {"wrong": wrong}
    except PasskeyRefused as refused:
        return {"passkey_wrong": sign_in_form.passkey_wrong(refused.why)}
    except TryLater as later:
        return {"wait": later.wait}
    return {"wrong": _("Show that it is you, or go back")}


def _code(signed: SignedIn, code: str) -> bool:
    with web().sessions.begin() as db:
        return proving.by_code(db, web().desk, signed, code=code, visitor=visitor(), now=web().now)


def _password(signed: SignedIn, password: str) -> bool:
    """Three transactions, so that nobody waits while a password is compared."""
    with web().sessions.begin() as db:
        claimed = proving.claim(db, signed, web().now)
    with web().sessions.read() as db:
        if not proving.knows_password(db, signed, password):
            return False
    with web().sessions.begin() as db:
        proving.by_password(db, signed, claimed=claimed, now=web().now)
    return True


def _ways(signed: SignedIn, *, two: bool) -> Ways:
    with web().sessions.read() as db:
        return proving.ways(db, signed, two=two)


def _page(signed: SignedIn, *, two: bool, **shown: Any) -> str:
    ways = _ways(signed, two=two)
    asked = passkeys.to_prove(web().desk, proving.purpose(signed), web().now, ways.passkeys)
    return render_template("pages/prove.html", ways=ways, passkey=asked, **shown)


def _refused(said: dict[str, Any], page: str, status: int) -> Response:
    wait: Wait | None = said.get("wait")
    return sign_in_form.too_many(page, wait) if wait else make_response(page, status)


def _next(given: Any) -> str:
    path = given.get("next", "")
    return held.own_path(path) if path else url_for("account.page")
