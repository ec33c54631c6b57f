"""A small API that breaks its own OpenAPI document in every way that schemathesis is there for.

`GET /answers` is the document's shape, `/things/{id}` fails on some ids, and the token that the
document asks for is asked for by nobody.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

JSON = [("Content-Type", "application/json")]
NOTHING = {"type": "object"}


def _operation(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    answer = {"description": "Done.", "content": content}
    return {"operationId": name, "responses": {"200": answer}, **more}


def _parameter(where: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": "id", "in": where, "required": True, "schema": schema}


_PERSON = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
_NUMBER = [_parameter("query", {"type": "integer", "minimum": 1})]
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Twin", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/fails": {"get": _operation("fails", NOTHING, parameters=_NUMBER)},
        "/shape": {"get": _operation("shape", _PERSON)},
        "/status": {"get": _operation("status", NOTHING)},
        "/kind": {"get": _operation("kind", NOTHING)},
        "/open": {"get": _operation("open", NOTHING, security=[{"token": []}])},
        "/lax": {"get": _operation("lax", NOTHING, parameters=_NUMBER)},
    },
}
"""What it promises."""

BROKEN = {
    "fails": "Server error",
    "shape": "Response violates schema",
    "status": "Undocumented status code",
    "kind": "Undocumented Content-Type",
    "open": "API accepts requests without authentication",
    "lax": "Schema-violating request accepted",
}
"""Operation -> what schemathesis calls the promise that it does not keep."""


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application."""
    status, headers, body = _answers(environ["PATH_INFO"].strip("/"))
    start(status, list(headers))  # wsgiref adds to it
    return [body.encode()]


def _answers(page: str) -> tuple[str, list[tuple[str, str]], str]:
    match page:
        case "openapi.json":
            return "200 OK", JSON, json.dumps(DOCUMENT)
        case "fails":
            return "500 Error", JSON, "{}"
        case "shape":
            return "200 OK", JSON, '{"nom": "Isla"}'
        case "status":
            return "202 Accepted", JSON, "{}"
        case "kind":
            return "200 OK", [("Content-Type", "text/html")], "{}"
        case "open" | "lax":
            return "200 OK", JSON, "{}"
    return "404 Not Found", JSON, "{}"
