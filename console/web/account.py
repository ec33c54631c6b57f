"""A person's own account: where they are signed in, and what they sign in with."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import sessions
from console.actions.sessions import OwnSession
from console.store import factors
from console.web.access import session_of
from console.web.context import web
from console.web.proving import demanded, demanding_role
from console.web.visiting import visitor

blueprint = Blueprint("account", __name__)

DONE = {
    "password": "Your password is changed, and you are signed out everywhere else.",
    "pin": "Your sign-off PIN is changed, and you are signed out everywhere else.",
    "phone": "Your telephone number is saved.",
    "passkey": "The passkey is added.",
    "passkey-gone": "The passkey is removed.",
    "app": "The authenticator app is set up.",
    "app-gone": "The authenticator app is removed.",
    "session": "That session is ended.",
    "others": "You are signed out everywhere else.",
}
"""What was done, in words, by the name that the address carries."""

_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""The first that is in the name counts: every browser says of itself that it is all before it."""
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Windows": "Windows",
    "Mac OS": "a Mac",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Shown:
    """One session, as its owner knows it."""

    session: OwnSession
    browser: str


@blueprint.get("/account")
def page() -> str:
    signed, now = session_of(), web().now
    with web().sessions.read() as db:
        own = sessions.own(db, signed, now)
        app = factors.totp(db, signed.user.id)
        passkeys = factors.passkeys_of(db, signed.user.id)
        codes_left = factors.codes_left(db, signed.user.id)
    return render_template(
        "pages/account.html",
        done=DONE.get(request.args.get("done", "")),
        sessions=[Shown(one, browser(one.agent)) for one in own],
        app=app,
        passkeys=passkeys,
        codes_left=codes_left,
        signed=signed,
        needed=demanding_role(signed) if demanded(signed) else "",
        practice=web().desk.settings.practice_only,
    )


@blueprint.post("/account/sessions/<session>/end")
def end(session: str) -> Response:
    with web().sessions.begin() as db:
        sessions.end(db, signed=session_of(), session=session, now=web().now)
    return back("session", "sessions")


@blueprint.post("/account/sessions/end-others")
def end_others() -> Response:
    with web().sessions.begin() as db:
        sessions.end_others(db, signed=session_of(), device=visitor().device, now=web().now)
    return back("others", "sessions")


def back(done: str, place: str = "") -> Response:
    """To the account, which says what was done."""
    return redirect(url_for("account.page", done=done, _anchor=place or None), 303)


def browser(agent: str) -> str:
    """``Firefox on Linux``, as far as a browser says so."""
    name = next((name for mark, name in _BROWSERS.items() if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return f"{name} on {system}" if system else name
