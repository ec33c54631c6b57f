"""Who is asking, and whether the table opens that page to them."""

import logging

from flask import Flask, after_this_request, current_app, g, request, session
from werkzeug.wrappers import Response

from console.actions import signing_in
from console.actions.errors import NotPermitted
from console.actions.people import User
from console.actions.signing_in import SignedIn
from console.domain.policy import Act
from console.store.away import DatabaseAway
from console.web import held
from console.web.access_table import ACCESS, COOKIELESS
from console.web.context import web

log = logging.getLogger(__name__)
SIGNED_IN = "signed_in"
"""Where the cookie keeps the sign-in, which is all that it keeps besides the forms' token."""


class Unlisted(Exception):
    """Pages that the table does not name. ``endpoints`` are theirs."""

    def __init__(self, endpoints: list[str]) -> None:
        super().__init__(f"not in the access table: {', '.join(endpoints)}")
        self.endpoints = endpoints


def check(app: Flask) -> None:
    """Raises `Unlisted`: a page that nobody thought about is open to nobody."""
    strangers = sorted(set(app.view_functions) - set(ACCESS))
    if strangers:
        raise Unlisted(strangers)


def guard() -> Response | str | tuple[str, int] | None:
    """Before every page. Raises `NotPermitted`."""
    if request.mimetype == "application/x-www-form-urlencoded":
        # Werkzeug limits what is typed only where a file may come with it.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    g.user = g.signed_in = None
    # An address or method that there is not: Flask says so after this.
    if request.endpoint is None or request.endpoint in COOKIELESS:
        return None
    g.signed_in = _whoever()
    g.user = g.signed_in and g.signed_in.user
    act = ACCESS[request.endpoint]
    if act is None:
        return None
    if g.user is None:
        return held.ask_to_sign_in()
    g.user.must_be_able_to(act)
    _note_use(session_of())
    return None


def me() -> User:
    """The person who is signed in; for pages that the table keeps to people who are."""
    found: User | None = g.user
    if found is None:
        raise NotPermitted(Act.READ)
    return found


def session_of() -> SignedIn:
    """The session of the person who is signed in."""
    found: SignedIn | None = g.signed_in
    if found is None:
        raise NotPermitted(Act.READ)
    return found


def _note_use(signed: SignedIn) -> None:
    """Once in some minutes, after the answer has gone out: no page waits for it, or fails by it."""
    at_hand = web()
    if not signed.unseen(at_hand.now):
        return

    def note() -> None:
        try:
            with at_hand.sessions.begin() as db:
                signing_in.seen(db, signed.id, at_hand.now)
        except DatabaseAway as away:
            log.warning("that a session is in use could not be noted: the database is %s", away.why)

    @after_this_request
    def afterwards(answer: Response) -> Response:
        answer.call_on_close(note)
        return answer


def _whoever() -> SignedIn | None:
    token = session.get(SIGNED_IN)
    if not token:
        return None
    with web().sessions.read() as db:
        return signing_in.signed_in(db, token, web().now)
