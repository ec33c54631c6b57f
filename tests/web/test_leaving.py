"""An approver whose account or role goes while their page is open: what they press does nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.actions import people, roles
from console.domain.policy import Role
from console.store.audit import Actor
from console.web.context import Web
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PIN, Browser
from tests.web.phone import hidden, states

SAID = {
    "closed": "Your account is closed",
    "demoted": "no longer has a role that may sign this message",
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def lose(web: Web, how: str) -> None:
    who = acting.person(web, "approver")
    with web.sessions.begin() as db:
        if how == "closed":
            people.disable(db, email=who.email, by=Actor("tests"), now=web.now)
        else:
            by = acting.person(web, "administrator").actor
            roles.take_away(db, user_id=who.id, role=Role.APPROVER, by=by, now=web.now)


@pytest.mark.parametrize("how", SAID)
@pytest.mark.parametrize("decision", ["approve", "reject", "send-back"])
def test_a_link_that_was_open_decides_nothing_and_says_why(
    web: Web, client: FlaskClient, decision: str, how: str
) -> None:
    asked = acting.asked(web)
    form = {**hidden(client.get(asked.link).text), "decision": decision, "pin": PIN, "reason": "No"}
    lose(web, how)
    client.post(asked.link, data=form)
    page = client.get(asked.link).text
    assert SAID[how] in page
    assert "Nothing was published" in page
    assert "wrong PINs" not in page
    assert states(web, asked) == ("awaiting approval", "lapsed")


@pytest.mark.parametrize("how", SAID)
def test_nor_does_the_console_where_they_are_signed_in(
    web: Web, browser: Callable[[str], Browser], how: str
) -> None:
    asked: Asked = acting.asked(web)
    approver = browser("approver")
    at = f"/approvals/{asked.approval}"
    opened = approver.get(at).text
    form = {**hidden(opened), "decision": "approve", "pin": PIN}
    lose(web, how)
    answer = approver.client.post(at, data=form)
    assert answer.status_code == (401 if how == "closed" else 403)
    assert states(web, asked) == ("awaiting approval", "lapsed")


def test_a_role_that_came_back_does_not_bring_the_link_back(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    lose(web, "demoted")
    with web.sessions.begin() as db:
        roles.give(
            db, user_id=acting.person(web, "approver").id, role=Role.APPROVER,
            by=Actor("command line"), now=web.now,
        )  # fmt: skip
    page = client.get(asked.link).text
    assert "This request has ended" in page
    assert "it can be sent to you again: phone 01632 960 123" in page
    assert states(web, asked) == ("awaiting approval", "lapsed")
