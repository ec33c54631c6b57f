"""A form that is sent twice acts once: the second time it is answered as the first."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import request

from console.store import answers
from console.store.engine import Transaction
from console.web.access import me
from console.web.context import web
from console.web.persist import persist

FIELD = "once"


def new_key() -> str:
    """A name for one showing of a form; the form brings it back in ``once``."""
    return secrets.token_urlsafe(12)


def once(act: Callable[[Any], str]) -> str:
    """Does the act in a transaction and returns the id that it gives; a second time it is not
    done, and the same id is returned. A form without a name acts every time."""
    name = request.form.get(FIELD, "")[:40]
    if not name:
        with web().sessions.begin() as db:
            return act(db)
    by, key = me().id, f"form:{name}"

    def act_once(db: Transaction) -> str:
        earlier = answers.claim(db, user_id=by, key=key, request_digest="", now=web().now)
        if earlier:
            return earlier.body
        made = act(db)
        answers.keep(db, user_id=by, key=key, status=303, body=made)
        return made

    return persist(act_once)
