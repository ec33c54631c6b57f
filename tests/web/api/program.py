"""A program that uses the API, and holds every answer against the document that it was promised."""

import json
import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

WRITTEN: dict[str, Any] = {"type": "road-closed", "title": "Road closed", "mode": "actual"}
TEXT: dict[str, Any] = {"kind": "alert", "text": "Mill Lane is closed. Use the Coast Road."}


@dataclass
class Program:
    client: FlaskClient
    token: str = ""

    def get(self, path: str, **query: Any) -> TestResponse:
        answer = self.client.get(
            f"/api/v1{path}", headers=self._headers(), query_string=query or None
        )
        self._as_documented("get", path, answer)
        return answer

    def post(self, path: str, body: Any = None, key: str | None = None) -> TestResponse:
        return self.raw(path, json.dumps({} if body is None else body).encode(), key=key)

    def raw(
        self,
        path: str,
        body: bytes,
        *,
        kind: str = "application/json",
        key: str | None = None,
    ) -> TestResponse:
        headers = self._headers() | ({} if key is None else {"Idempotency-Key": key})
        answer = self.client.post(f"/api/v1{path}", data=body, content_type=kind, headers=headers)
        self._as_documented("post", path, answer)
        return answer

    def incident(self, **other: Any) -> str:
        answer = self.post("/incidents", WRITTEN | other)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def draft(self, incident: str = "", **other: Any) -> str:
        answer = self.post(f"/incidents/{incident or self.incident()}/messages", TEXT | other)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def submitted(self, **other: Any) -> str:
        message = self.draft(**other)
        answer = self.post(f"/messages/{message}/submit")
        assert answer.status_code == 202, answer.text
        return message

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _as_documented(self, method: str, path: str, answer: TestResponse) -> None:
        document = self.client.get("/api/v1/openapi.json").json
        template = re.sub(r"^/(incidents|messages|deliveries)/[^/]+", r"/\1/{id}", path)
        operation = document["paths"][f"/api/v1{template}"][method]
        promised = operation["responses"][str(answer.status_code)]["content"]["application/json"]
        whole = promised["schema"] | {"components": document["components"]}
        Draft202012Validator(whole).validate(answer.json)
