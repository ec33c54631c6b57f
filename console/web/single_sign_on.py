"""Signing in at the council's own provider: there, and back."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from console import credentials
from console.actions import single_sign_on
from console.actions.errors import NotFound
from console.domain.single_sign_on import Refusal, Refused
from console.openid.provider import RETURN, Begun, Provider
from console.web import held
from console.web.context import KEY, Web, web
from console.web.single_sign_on_words import told
from console.web.visiting import keep, shift, visitor

blueprint = Blueprint("single_sign_on", __name__)
PROVIDER = "skellat single sign-on"
COOKIE = "skellat-sign-on"
TRIES = 3
"""Sign-ins that one browser may have begun at once, in tabs beside each other."""


@dataclass(frozen=True)
class Offered:
    """What the sign-in page knows of it, and no more."""

    name: str
    only: bool


@blueprint.record
def _set_up(state: BlueprintSetupState) -> None:
    here: Web = state.app.extensions[KEY]
    known = here.desk.settings.single_sign_on
    if known:
        state.app.extensions[PROVIDER] = Provider(known, here.desk.settings.console.base_url)
        state.app.jinja_env.globals["single_sign_on"] = Offered(known.name, known.only)


@blueprint.get("/sign-in/sso")
def begin() -> Response:
    provider, onward = _provider(), held.own_path(request.args.get("next", "/"))
    state = credentials.new_token()
    try:
        address = provider.address(_secrets(state), **_wishes(provider))
    except Refused as refused:
        return _refused(provider, refused, onward)
    answer = redirect(address, 302)
    _remember(answer, [*_tries(), _Try(state, onward, web().now)][-TRIES:])
    return answer


@blueprint.get(RETURN)
def finish() -> Response:
    provider, now = _provider(), web().now
    tries, onward = _tries(), "/"
    try:
        given = _answer()
        begun = next((one for one in tries if _same(one.state, given.get("state", ""))), None)
        if begun is None:
            raise Refused(Refusal.NOT_BEGUN)
        onward = begun.onward
        person = provider.who(given, _secrets(begun.state), now)
    except Refused as refused:
        return _refused(provider, refused, onward)
    with web().sessions.begin() as db:
        outcome = single_sign_on.enter(
            db,
            provider.known,
            person=person,
            state=begun.state,
            visitor=visitor(),
            now=now,
            lasts=shift(),
        )
    if isinstance(outcome, Refused):
        return _page(provider, outcome, onward)
    keep(outcome.token)
    answer = redirect(held.own_path(onward), 303)
    _remember(answer, [one for one in tries if one is not begun])
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address here has the code in it
    return answer


@dataclass(frozen=True)
class _Try:
    """A sign-in that this browser began."""

    state: str
    onward: str
    at: datetime


def _provider() -> Provider:
    found: Provider | None = current_app.extensions.get(PROVIDER)
    if found is None:
        raise NotFound("page", "single sign-on")
    return found


def _wishes(provider: Provider) -> dict[str, str]:
    """A second factor counts only where the provider says when: asking for an age makes it."""
    oldest = int(shift().total_seconds())
    return {"max_age": str(oldest)} if provider.known.second_factor else {}


def _secrets(state: str) -> Begun:
    """Made from the state with the console's own secret: the cookie need not hold them."""

    def derived(purpose: str) -> str:
        key = str(current_app.secret_key).encode()
        return hmac.new(key, f"{purpose} {state}".encode(), hashlib.sha256).hexdigest()

    return Begun(state, derived("openid nonce"), derived("openid verifier"))


def _answer() -> Mapping[str, str]:
    """What came back, each thing once. Raises `Refused`."""
    if any(len(values) > 1 for _, values in request.args.lists()):
        raise Refused(Refusal.WRONG_ANSWER, "something in the answer is there twice")
    return request.args


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="surrogatepass"))


def _tries() -> list[_Try]:
    """Those that this browser has begun and that still count."""
    try:
        kept = json.loads(_signer().loads(request.cookies.get(_cookie(), "")))
        tries = [_Try(state, path, datetime.fromisoformat(at)) for state, path, at in kept]
    except (BadSignature, ValueError, TypeError):
        return []
    return [one for one in tries if one.at <= web().now < one.at + single_sign_on.LASTS]


def _remember(answer: Response, tries: list[_Try]) -> None:
    """A cookie of its own: it has to come along from the provider's page, however strict the
    cookie of the sign-in itself is."""
    kept = json.dumps([[one.state, one.onward, one.at.isoformat()] for one in tries])
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(
        _cookie(),
        _signer().dumps(kept) if tries else "",
        max_age=int(single_sign_on.LASTS.total_seconds()) if tries else 0,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="single sign-on")


def _cookie() -> str:
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _refused(provider: Provider, refused: Refused, onward: str) -> Response:
    with web().sessions.begin() as db:
        single_sign_on.refuse(db, provider.known, refused, now=web().now)
    return _page(provider, refused, onward)


def _page(provider: Provider, refused: Refused, onward: str) -> Response:
    known, council = provider.known, web().desk.settings.council
    shown: dict[str, Any] = {
        "told": told(refused, name=known.name, only=known.only, phone=council.phone),
        "name": known.name,
        "again": url_for("single_sign_on.begin", next=onward),
        "password": url_for("sign_in.form", next=onward),
    }
    answer = make_response(render_template("pages/single_sign_on.html", **shown))
    answer.status_code = shown["told"].status
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
