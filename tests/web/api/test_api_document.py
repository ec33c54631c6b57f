"""The OpenAPI document: complete, sound, and about exactly what is served."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from console.web.api.endpoints import ENDPOINTS

OUTSIDE = {"/api/v1/<path:rest>"}
"""What answers that there is nothing there."""


@pytest.fixture
def document(app: Flask) -> Any:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_has_every_address_of_the_api_and_no_other(app: Flask, document: Any) -> None:
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api") and rule.rule not in OUTSIDE
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(path, method) for path, method, _ in operations(document)}
    assert len(served) == len(ENDPOINTS) + 1


def test_every_schema_is_sound_and_every_reference_leads_somewhere(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    named = re.findall(r'"\$ref": "([^"]+)"', json.dumps(document))
    assert {f"#/components/schemas/{name}" for name in schemas} == set(named)


def test_every_operation_is_whole(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert operation["summary"].endswith(".")
        declared = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
        assert declared == re.findall(r"{(\w+)}", path)
        assert ("requestBody" in operation) is (method == "post")
        if operation.get("security") != []:
            assert {"401", "403", "500"} <= set(operation["responses"])


def test_what_is_asked_is_closed_and_described(document: Any) -> None:
    new = document["components"]["schemas"]["NewMessage"]
    assert new["additionalProperties"] is False
    assert new["required"] == ["kind"]
    assert "offset" in new["properties"]["expires_at"]["description"]
    (query,) = (one for path, _, one in operations(document) if path == "/api/v1/audit")
    assert [one["name"] for one in query["parameters"]] == ["incident", "after", "limit"]


def test_the_contract_that_scripts_rely_on_is_in_it(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert {"state", "digest", "variants", "deliveries"} <= set(schemas["Message"]["required"])
    assert {"channel", "language", "text"} <= set(schemas["Variant"]["required"])
    assert {"channel", "state", "reference", "url", "attempts"} <= set(
        schemas["Delivery"]["required"]
    )
    assert {"number", "at", "actor", "action", "subject", "detail", "previous", "digest"} <= set(
        schemas["Entry"]["required"]
    )
    kinds = schemas["Kind"]["enum"]
    assert kinds == ["alert", "update", "correction", "all clear", "cancel"]
