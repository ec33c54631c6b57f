"""Signing in and out: a password and its second step, or a passkey."""

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.actions import entering, signing_in
from console.actions.entering import Entered, Half, HalfOver
from console.actions.passkeys import PasskeyRefused
from console.actions.tries import TryLater
from console.web import held, sign_in_form
from console.web.access import SIGNED_IN
from console.web.context import web
from console.web.held import Held
from console.web.sign_in_form import SignIn
from console.web.visiting import HALF, keep, keep_half, know_device, shift, visitor

blueprint = Blueprint("sign_in", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/sign-in")
def form() -> str:
    return sign_in_form.page(next=_next(request.args.get("next", "")))


@blueprint.post("/sign-in")
def enter() -> Page:
    if request.form.get("credential"):
        return _by_passkey(second=False)
    form = SignIn()
    shown = {"held": _held(), "next": _next(request.form.get("next", ""))}
    email, password = _with_password(form.email.data or ""), form.password.data or ""
    try:
        step = _by_password(email, password)
    except TryLater as later:
        return sign_in_form.later(form, later.wait, **shown)
    if step is None:
        form.refuse()
        return sign_in_form.page(form, **shown), 400
    return _onward(step)


@blueprint.get("/sign-in/second")
def second() -> Page:
    with web().sessions.read() as db:
        try:
            entering.half(db, session.get(HALF, ""), web().now)
        except HalfOver:
            return redirect(url_for("sign_in.form"))
    return sign_in_form.second(next=_next(request.args.get("next", "")))


@blueprint.post("/sign-in/second")
def enter_second() -> Page:
    if request.form.get("credential"):
        return _by_passkey(second=True)
    shown = {"held": _held(), "next": _next(request.form.get("next", ""))}
    try:
        with web().sessions.begin() as db:
            entered = entering.by_code(
                db,
                web().desk,
                token=session.get(HALF, ""),
                code=request.form.get("code", "")[:100],
                visitor=visitor(),
                now=web().now,
                lasts=shift(),
            )
    except HalfOver:
        session.pop(HALF, None)
        return sign_in_form.page(late=True, **shown), 400
    except TryLater as later:
        return sign_in_form.second_later(later.wait, **shown)
    if entered is None:
        return sign_in_form.second(
            wrong=_("That code is not right, or was used before"), **shown
        ), 400
    return _onward(entered)


@blueprint.post("/sign-out")
def leave() -> Response:
    token = session.get(SIGNED_IN)
    if token:
        with web().sessions.begin() as db:
            signing_in.sign_out(db, token, web().now)
    session.clear()
    return redirect(url_for("sign_in.form"), 303)


def _by_password(email: str, password: str) -> Entered | Half | None:
    """Three transactions, so that nobody waits while a password is compared."""
    now, who = web().now, visitor()
    with web().sessions.begin() as db:
        claimed = entering.claim(db, email=email, visitor=who, now=now)
    with web().sessions.read() as db:
        found = entering.whose(db, email=email, password=password)
    with web().sessions.begin() as db:
        if found is None:
            entering.refuse(db, email=email, now=now)
            return None
        return entering.by_password(db, found, claimed=claimed, visitor=who, now=now, lasts=shift())


def _by_passkey(*, second: bool) -> Page:
    try:
        with web().sessions.begin() as db:
            entered = entering.by_passkey(
                db,
                web().desk,
                answer=request.form["credential"],
                visitor=visitor(),
                now=web().now,
                lasts=shift(),
                half_token=session.get(HALF, ""),
            )
    except PasskeyRefused as refused:
        shown = {"held": _held(), "next": _next(request.form.get("next", ""))}
        page = sign_in_form.second if second else sign_in_form.page
        return page(passkey_wrong=sign_in_form.passkey_wrong(refused.why), **shown), 400
    return _onward(entered)


def _onward(step: Entered | Half) -> Page:
    """To the second step, or to where it was going; a form that was held is offered again."""
    again, onward = _held(), _next(request.form.get("next", ""))
    if isinstance(step, Half):
        keep_half(step)
        if again:
            return sign_in_form.second(held=again)
        return redirect(url_for("sign_in.second", next=onward), 303)
    keep(step.token)
    if again:
        page = render_template("pages/held.html", held=again, user=step.user, cookie=True)
        return know_device(make_response(page), step)
    return know_device(redirect(onward, 303), step)


def _held() -> Held | None:
    return held.load(request.form.get("held", ""))


def _with_password(email: str) -> str:
    """The address, or nobody's where the council has switched its password off: the same answer,
    in the same time, as for a wrong one."""
    single_sign_on = web().desk.settings.single_sign_on
    return email if single_sign_on is None or single_sign_on.takes_password(email) else ""


def _next(path: str) -> str:
    return held.own_path(path) if path else url_for("front.page")
