"""Deciding on the console: a second factor that is fresh, or a passkey for this very decision."""

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from console import settings
from console.domain.approval import Proof
from console.domain.policy import Role, Rules
from console.store.approvals import ApprovalRow
from console.store.people import SignInRow, UserRow
from console.web.app import create_app
from console.web.context import KEY, Web
from console.web.doors import Door, form_token
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PIN, Browser, Clock
from tests.web.device import PRESENT, Device
from tests.web.phone import WRONG, decide, hidden, states

APPROVE = 'name="decision" value="approve"'
HELD = r'<textarea hidden name="([^"]+)">\n([^<]*)</textarea>'


@pytest.fixture
def under(stocked_home: Path, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """``under(proof=Proof.SESSION)``: an application with these rules for actual incidents."""
    with ExitStack() as stack:

        def made(**rules: Any) -> Flask:
            home = tmp_path / "under"
            shutil.copytree(stocked_home, home)
            known = settings.load(home, {})
            policy = replace(known.policy, actual=Rules(**rules))
            app = create_app(replace(known, policy=policy), clock)
            stack.callback(app.extensions[KEY].sessions.close)
            app.testing = True
            return app

        yield made


@pytest.fixture
def session_app(under: Callable[..., Flask]) -> Flask:
    return under(proof=Proof.SESSION)


def approver(app: Flask, *, device: Device | None = None) -> Browser:
    """The approver's browser, signed in by password alone."""
    fresh = Browser(app.test_client()).sign_in("approver")
    if device:
        device.enrolled(app.extensions[KEY], acting.person(app.extensions[KEY], "approver").id)
    return fresh


def strong(web: Web, at: datetime | None = None) -> None:
    """As if everybody who is signed in had proved a second factor then; now, where no time is
    given."""
    with web.sessions.begin() as db:
        for row in db.scalars(select(SignInRow)):
            row.strong_at = at or web.now


def address(asked: Asked) -> str:
    return f"/approvals/{asked.approval}"


def send(browser: Browser, asked: Asked, decision: str = "approve", **more: str) -> TestResponse:
    page = browser.get(address(asked))
    form = {**hidden(page.text, APPROVE), "decision": decision, **more}
    return browser.post(address(asked), form, seen_at=address(asked))


def challenge(browser: Browser, asked: Asked, decision: str = "approve") -> str:
    answer = browser.get(f"{address(asked)}/passkey?decision={decision}")
    assert answer.headers["Cache-Control"] == "no-store"
    found: str = json.loads(answer.text)["challenge"]
    return found


def proof(web: Web, asked: Asked) -> str:
    with web.sessions.read() as db:
        return db.get_one(ApprovalRow, asked.approval).proof


def test_a_link_under_session_shows_the_words_and_leads_to_the_console(session_app: Flask) -> None:
    web, client = session_app.extensions[KEY], session_app.test_client()
    asked = acting.asked(web)
    page = client.get(asked.link).text
    assert "heavy snow in Cairn Pass" in page
    assert f'href="{address(asked)}"' in page
    assert APPROVE not in page
    assert 'name="pin"' not in page
    sent = client.get(address(asked))
    assert (sent.status_code, unquote(sent.location)) == (302, f"/sign-in?next={address(asked)}")


def test_a_form_that_somebody_sends_to_a_link_under_session_decides_nothing(
    session_app: Flask,
) -> None:
    web = session_app.extensions[KEY]
    asked = acting.asked(web)
    with web.sessions.read() as db:
        digest = db.get_one(ApprovalRow, asked.approval).digest
    with session_app.test_request_context():
        token = form_token(Door(asked.link, asked.token, asked.approval, linked=True), digest)
    form = {"decision": "approve", "digest": digest, "form": token, "pin": PIN}
    answer = session_app.test_client().post(asked.link, data=form)
    assert answer.status_code == 403
    assert "sign in to the console to decide this" in answer.text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_row_4_without_a_second_factor_the_bound_approver_is_asked_for_it_and_nothing_is_lost(
    session_app: Flask,
) -> None:
    web, device = session_app.extensions[KEY], Device()
    asked = acting.asked(web)
    isla = approver(session_app, device=device)
    strong(web, web.now - timedelta(hours=1))  # long past: the page opens
    page = send(isla, asked, "send-back", reason="Name the <road>")
    assert page.status_code == 403
    assert "Show that it is you" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")
    kept = {name: html.unescape(value) for name, value in re.findall(HELD, page.text)}
    assert kept["reason"] == "Name the <road>"
    options = json.loads(html.unescape(re.findall(r"data-options='([^']+)'", page.text)[0]))
    answer = device.answer(options["challenge"])
    done = isla.post(address(asked), {**kept, "proof-credential": answer}, seen_at="/")
    assert (done.status_code, done.location) == (303, address(asked))
    assert states(web, asked) == ("draft", "refused")
    assert proof(web, asked) == "session"


def test_a_second_factor_of_just_now_signs(session_app: Flask, clock: Clock) -> None:
    web = session_app.extensions[KEY]
    asked = acting.asked(web)
    isla = approver(session_app, device=Device())
    strong(web)
    clock.later(minutes=5)
    assert send(isla, asked).status_code == 303
    assert states(web, asked) == ("released", "granted")
    assert proof(web, asked) == "session"


def test_a_second_factor_of_six_minutes_ago_does_not(session_app: Flask, clock: Clock) -> None:
    web = session_app.extensions[KEY]
    asked = acting.asked(web)
    isla = approver(session_app, device=Device())
    strong(web)
    clock.later(minutes=5, seconds=1)
    assert send(isla, asked).status_code == 403
    assert states(web, asked) == ("awaiting approval", "asked")


def test_a_pin_is_no_proof_under_session(session_app: Flask, clock: Clock) -> None:
    web = session_app.extensions[KEY]
    asked = acting.asked(web)
    isla = approver(session_app, device=Device())
    strong(web)
    clock.later(minutes=6)
    assert send(isla, asked, pin=PIN).status_code == 403
    assert states(web, asked) == ("awaiting approval", "asked")


@pytest.mark.parametrize("asked_for", [Proof.PIN, Proof.SESSION])
def test_a_passkey_signs_by_itself_whatever_policy_asks_for(
    under: Callable[..., Flask], asked_for: Proof
) -> None:
    app, device = under(proof=asked_for), Device()
    web = app.extensions[KEY]
    asked = acting.asked(web)
    isla = approver(app, device=device)
    if asked_for is Proof.SESSION:
        strong(web)
    assert "Approve with your passkey" in isla.get(address(asked)).text
    answer = device.answer(challenge(isla, asked))
    assert send(isla, asked, **{"proof-passkey": answer}).status_code == 303
    assert states(web, asked) == ("released", "granted")
    assert proof(web, asked) == "passkey"


def test_a_passkey_answers_for_one_decision_about_one_message_once(
    app: Flask, web: Web, clock: Clock
) -> None:
    device = Device()
    asked, other = acting.asked(web), acting.asked(web)
    isla = approver(app, device=device)
    good = challenge(isla, asked)
    refused = [
        device.answer(challenge(isla, asked, "reject")),
        device.answer(challenge(isla, other)),
        device.answer(good, flags=PRESENT),
        device.answer(good, origin="http://localhost:9000"),
        Device().answer(good),
        "{}",
        "nonsense",
    ]
    for answer in refused:
        page = send(isla, asked, **{"proof-passkey": answer})
        assert page.status_code == 400
        assert "There is a problem" in page.text
    late = device.answer(good)
    clock.later(minutes=2, seconds=1)
    assert "That took too long" in send(isla, asked, **{"proof-passkey": late}).text
    assert states(web, asked) == ("awaiting approval", "asked")
    answer = device.answer(challenge(isla, asked, "send-back"))
    back = {"reason": "Name the road", "proof-passkey": answer}
    assert send(isla, asked, "send-back", **back).status_code == 303
    acting.submitted(web, asked.message)
    again = Asked(asked.incident, asked.message, *acting.link(web, asked.message, "approver"))
    assert send(isla, again, "send-back", **back).status_code == 400
    assert states(web, again) == ("awaiting approval", "asked")


def test_a_passkey_of_somebody_else_does_not_sign(app: Flask, web: Web) -> None:
    device = Device().enrolled(web, acting.person(web, "officer").id)
    asked = acting.asked(web)
    isla = approver(app, device=Device(name=b"device-2"))
    answer = device.answer(challenge(isla, asked))
    assert send(isla, asked, **{"proof-passkey": answer}).status_code == 400
    assert states(web, asked) == ("awaiting approval", "asked")


def test_a_passkey_is_nothing_to_a_link(app: Flask, web: Web) -> None:
    device = Device()
    asked = acting.asked(web)
    isla = approver(app, device=device)
    answer = device.answer(challenge(isla, asked))
    page = decide(app.test_client(), asked, pin="", **{"proof-passkey": answer})
    assert page.status_code == 400
    assert states(web, asked) == ("awaiting approval", "asked")


def test_where_no_pin_counts_on_the_console_the_second_factor_is_asked_for(
    app: Flask, web: Web
) -> None:
    asked = acting.asked(web)
    isla = approver(app, device=Device())
    for _ in range(5):
        last = send(isla, asked, pin=WRONG)
    assert last.status_code == 303
    page = isla.get(address(asked)).text
    assert "your second factor is asked for instead" in page
    assert 'name="pin"' not in page
    assert send(isla, asked, pin=PIN).status_code == 403
    assert states(web, asked) == ("awaiting approval", "asked")
    strong(web)
    assert send(isla, asked).status_code == 303
    assert states(web, asked) == ("released", "granted")


def test_who_has_a_passkey_and_no_pin_signs_on_the_console(app: Flask, web: Web) -> None:
    device = Device()
    isla = approver(app, device=device)
    with web.sessions.begin() as db:
        db.get_one(UserRow, acting.person(web, "approver").id).pin_hash = ""
    asked = acting.asked(web)
    page = app.test_client().get(asked.link).text
    assert f'href="{address(asked)}"' in page
    assert 'name="pin"' not in page
    page = isla.get(address(asked)).text
    assert 'name="pin"' not in page
    assert "Too many wrong PINs" not in page
    answer = device.answer(challenge(isla, asked))
    assert send(isla, asked, **{"proof-passkey": answer}).status_code == 303
    assert states(web, asked) == ("released", "granted")
    assert proof(web, asked) == "passkey"


def test_policy_may_let_administrators_sign(under: Callable[..., Flask]) -> None:
    app = under(roles=frozenset({Role.ADMINISTRATOR}))
    web = app.extensions[KEY]
    acting.add(web, "chief", Role.ADMINISTRATOR)
    asked = acting.asked(web, of="chief")
    with web.sessions.read() as db:
        people = set(db.scalars(select(ApprovalRow.approver_id)))
    # The other one has no PIN, and a second factor that does as well.
    assert people == {acting.person(web, one).id for one in ("chief", "administrator")}
    chief = Browser(app.test_client()).sign_in("chief")
    strong(web)
    assert send(chief, asked, pin=PIN).status_code == 303
    assert states(web, asked) == ("released", "granted")


def test_row_12_whoever_lost_the_role_is_refused_at_once(app: Flask, web: Web) -> None:
    asked = acting.asked(web)
    isla = approver(app)
    form = {**hidden(isla.get(address(asked)).text, APPROVE), "decision": "approve", "pin": PIN}
    with web.sessions.begin() as db:
        db.execute(text("""update users set roles = '["auditor"]' where email like 'approver@%'"""))
    assert isla.post(address(asked), form, seen_at="/").status_code == 303
    page = isla.get(address(asked))
    assert page.status_code == 403
    assert "no longer has a role that may sign this message" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")
