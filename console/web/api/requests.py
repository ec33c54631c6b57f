"""What a request says: whose token it has, what it asks, which Idempotency-Key it goes by."""

import hashlib
import json
from typing import Any

from flask import request
from pydantic import ValidationError

from console.actions import people
from console.actions.people import User
from console.domain.canonical import canonical
from console.web.api import strict_json
from console.web.api.endpoint import Endpoint
from console.web.api.faults import of_request, unknown
from console.web.api.questions import Asked
from console.web.api.refusals import Refusal, invalid, no_token
from console.web.context import web

BODY_MOST = 256 * 1024
KEY_MOST = 255
XML_KINDS = ("application/cap+xml", "application/xml", "text/xml")


def who() -> User:
    """The holder of the bearer token. Raises `Refusal`."""
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise no_token()
    with web().sessions.read() as db:
        holder = people.token_holder(db, sent.token)
    if holder is None:
        raise no_token()
    return holder


def asked(endpoint: Endpoint) -> tuple[Asked, dict[str, Any]]:
    """The request in its endpoint's shape, and as it was sent. Raises `Refusal`."""
    query = _query()
    if endpoint.method == "GET":
        return _shaped(endpoint, query, from_text=True), query
    if query:
        raise invalid([unknown(name, name, ()) for name in query])
    if endpoint.xml:
        document = _document()
        shaped = endpoint.asks.model_validate({"document": document})
        return shaped, {"document": hashlib.sha256(document).hexdigest()}
    body = _body()
    return _shaped(endpoint, body, from_text=False), body


def idempotency_key() -> str:
    """Empty where there is none. Raises `Refusal`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not 0 < len(key) <= KEY_MOST or not key.isascii() or not key.isprintable():
        what = f"Idempotency-Key takes 1 to {KEY_MOST} printable ASCII characters, such as a UUID."
        raise Refusal(400, "bad key", what)
    return key


def digest(sent: dict[str, Any]) -> str:
    """By which a repeated request is known: its address, and its body however it is spaced."""
    whole = {"method": request.method, "path": request.path, "body": sent}
    return hashlib.sha256(canonical(whole)).hexdigest()


def _query() -> dict[str, str]:
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise Refusal(400, "bad request", f"{twice[0][:60]!r} is in the address twice. Keep one.")
    return dict(request.args)


def _document() -> bytes:
    request.max_content_length = BODY_MOST
    body = request.get_data(cache=False)
    if request.mimetype not in XML_KINDS:
        what = f"Send XML, with the header Content-Type: {XML_KINDS[0]}."
        raise Refusal(415, "not xml", what)
    return body


def _body() -> dict[str, Any]:
    request.max_content_length = BODY_MOST
    body = request.get_data(cache=False)
    if not body and not request.mimetype:
        return {}
    if request.mimetype != "application/json":
        raise Refusal(415, "not json", "Send JSON, with the header Content-Type: application/json.")
    try:
        return strict_json.read(body)
    except strict_json.NotJson as error:
        what = f"The body cannot be read as JSON: {error.why}. Correct it."
        raise Refusal(400, "bad json", what) from None


def _shaped(endpoint: Endpoint, sent: dict[str, Any], *, from_text: bool) -> Asked:
    try:
        if from_text:
            return endpoint.asks.model_validate_strings(sent)
        # From JSON again: only then do times and kinds come as text while all else is strict.
        return endpoint.asks.model_validate_json(json.dumps(sent))
    except ValidationError as error:
        raise invalid(of_request(error, list(endpoint.asks.model_fields))) from None
