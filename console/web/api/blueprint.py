"""Puts the endpoints under /api/v1, and keeps every answer and refusal in their one shape."""

import logging
import re
from collections.abc import Callable

from flask import Blueprint, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.wrappers import Response

from console.actions.errors import Obstacle
from console.domain.states import NotAllowed
from console.store.away import DatabaseAway
from console.web.api import answering
from console.web.api.document import document
from console.web.api.endpoint import Endpoint
from console.web.api.endpoints import ENDPOINTS
from console.web.api.refusals import Answer, Refusal, of_database, of_http, of_obstacle

PREFIX = "/api/v1"
AGAIN_IN = 5
"""Seconds."""
_ID = re.compile(r"[a-z0-9]{1,32}")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

log = logging.getLogger(__name__)
blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def view(id: str = "") -> Response:
        return _response(answering.answer(endpoint, id))

    return view


for _one in ENDPOINTS:
    blueprint.add_url_rule(
        _one.path.replace("{id}", "<id>"),
        endpoint=_one.name,
        view_func=_view(_one),
        methods=[_one.method],
        provide_automatic_options=False,
    )


@blueprint.get("/openapi.json", endpoint="document")
def _document() -> Response:
    return Response(document(ENDPOINTS, PREFIX), mimetype="application/json")


@blueprint.route("/<path:rest>", methods=_METHODS, endpoint="elsewhere")
def _elsewhere(rest: str) -> Response:
    """Any other address: Flask's own answer would be a page."""
    adapter = current_app.url_map.bind_to_environ(request.environ)
    allowed = [one for one in _METHODS if adapter.match(method=one)[0] != "api.elsewhere"]
    if not allowed:
        raise Refusal(404, "not found", "There is nothing here. See /api/v1/openapi.json.")
    raise MethodNotAllowed(valid_methods=allowed)


@blueprint.url_value_preprocessor
def _plausible(_: str | None, values: dict[str, str] | None) -> None:
    if values and "id" in values and not _ID.fullmatch(values["id"]):
        raise Refusal(404, "not found", "There is nothing with this id. Check the address.")


@blueprint.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    return _response(refusal.answer)


@blueprint.errorhandler(Obstacle)
@blueprint.errorhandler(NotAllowed)
def _obstacle(obstacle: Obstacle | NotAllowed) -> Response:
    return _response(of_obstacle(obstacle).answer)


@blueprint.errorhandler(DatabaseAway)
def _database(away: DatabaseAway) -> Response:
    log.warning("the database is %s: %s %s", away.why, request.method, request.path)
    response = _response(of_database(away).answer)
    response.headers["Retry-After"] = str(AGAIN_IN)
    return response


@blueprint.errorhandler(RequestEntityTooLarge)
@blueprint.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    response = _response(of_http(error).answer)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.valid_methods or ())
    return response


@blueprint.errorhandler(Exception)
def _broken(error: Exception) -> Response:
    log.exception("the API failed: %s %s", request.method, request.path, exc_info=error)
    return _response(of_http(HTTPException()).answer)


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, mimetype="application/json")
    if answer.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Skellat"'
    return response
