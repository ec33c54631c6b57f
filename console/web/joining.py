"""Making one's account by the mailed link: no cookie, one form, and only a POST does something."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from console.actions import invitations, passwords, people
from console.actions.errors import NotFound
from console.actions.invitations import Invitation, InvitationOver
from console.actions.passwords import TooLong
from console.actions.people import PASSWORD_LEAST, PIN_LEAST, Taken, TooEasy, TooShort
from console.domain.invitation import Stage
from console.people_letters import MAY
from console.web import people_words
from console.web.context import web
from console.web.words import Sorry

blueprint = Blueprint("joining", __name__)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with each field. Nothing that was typed comes back: all of it is secret."""

    form: str = ""
    password: str = ""
    again: str = ""
    pin: str = ""
    pin_again: str = ""

    @property
    def errors(self) -> list[dict[str, str]]:
        found = [
            (self.form, "join"),
            (self.password, "password"),
            (self.again, "password-again"),
            (self.pin, "pin"),
            (self.pin_again, "pin-again"),
        ]
        return [{"text": text, "href": f"#{place}"} for text, place in found if text]


@blueprint.get("/join/<token>")
def ask(token: str) -> Response:
    """Mail filters open links: looking changes nothing."""
    return _page(token)


@blueprint.post("/join/<token>")
def accept(token: str) -> Response:
    given = request.form.get("form", "").encode(errors="replace")
    if not hmac.compare_digest(given, _form_token(token).encode()):
        return _page(token, Wrong(form="Nothing was done: the page was too old. Try again"), 400)
    password, pin = request.form.get("password", ""), "".join(request.form.get("pin", "").split())
    wrong = _wrong(token, password, pin)
    if wrong.errors:
        return _page(token, wrong, 400)
    try:
        with web().sessions.begin() as db:
            invitations.accept(db, token=token, password=password, pin=pin, now=web().now)
    except Taken as error:
        return _page(token, Wrong(form=people_words.fault(error) + ". Sign in with it"), 409)
    except (InvitationOver, NotFound):
        # Somebody was quicker, or there is no such link: the page says so.
        return _page(token)
    web().ring()
    return _guarded(redirect(request.path, 303))


def _wrong(token: str, password: str, pin: str) -> Wrong:
    """Everything that is wrong at once: all of it has to be typed again."""
    try:
        with web().sessions.read() as db:
            found = invitations.find(db, token, web().now)
    except NotFound:
        return Wrong()
    again = "".join(request.form.get("pin-again", "").split())
    names = (web().desk.settings.council.name, found.email, found.name)
    return Wrong(
        password=_fault(lambda: passwords.must_do(password, names)),
        again=_differ("password", password != request.form.get("password-again", "")),
        pin=_fault(lambda: people.check_pin(pin)) if found.signs else "",
        pin_again=_differ("PIN", pin != again) if found.signs else "",
    )


def _fault(check: Callable[[], None]) -> str:
    try:
        check()
    except (TooShort, TooLong, TooEasy) as error:
        return people_words.fault(error)
    return ""


def _differ(what: str, different: bool) -> str:
    return f"The two differ. Type the same {what} twice" if different else ""


def _page(token: str, wrong: Wrong | None = None, status: int = 200) -> Response:
    now = web().now
    try:
        with web().sessions.read() as db:
            found: Invitation = invitations.find(db, token, now)
    except NotFound:
        return _over(people_words.UNKNOWN, 404)
    if found.stage is not Stage.OPEN:
        # Whoever has just made the account comes here too, and nothing is wrong then.
        made = found.stage is Stage.ACCEPTED and request.method != "POST"
        return _over(people_words.OVER[found.stage], 200 if made else 410, found)
    wrong = wrong or Wrong()
    page = render_template(
        "pages/join.html",
        invitation=found,
        may=MAY,
        address=request.path,
        form_token=_form_token(token),
        least=PASSWORD_LEAST,
        pin_least=PIN_LEAST,
        wrong=wrong,
        errors=wrong.errors,
    )
    return _guarded(make_response(page, status))


def _over(sorry: Sorry, status: int, found: Invitation | None = None) -> Response:
    used = found is not None and found.stage is Stage.ACCEPTED
    page = render_template("pages/join_over.html", over=sorry, used=used, invitation=found)
    return _guarded(make_response(page, status))


def _form_token(token: str) -> str:
    """Binds the form to its reader's own link, in place of a cookie's token."""
    secret = web().desk.settings.secret.encode()
    return hmac.new(
        secret, f"join|{token}".encode(errors="surrogatepass"), hashlib.sha256
    ).hexdigest()


def _guarded(answer: Response) -> Response:
    """The address is a secret until it is used: kept by no cache, told to nobody."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
