"""Who gets in, with what; and that no call of any kind can sign off."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from console.actions import people
from console.domain.approval import ApprovalState
from console.domain.delivery import DeliveryState
from console.store.approvals import of_message
from console.store.audit import Actor
from console.web.api.endpoint import Endpoint
from console.web.api.endpoints import ENDPOINTS
from console.web.context import Web
from tests.web import acting
from tests.web.access_table import API
from tests.web.api.program import TEXT, WRITTEN, Program
from tests.web.conftest import PEOPLE, Browser

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


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


def test_every_call_is_in_the_list() -> None:
    assert {one.name for one in ENDPOINTS} == set(API)


def body_of(endpoint: Endpoint) -> Any:
    return {
        "openIncident": WRITTEN,
        "draftMessage": TEXT,
        "addToLog": {"text": "The gritter is out."},
        "correctEntry": {"entry": 1, "text": "It is not."},
    }.get(endpoint.name)


def asked(program: Program, endpoint: Endpoint, path: str) -> TestResponse:
    if endpoint.method == "GET":
        return program.get(path)
    if endpoint.xml:
        return program.raw(path, b"<alert/>", kind="application/cap+xml")
    return program.post(path, body_of(endpoint))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_every_call_takes_the_tokens_of_its_roles_and_of_nobody_else(
    officer: Program,
    program: Callable[[str], Program],
    sign: Callable[[str], None],
    web: Web,
    endpoint: Endpoint,
) -> None:
    acting.add(web, "nobody")
    for name, role in {**{one: PEOPLE[one][1] for one in PEOPLE}, "nobody": None}.items():
        # A fresh thing for each, so that nobody is refused because another was quicker.
        path = endpoint.path.replace("{id}", thing(endpoint, officer, sign, web))
        other = program(name)
        answer = asked(other, endpoint, path)
        if role in API[endpoint.name]:
            assert answer.status_code not in (401, 403, 404), f"{name}: {answer.text}"
        else:
            assert answer.status_code == 403, f"{name} was let in: {answer.text}"
            assert "administrator" in answer.json["error"]["message"]


def thing(endpoint: Endpoint, officer: Program, sign: Callable[[str], None], web: Web) -> str:
    """An id that the call could be about."""
    if "{id}" not in endpoint.path:
        return ""
    if endpoint.path.startswith("/incidents"):
        return officer.incident()
    if endpoint.name == "submitMessage":
        return officer.draft()
    message = officer.submitted()
    if endpoint.path.startswith("/messages"):
        return message
    sign(message)
    channel = acting.sheet(web, message).deliveries[0].channel
    return acting.settle(web, message, channel, DeliveryState.UNCERTAIN, reason="lost")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_a_call_by_another_method_is_refused_also_in_disguise(
    officer: Program, app: Flask, endpoint: Endpoint
) -> None:
    path = f"/api/v1{endpoint.path}".replace("{id}", "abc")
    headers = {"Authorization": f"Bearer {officer.token}"}
    taken = {one.method for one in ENDPOINTS if one.path == endpoint.path}
    for method in {*METHODS, "TRACE"} - taken - {"HEAD", "OPTIONS"}:
        answer = app.test_client().open(path, method=method, headers=headers)
        assert answer.status_code == 405, method
    if "POST" not in taken:
        disguised = headers | {"X-HTTP-Method-Override": "POST"}
        answer = app.test_client().post(path, headers=disguised, json={})
        assert answer.status_code == 405


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
