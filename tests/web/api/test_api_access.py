"""Who gets in, with what; and that no call of any kind can sign off."""

from collections.abc import Callable

import pytest
from flask import Flask

from console.actions import people
from console.domain.approval import ApprovalState
from console.store.approvals import of_message
from console.store.audit import Actor
from console.web.api.endpoint import Endpoint
from console.web.api.endpoints import ENDPOINTS
from console.web.context import Web
from tests.web.api.program import TEXT, WRITTEN, Program
from tests.web.conftest import Browser

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHERS = ("auditor", "custodian", "administrator", "approver")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer no-such-token", "Basic dXNlcjpwYXNz", "Bearer \xff\xfe"],
)
def test_without_a_token_that_counts_nothing_is_answered(
    app: Flask, endpoint: Endpoint, authorization: str
) -> None:
    address = f"/api/v1{endpoint.path}".replace("{id}", "abc")
    headers = {"Authorization": authorization} if authorization else {}
    answer = app.test_client().open(address, method=endpoint.method, json={}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["error"]["code"] == "not signed in"


def test_a_browsers_sign_in_is_no_token(browser: Callable[[str], Browser]) -> None:
    assert browser("officer").get("/api/v1/incidents").status_code == 401


def test_a_token_ends_with_its_owners_account(officer: Program, web: Web) -> None:
    with web.sessions.begin() as db:
        people.disable(db, email="officer@northbrae.example", by=Actor("tests"), now=web.now)
    assert officer.get("/incidents").status_code == 401


@pytest.mark.parametrize("name", OTHERS)
def test_only_duty_officers_draft(
    officer: Program, program: Callable[[str], Program], name: str
) -> None:
    incident, message = officer.incident(), officer.draft()
    other = program(name)
    for path, body in (
        ("/incidents", WRITTEN),
        (f"/incidents/{incident}/messages", TEXT),
        (f"/messages/{message}/submit", {}),
    ):
        refused = other.post(path, body)
        assert refused.status_code == 403
        assert "administrator" in refused.json["error"]["message"]
    assert other.get(f"/messages/{message}").status_code == 200


def test_the_record_is_not_for_channel_custodians(program: Callable[[str], Program]) -> None:
    assert program("custodian").get("/audit").status_code == 403
    assert program("auditor").get("/audit").status_code == 200


@pytest.mark.parametrize("name", ["approver", "officer", "administrator"])
def test_no_call_can_sign_off(
    officer: Program, program: Callable[[str], Program], app: Flask, web: Web, name: str
) -> None:
    message = officer.submitted()
    with web.sessions.read() as db:
        (asked,) = of_message(db, message)
    body = {"digest": asked.digest, "pin": "314159", "approval": asked.id, "reason": "No"}
    addresses = [
        rule.rule.replace("<id>", id_).replace("<path:rest>", rest)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api")
        for id_ in (message, asked.id, officer.get(f"/messages/{message}").json["incident"])
        for rest in (f"messages/{message}/approve", f"sign-off/{asked.id}", f"approvals/{asked.id}")
    ]
    headers = {"Authorization": f"Bearer {program(name).token}"}
    for address in dict.fromkeys(addresses):
        for method in METHODS:
            for sent in (body, {}):
                app.test_client().open(address, method=method, json=sent, headers=headers)
    with web.sessions.read() as db:
        assert [one.state for one in of_message(db, message)] == [ApprovalState.ASKED]
    assert officer.get(f"/messages/{message}").json["state"] == "awaiting approval"


def test_the_officer_who_drafted_is_not_among_those_asked(officer: Program, web: Web) -> None:
    message = officer.submitted()
    with web.sessions.read() as db:
        known = {one.id: one.name for one in people.everybody(db)}
        assert [known[one.approver_id] for one in of_message(db, message)] == ["Isla Grant"]


def test_where_nobody_can_be_asked_the_answer_says_whom_to_turn_to(
    officer: Program, web: Web
) -> None:
    message = officer.draft()
    with web.sessions.begin() as db:
        people.disable(db, email="approver@northbrae.example", by=Actor("tests"), now=web.now)
    refused = officer.post(f"/messages/{message}/submit", key="one")
    assert refused.status_code == 409
    assert "Ask an administrator" in refused.json["error"]["message"]
    # Nothing of the act that was begun is left, although its refusal is kept.
    assert officer.get(f"/messages/{message}").json["state"] == "draft"
    actions = [one["action"] for one in officer.get("/audit").json["entries"]]
    assert "message sent for approval" not in actions
