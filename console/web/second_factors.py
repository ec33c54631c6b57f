"""A person's own second factors: passkeys, an authenticator app, recovery codes."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import passkeys, proving, second_factors
from console.actions.passkeys import PasskeyRefused
from console.actions.second_factors import StillNeeded, TooMany, WrongCode
from console.domain.factor import Factor
from console.store import factors
from console.web import held, plot_code, sign_in_form
from console.web.access import me, session_of
from console.web.account import back
from console.web.context import web
from console.web.proving import demanded, demanding_role

blueprint = Blueprint("second_factors", __name__)
Page = Response | str | tuple[str, int]
NEEDED = (
    "This is your last second step, and your role takes one. Set up another first, then remove this"
)


@blueprint.get("/account/second-factor")
def choose() -> str:
    """Where somebody is led whose role takes a second factor and who has none."""
    return render_template(
        "pages/second_factor.html", role=demanding_role(session_of()), next=_next()
    )


@blueprint.get("/account/authenticator")
def app() -> str:
    return _app_page()


@blueprint.post("/account/authenticator")
def add_app() -> Page:
    locked, code = request.form.get("locked", ""), request.form.get("code", "")[:20]
    try:
        with web().sessions.begin() as db:
            new = second_factors.add_app(
                db, web().desk, person=me(), locked=locked, code=code, now=web().now
            )
            proving.proved(db, session_of(), Factor.TOTP, web().now)
    except WrongCode:
        return _app_page(locked, wrong="That is not the code. Check the telephone's clock"), 422
    return _added("app", new)


@blueprint.post("/account/authenticator/remove")
def remove_app() -> Page:
    try:
        with web().sessions.begin() as db:
            second_factors.remove_app(db, person=me(), needed=_needed(), now=web().now)
    except StillNeeded:
        return _sorry()
    return back("app-gone", "second-step")


@blueprint.get("/account/passkeys")
def passkey() -> str:
    return _passkey_page()


@blueprint.post("/account/passkeys")
def add_passkey() -> Page:
    answer, name = request.form.get("credential", ""), request.form.get("name", "")
    try:
        with web().sessions.begin() as db:
            new = second_factors.add_passkey(
                db, web().desk, person=me(), answer=answer, name=name, now=web().now
            )
            proving.proved(db, session_of(), Factor.PASSKEY, web().now)
    except PasskeyRefused as refused:
        return _passkey_page(sign_in_form.passkey_wrong(refused.why)), 422
    except TooMany:
        return _passkey_page("You have as many passkeys as there can be. Remove one first"), 422
    return _added("passkey", new)


@blueprint.post("/account/passkeys/<key>/name")
def rename_passkey(key: str) -> Page:
    with web().sessions.begin() as db:
        second_factors.rename_passkey(
            db, person=me(), passkey=key, name=request.form.get("name", ""), now=web().now
        )
    return redirect(url_for("account.page", _anchor="second-step"), 303)


@blueprint.post("/account/passkeys/<key>/remove")
def remove_passkey(key: str) -> Page:
    try:
        with web().sessions.begin() as db:
            second_factors.remove_passkey(
                db, person=me(), passkey=key, needed=_needed(), now=web().now
            )
    except StillNeeded:
        return _sorry()
    return back("passkey-gone", "second-step")


@blueprint.post("/account/recovery-codes")
def new_codes() -> Page:
    with web().sessions.begin() as db:
        new = second_factors.new_codes(db, person=me(), now=web().now)
    return render_template("pages/recovery_codes.html", codes=new, next=url_for("account.page"))


def _app_page(locked: str = "", wrong: str = "") -> str:
    """A new secret, or the one that the form came with: the telephone has it already."""
    try:
        secret = second_factors.secret_of(web().desk, me(), locked) if locked else ""
    except WrongCode:
        secret = ""
    if not secret:
        secret, locked = second_factors.new_app(web().desk, me())
    issuer = f"Skellat {web().desk.settings.council.name}"
    return render_template(
        "pages/authenticator.html",
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=plot_code.svg(plot_code.address(secret, me().email, issuer)),
        locked=locked,
        wrong=wrong,
        next=_next(),
    )


def _passkey_page(wrong: str = "") -> str:
    with web().sessions.read() as db:
        known = factors.passkeys_of(db, me().id)
    asked = passkeys.to_enrol(web().desk, me(), known, web().now)
    name = request.form.get("name", "")
    return render_template(
        "pages/passkey_new.html", passkey=asked, wrong=wrong, name=name, next=_next()
    )


def _added(what: str, codes: list[str]) -> Page:
    """The first second factor comes with recovery codes, which are shown this once."""
    onward = _next()
    if codes:
        return render_template(
            "pages/recovery_codes.html", codes=codes, next=onward or url_for("account.page")
        )
    return redirect(onward, 303) if onward else back(what, "second-step")


def _needed() -> bool:
    return demanded(session_of())


def _sorry() -> Page:
    return render_template("pages/second_factor_needed.html", text=NEEDED), 409


def _next() -> str:
    path = request.values.get("next", "")
    return held.own_path(path) if path else ""
