"""Decisions not taken, and refusals: wrong PINs, broken forms, sending back, rejecting."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from console.store.mails import MailRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import PIN, Browser
from tests.web.phone import WRONG, decide, hidden, states


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def test_wrong_pins_are_counted_and_then_the_link_is_void(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        page = decide(client, asked, pin=WRONG)
        assert page.status_code == 400
        assert f"You have {left} left" in page.text
        assert "<title>Error: " in page.text
    assert decide(client, asked, pin=WRONG).status_code == 303
    assert states(web, asked) == ("awaiting approval", "asked")
    page = client.get(asked.link)
    assert "This link no longer works" in page.text
    assert "01632 960 123" in page.text
    assert f'href="/approvals/{asked.approval}"' in page.text
    assert "heavy snow" not in page.text
    with web.sessions.read() as db:
        assert "link void" in [one.purpose for one in db.scalars(select(MailRow))]


def test_a_void_link_takes_not_even_the_right_pin(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    form = {**hidden(client.get(asked.link).text)}
    for pin in [WRONG] * 5 + [PIN]:
        client.post(asked.link, data={**form, "pin": pin})
    assert states(web, asked) == ("awaiting approval", "asked")


def test_a_void_link_takes_every_link_and_code_of_that_approver_with_it(
    web: Web, client: FlaskClient
) -> None:
    asked = acting.asked(web)
    _, older = acting.link(web, asked.message, "approver")
    for _ in range(5):
        decide(client, asked, pin=WRONG)
    assert "This link no longer works" in client.get(f"/sign-off/{older}").text


def test_a_guesser_with_the_link_cannot_keep_the_approver_from_signing(
    web: Web, client: FlaskClient, browser: Callable[[str], Browser]
) -> None:
    asked = acting.asked(web)
    for _ in range(5):
        decide(client, asked, pin=WRONG)
    isla, address = browser("approver"), f"/approvals/{asked.approval}"
    form = {**hidden(isla.get(address).text), "decision": "approve", "pin": PIN}
    assert isla.post(address, form, seen_at=address).status_code == 303
    assert states(web, asked) == ("released", "granted")


@pytest.mark.parametrize(
    ("pin", "said"),
    [("", "Enter your sign-off PIN"), ("test", "digits only"), ("12345", "digits only")],
)
def test_what_cannot_be_a_pin_costs_no_try(
    web: Web, client: FlaskClient, pin: str, said: str
) -> None:
    asked = acting.asked(web)
    for _ in range(7):
        page = decide(client, asked, pin=pin)
        assert page.status_code == 400
        assert said in page.text
    assert decide(client, asked, pin="314 159").status_code == 303
    assert states(web, asked)[0] == "released"


@pytest.mark.parametrize("broken", [{"form": ""}, {"form": "x" * 64}, {"digest": "0" * 64}])
def test_a_form_that_is_not_this_pages_decides_nothing(
    web: Web, client: FlaskClient, broken: dict[str, str]
) -> None:
    asked = acting.asked(web)
    page = decide(client, asked, **broken)
    assert page.status_code == 400
    assert "press again" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_a_form_of_another_link_decides_nothing(web: Web, client: FlaskClient) -> None:
    asked, other = acting.asked(web), acting.asked(web)
    form = {"pin": PIN, **hidden(client.get(other.link).text)}
    assert client.post(asked.link, data=form).status_code == 400
    assert states(web, asked)[0] == "awaiting approval"


def test_no_decision_is_no_approval(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    assert decide(client, asked, decision="").status_code == 400
    assert states(web, asked)[0] == "awaiting approval"


@pytest.mark.parametrize(
    ("decision", "state", "heading"),
    [
        ("send-back", "draft", "You sent this back"),
        ("reject", "rejected", "You rejected this"),
    ],
)
def test_sending_back_and_rejecting_take_a_reason(
    web: Web, client: FlaskClient, decision: str, state: str, heading: str
) -> None:
    asked = acting.asked(web)
    page = decide(client, asked, decision)
    assert page.status_code == 400
    assert f'href="#{decision}-reason"' in page.text
    assert states(web, asked)[0] == "awaiting approval"
    answer = decide(client, asked, decision, reason="Name the <i>road</i>.")
    assert answer.status_code == 303
    assert states(web, asked) == (state, "refused")
    page = client.get(asked.link)
    assert heading in page.text
    assert "Name the &lt;i&gt;road&lt;/i&gt;." in page.text


@pytest.mark.parametrize("decision", ["send-back", "reject"])
@pytest.mark.parametrize("pin", ["", WRONG])
def test_without_the_pin_nobody_can_kill_a_message(
    web: Web, client: FlaskClient, decision: str, pin: str
) -> None:
    asked = acting.asked(web)
    page = decide(client, asked, decision, reason="A filter pressed this", pin=pin)
    assert page.status_code == 400
    assert "A filter pressed this</textarea>" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_the_forms_work_as_a_browser_sends_them(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    fields = hidden(client.get(asked.link).text, f'action="{asked.link}?decision=send-back"')
    fields |= {"reason": "Name the road.", "send-back-pin": PIN}
    assert client.post(f"{asked.link}?decision=send-back", data=fields).status_code == 303
    assert states(web, asked)[0] == "draft"
