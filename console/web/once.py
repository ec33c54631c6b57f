"""A form that is sent twice acts once: the second time it is answered as the first."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from flask import request

from console.store import answers
from console.store.engine import Transaction
from console.store.writings import FORM
from console.web.access import me
from console.web.context import web
from console.web.persist import persist

FIELD = "once"


def new_key() -> str:
    """A name for one showing of a form; the form brings it back in ``once``."""
    return secrets.token_urlsafe(12)


class SentOtherwise(Exception):
    """The form has acted already, with something else in it. ``made`` is the id that it gave."""

    def __init__(self, made: str) -> None:
        super().__init__(made)
        self.made = made


def once(act: Callable[[Any], str], content: object = None) -> str:
    """Does the act in a transaction and returns the id that it gives; a second time it is not
    done, and the same id is returned. A form without a name acts every time.

    ``content``: what the form says, where a second time may say something else, as after the
    browser's Back; then it raises `SentOtherwise`, for nothing typed is to vanish.
    """
    name = request.form.get(FIELD, "")[:40]
    if not name:
        with web().sessions.begin() as db:
            return act(db)
    by, key = me().id, f"{FORM}{name}"
    digest = "" if content is None else hashlib.sha256(repr(content).encode()).hexdigest()

    def act_once(db: Transaction) -> str:
        earlier = answers.claim(db, user_id=by, key=key, request_digest=digest, now=web().now)
        if earlier and earlier.request_digest != digest:
            raise SentOtherwise(earlier.body)
        if earlier:
            return earlier.body
        made = act(db)
        answers.keep(db, user_id=by, key=key, status=303, body=made)
        return made

    return persist(act_once)
