"""Pages for what goes wrong: each says what happened, what became of the words, what to do."""

import logging

from flask import Flask, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.wrappers import Response

from console.actions.errors import NotFound, NotPermitted, Obstacle
from console.domain.states import NotAllowed
from console.store.away import DatabaseAway
from console.web import held, locales, request_words, sign_in_form, words
from console.web.access_table import COOKIELESS

log = logging.getLogger(__name__)
Page = tuple[str, int]
AGAIN_IN = 5
"""Seconds after which a program, or a proxy, may ask again."""
DRAINED_MOST = 100_000_000
"""Bytes that are read, and dropped, of a form that is too large."""


def register(app: Flask) -> None:
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(NotPermitted, _not_permitted)
    app.register_error_handler(NotAllowed, _too_late)
    app.register_error_handler(Obstacle, _obstacle)
    app.register_error_handler(DatabaseAway, _database)


def page(status: int, sorry: words.Sorry) -> Page:
    exercise = request.path.startswith("/exercise/")
    page = render_template("pages/sorry.html", sorry=words.said(sorry), exercise=exercise)
    return page, status


def _stale_form(_error: CSRFError) -> Page:
    """The form's token is not this session's: after signing in elsewhere, or another site's."""
    if not held.same_site():
        return page(403, words.OTHER_SITE)
    if g.get("user") is None:
        return held_sign_in()
    return render_template("pages/held.html", held=held.current(), stale=True, cookie=True), 400


def held_sign_in() -> Page:
    if request.endpoint in ("sign_in.enter", "sign_in.enter_second"):
        again = held.load(request.form.get("held", ""))
        return sign_in_form.page(held=again, late=True), 400
    return sign_in_form.page(held=held.current(), late=True), 401


def _too_large(_error: RequestEntityTooLarge) -> Page:
    _read_to_its_end()
    return page(413, words.TOO_LARGE)


def _read_to_its_end() -> None:
    """A browser that is still sending when the connection closes shows that, and not our page."""
    incoming, left = request.environ["wsgi.input"], DRAINED_MOST
    while left > 0 and (piece := incoming.read(min(left, 65_536))):
        left -= len(piece)


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    sorry = request_words.of(error) or words.HTTP.get(error.code, words.HTTP[400])
    answer = make_response(page(error.code, sorry))
    if isinstance(error, MethodNotAllowed):
        # RFC 9110, 15.5.6: a 405 has to say which methods there are.
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answer


def _not_found(_error: NotFound) -> Page:
    return page(404, words.HTTP[404])


def _not_permitted(error: NotPermitted) -> Page:
    return page(403, words.not_permitted(error.act))


def _too_late(error: NotAllowed) -> Page:
    locales.stay_english()
    return page(409, words.too_late(error))


def _obstacle(error: Obstacle) -> Page:
    locales.stay_english()
    return page(409, words.obstacle(error))


def _database(away: DatabaseAway) -> Response:
    """Whatever was typed is on the page, and one press sends it again."""
    log.warning(
        "the database is %s (%s): %s %s",
        away.why,
        type(away.orig).__name__,
        request.method,
        request.url_rule,
    )
    sorry = words.said(words.database(away.why, unsettled=away.unsettled))
    cookie = request.endpoint not in COOKIELESS
    facts = {"sorry": sorry, "exercise": request.path.startswith("/exercise/"), "cookie": cookie}
    if request.method == "POST" and held.same_site():
        page = render_template("pages/held.html", held=held.current(), **facts)
    else:
        again = request.full_path.rstrip("?") if request.method == "GET" else ""
        page = render_template("pages/sorry.html", again=again, **facts)
    answer = make_response(page, 503)
    answer.headers["Retry-After"] = str(AGAIN_IN)
    answer.headers["Cache-Control"] = "no-store"
    if not cookie:
        answer.headers["Referrer-Policy"] = "no-referrer"  # the address may be a sign-off link
    return answer


def _broken(error: Exception) -> Page:
    # The rule, not the path: a sign-off link's address is a secret.
    log.exception("a page failed: %s %s", request.method, request.url_rule, exc_info=error)
    return page(500, words.HTTP[500])
