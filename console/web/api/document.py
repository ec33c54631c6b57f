"""The OpenAPI document, made from the same table and shapes that serve the requests."""

import json
from collections.abc import Sequence
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from pydantic.json_schema import models_json_schema

from console.web.api import answers
from console.web.api.endpoint import Endpoint
from console.web.api.requests import XML_KINDS

Json = dict[str, Any]

_ABOUT = (
    "Programs draft here and send for approval; a person signs, by a mailed link and never here. "
    "Every POST takes an Idempotency-Key: the same key and request get the same answer and are "
    "carried out once."
)
_REFUSALS = {
    400: "The request cannot be read: no JSON or XML, a key twice, a bad Idempotency-Key.",
    401: "No token, or one that is not in use.",
    403: "The token's owner has no role for this.",
    404: "There is no such thing.",
    409: "Not possible as things stand.",
    413: "The body is over 256 kB.",
    415: "The body is not of the kind that is asked for: JSON, or XML for an alert.",
    422: "A value does not do, or the Idempotency-Key was used for another request.",
    500: "Skellat failed.",
    503: "The database is busy, away, or on a full disk: try again with the same Idempotency-Key.",
}
_ONLY_POST = {409, 413, 415}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Yours, a new one for each request that you mean to be carried out. Kept 24 h.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}


@cache
def document(endpoints: Sequence[Endpoint], prefix: str) -> str:
    """The document as JSON. It does not change while the program runs."""
    paths: Json = {}
    for one in endpoints:
        paths.setdefault(f"{prefix}{one.path}", {})[one.method.lower()] = _operation(one)
    paths[f"{prefix}/openapi.json"] = {"get": _itself()}
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Skellat", "version": version("skellat"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(endpoints),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    return json.dumps(whole, ensure_ascii=False)


def _operation(one: Endpoint) -> Json:
    parameters: list[Json] = []
    if "{id}" in one.path:
        schema = {"type": "string", "pattern": "^[a-z0-9]{1,32}$"}
        parameters.append({"name": "id", "in": "path", "required": True, "schema": schema})
    operation: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": parameters,
        "responses": _responses(one),
    }
    if one.method == "GET":
        parameters += _query(one)
    else:
        parameters.append(_KEY)
        content = _document() if one.xml else _json(_reference(one.asks.__name__))
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _document() -> Json:
    about = "A CAP 1.2 alert. Without a document type; at most 256 kB."
    return {kind: {"schema": {"type": "string", "description": about}} for kind in XML_KINDS}


def _responses(one: Endpoint) -> Json:
    given = {"description": "Done.", "content": _json(_reference(one.gives.__name__))}
    responses = {str(one.status): given}
    for status, description in _REFUSALS.items():
        if one.method == "POST" or status not in _ONLY_POST:
            content = _json(_reference(answers.Refused.__name__))
            responses[str(status)] = {"description": description, "content": content}
    return responses


def _itself() -> Json:
    content = _json({"type": "object"})
    return {
        "operationId": "readDocument",
        "summary": "This document; it needs no token.",
        "security": [],
        "responses": {str(HTTPStatus.OK.value): {"description": "Done.", "content": content}},
    }


def _query(one: Endpoint) -> list[Json]:
    schema = one.asks.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": each.pop("description", ""),
            "schema": each,
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _schemas(endpoints: Sequence[Endpoint]) -> Json:
    bodies = {one.asks for one in endpoints if one.method == "POST" and not one.xml}
    given = {one.gives for one in endpoints} | {answers.Refused}
    _, schemas = models_json_schema(
        [
            *((model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)),
            *((model, "serialization") for model in sorted(given, key=lambda m: m.__name__)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    found: Json = schemas["$defs"]
    return found


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
