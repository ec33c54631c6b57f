"""What cannot be read or does not do: one shape, the right status, and what to do about it."""

import json
from typing import Any

import pytest
from flask import Flask

from console.store.messages import MessageRow
from console.web.context import Web
from tests.web.api.program import TEXT, WRITTEN, Program

DEEP = '{"facts":' + "[" * 20 + "]" * 20 + "}"
ENDLESS = "[" * 200_000 + "]" * 200_000


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "column 1"),
        ("{", "column 2"),
        ("[]", "not an object"),
        ('"text"', "not an object"),
        ("null", "not an object"),
        ('{"title": 1, "title": 2}', "'title' is there twice"),
        ('{"facts": {"a": "1", "a": "2"}}', "'a' is there twice"),
        ('{"title": NaN}', "NaN is not JSON"),
        ('{"title": -Infinity}', "-Infinity is not JSON"),
        ('{"title": ' + "9" * 5000 + "}", "number that is too long"),
        ('{"title": "\\ud800"}', "half a character"),
        ('{"\\udfff": 1}', "half a character"),
        (DEEP, "nested too deep"),
        (ENDLESS[:260_000], "nested too deep"),
        ("\ufeff{}", "column 1"),
        ("{'title': 1}", "column 2"),
        ('{"a": 1,}', "column"),
    ],
)
def test_a_body_that_is_not_one_clear_object_is_refused(
    officer: Program, body: str, says: str
) -> None:
    refused = officer.raw("/incidents", body.encode("utf-8", "surrogatepass"))
    assert refused.status_code == 400
    assert says.replace("'", '"') in refused.json["error"]["message"].replace("'", '"')


def test_a_body_in_another_encoding_is_refused(officer: Program) -> None:
    assert officer.raw("/incidents", json.dumps(WRITTEN).encode("utf-16")).status_code == 400
    assert officer.raw("/incidents", b'{"title": "\xe9"}').status_code == 400


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_taken(officer: Program, kind: str) -> None:
    assert officer.raw("/incidents", json.dumps(WRITTEN).encode(), kind=kind).status_code == 415


def test_json_may_name_its_encoding_and_an_empty_body_asks_for_nothing(officer: Program) -> None:
    kind = "application/json; charset=utf-8"
    assert officer.raw("/incidents", json.dumps(WRITTEN).encode(), kind=kind).status_code == 201
    assert officer.raw(f"/messages/{officer.draft()}/submit", b"", kind="").status_code == 202


def test_ten_megabytes_of_text_are_too_large(officer: Program) -> None:
    body = json.dumps(TEXT | {"text": "x" * 10_000_000}).encode()
    refused = officer.raw(f"/incidents/{officer.incident()}/messages", body)
    assert refused.status_code == 413
    assert "256 kB" in refused.json["error"]["message"]


INCIDENT: list[tuple[dict[str, Any], str, str]] = [
    ({"type": None}, "type", "Give a text."),
    ({"type": "snow-ise"}, "type", "'snow-ise' is not known. Did you mean 'snow-ice'?"),
    ({"title": "  "}, "title", "Fill it in."),
    ({"title": "x" * 125}, "title", "Shorten it by 5."),
    ({"title": "a\u202eb"}, "title", "Remove 'U+202E': it turns the direction of the text."),
    ({"title": 7}, "title", "Give a text."),
    ({"mode": "live"}, "mode", "It must be 'actual' or 'exercise'."),
    ({"titel": "x"}, "titel", "'titel' is not known. Did you mean 'title'?"),
]


@pytest.mark.parametrize(("change", "field", "message"), INCIDENT)
def test_an_incident_that_does_not_do_is_refused_with_what_to_do(
    officer: Program, change: dict[str, Any], field: str, message: str
) -> None:
    refused = officer.post("/incidents", WRITTEN | change)
    assert refused.status_code == 422
    faults = refused.json["error"]["fields"]
    assert (faults[0]["field"], faults[0]["message"]) == (field, message)
    assert officer.get("/incidents").json["incidents"] == []


def test_every_missing_key_is_named(officer: Program) -> None:
    faults = officer.post("/incidents").json["error"]["fields"]
    assert [(one["field"], one["reason"]) for one in faults] == [
        ("type", "missing"),
        ("title", "missing"),
        ("mode", "missing"),
    ]


MESSAGE: list[tuple[dict[str, Any], str]] = [
    ({"kind": "all-clear"}, "kind"),
    ({"kind": ["alert"]}, "kind"),
    ({"text": ""}, "facts"),
    ({"text": None}, "facts"),
    ({"text": {"en": "x"}}, "text"),
    ({"facts": []}, "facts"),
    ({"facts": {"until": 7}}, "facts.until"),
    ({"facts": {"until": {"a": "b"}}}, "facts.until"),
    ({"facts": {"untill": "06:30"}}, "facts.untill"),
    ({"facts": {"a\x00b": "06:30"}}, "facts.a\x00b"),
    ({"channels": ["mastodon", "mastodn"]}, "channels"),
    ({"channels": "mastodon"}, "channels"),
    ({"edits": {"fax": "x"}}, "edits.fax"),
    ({"edits": {"bluesky": None}}, "edits.bluesky"),
    ({"expires_at": "2026-01-16T08:00:00"}, "expires_at"),
    ({"expires_at": "2026-01-16"}, "expires_at"),
    ({"expires_at": 1_800_000_000}, "expires_at"),
    ({"expires_at": "2026-01-16T06:00:00Z"}, "expires_at"),
    ({"expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at"),
    ({"expires_at": "0001-01-01T00:00:00+12:00"}, "expires_at"),
    ({"publish_at": "2026-01-16T08:00:00"}, "publish_at"),
    ({"publish_at": "2026-01-16T06:00:00Z"}, "publish_at"),
    ({"publish_at": "2027-01-16T06:00:00Z"}, "publish_at"),
    ({"publish_at": "2026-01-17T06:00:00Z", "expires_at": "2026-01-16T08:00:00Z"}, "expires_at"),
    ({"language": "en"}, "language"),
]


@pytest.mark.parametrize(("change", "field"), MESSAGE)
def test_a_message_that_does_not_do_is_refused_and_not_drafted(
    officer: Program, web: Web, change: dict[str, Any], field: str
) -> None:
    refused = officer.post(f"/incidents/{officer.incident()}/messages", TEXT | change)
    assert refused.status_code == 422
    assert field in [one["field"] for one in refused.json["error"]["fields"]]
    with web.sessions.read() as db:
        assert db.query(MessageRow).count() == 0


def test_a_text_that_must_not_be_published_is_drafted_but_never_sent_for_approval(
    officer: Program,
) -> None:
    message = officer.draft(text="See https://ann@evil.example/ and \u2067this")
    refused = officer.post(f"/messages/{message}/submit")
    assert refused.status_code == 422
    assert "channel.bluesky" in [one["field"] for one in refused.json["error"]["fields"]]


@pytest.mark.parametrize(
    "query",
    [{"after": "-1"}, {"after": "x"}, {"limit": "0"}, {"limit": "1001"}, {"afer": "1"}],
)
def test_a_question_that_does_not_do_is_refused(officer: Program, query: dict[str, str]) -> None:
    refused = officer.get("/audit", **query)
    assert refused.status_code == 422
    assert refused.json["error"]["fields"][0]["field"] == next(iter(query))


def test_a_question_asked_twice_is_refused(officer: Program) -> None:
    assert officer.get("/audit", after=["1", "2"]).status_code == 400


@pytest.mark.parametrize("id_", ["nobody", "..", "a" * 33, "%00", "A", "é"])
def test_what_there_is_not_is_not_found(officer: Program, id_: str) -> None:
    for path in (f"/incidents/{id_}", f"/messages/{id_}"):
        assert officer.get(path).status_code == 404
    assert officer.post(f"/messages/{id_}/submit").status_code == 404
    assert officer.post(f"/incidents/{id_}/messages", TEXT).status_code == 404
    assert officer.get("/audit", incident=id_).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("POST", "/incidents/", 404, None),
        ("DELETE", "/incidents", 405, {"GET", "HEAD", "POST"}),
        ("GET", "/messages/x/submit", 405, {"POST"}),
        ("OPTIONS", "/audit", 405, {"GET", "HEAD"}),
        ("PUT", "/messages/x", 405, {"GET", "HEAD"}),
        ("TRACE", "/incidents", 405, {"GET", "HEAD", "POST"}),
        ("TRACE", "/messages/x/submit", 405, {"POST"}),
    ],
)
def test_other_addresses_and_methods_are_refused_in_the_same_shape(
    app: Flask, method: str, path: str, status: int, allow: set[str] | None
) -> None:
    refused = app.test_client().open(f"/api/v1{path}", method=method)
    assert refused.status_code == status
    assert refused.json["error"]["message"]
    allowed = refused.headers.get("Allow")
    assert (set(allowed.split(", ")) if allowed else None) == allow


def test_a_failure_of_ours_tells_nothing_but_where_to_look(
    officer: Program, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    message = officer.draft()
    with web.sessions.begin() as db:
        db.connection().exec_driver_sql("DROP TABLE outcomes")
    refused = officer.get(f"/messages/{message}")
    assert refused.status_code == 500
    assert refused.json["error"]["code"] == "failed"
    assert "outcomes" not in refused.text
    assert "the API failed: GET" in caplog.text
