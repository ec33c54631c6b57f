"""A form that arrives after its sign-in has ended: nothing typed is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from console.store.people import SignInRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import PASSWORD, PIN, Browser, Clock
from tests.web.phone import hidden, states
from tests.web.test_drafting import NEW, TYPED, drafts, picture

Open = Callable[[str], Browser]
SIGN_IN = {"email": "officer@northbrae.example", "password": PASSWORD}


def sent_after_the_shift(officer: Browser, clock: Clock, form: dict[str, Any]) -> html.Page:
    token = officer.token(NEW)
    clock.later(hours=13)
    answer = officer.client.post(NEW, data={**form, "csrf_token": token})
    assert answer.status_code == 401
    return html.read(answer.text)


def test_after_signing_in_again_everything_typed_is_there(
    browser: Open, web: Web, clock: Clock
) -> None:
    officer = browser("officer")
    text = {"text": '\nFirst line\r\n\r\n“Snow” & "ice"'}
    asked = sent_after_the_shift(officer, clock, TYPED | text)
    assert asked.headings == ["Sign in to carry on"]
    assert drafts(web) == 0
    answer = officer.client.post("/sign-in", data={**asked.fields, **SIGN_IN})
    offered = html.read(answer.text)
    assert offered.headings == ["You are signed in"]
    for name, value in TYPED.items():
        assert offered.fields[name] == ([value] if isinstance(value, str) else value)
    done = officer.client.post(NEW, data=offered.fields)
    assert done.status_code == 303
    saved = acting.sheet(web, done.headers["Location"].split("/")[2]).message
    assert saved.text == 'First line\n\n“Snow” & "ice"'


def test_a_wrong_password_in_between_loses_nothing(browser: Open, clock: Clock) -> None:
    officer = browser("officer")
    asked = sent_after_the_shift(officer, clock, TYPED)
    wrong = {**asked.fields, **SIGN_IN, "password": "no"}
    again = html.read(officer.client.post("/sign-in", data=wrong).text)
    assert again.fields["held"] == asked.fields["held"]


def test_a_picture_cannot_be_held_and_the_form_says_so(browser: Open, clock: Clock) -> None:
    officer = browser("officer")
    form = {**TYPED, "picture_file": (picture(), "map.jpg"), "alt": "A map"}
    asked = sent_after_the_shift(officer, clock, form)
    offered = html.read(officer.client.post("/sign-in", data={**asked.fields, **SIGN_IN}).text)
    form_again = html.read(officer.client.post(NEW, data=offered.fields).text)
    assert "Choose it again" in form_again.errors["#picture_file"]
    assert form_again.fields["alt"] == ["A map"]
    assert form_again.fields["title"] == ["Snow on Friday"]


def test_a_form_of_an_earlier_session_is_offered_again(browser: Open, web: Web) -> None:
    officer = browser("officer")
    stale = officer.token(NEW)
    officer.post("/sign-out")
    officer.sign_in("officer")
    answer = officer.client.post(NEW, data={**TYPED, "csrf_token": stale})
    assert answer.status_code == 400
    offered = html.read(answer.text)
    assert offered.headings == ["Press once more"]
    assert officer.client.post(NEW, data=offered.fields).status_code == 303
    assert drafts(web) == 1


def test_a_pin_is_held_nowhere_and_asked_for_again(browser: Open, web: Web, clock: Clock) -> None:
    approver, asked = browser("approver"), acting.asked(web)
    door = f"/approvals/{asked.approval}"
    page = approver.get(door).text
    form = {**hidden(page), "csrf_token": approver.token(door), "pin": PIN}
    with web.sessions.begin() as db:
        db.query(SignInRow).update({"expires_at": clock.now})
    late = approver.client.post(door, data=form)
    assert late.status_code == 401
    assert PIN not in late.text
    signed_in = {"email": "approver@northbrae.example", "password": PASSWORD}
    again = approver.client.post("/sign-in", data={**html.read(late.text).fields, **signed_in})
    offered = html.read(again.text)
    assert offered.fields["pin"] == [""]
    done = approver.client.post(door, data={**offered.fields, "pin": PIN})
    assert done.status_code == 303
    assert states(web, asked) == ("released", "granted")


def test_a_locked_database_is_said_on_the_page_with_everything_typed(
    browser: Open, web: Web
) -> None:
    officer = browser("officer")
    token = officer.token(NEW)
    web.sessions.close()
    with closing(sqlite3.connect(str(web.sessions.engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = officer.client.post(NEW, data={**TYPED, "csrf_token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    offered = html.read(answer.text)
    assert offered.headings == ["The database is busy"]
    assert "Nothing was saved, decided or published." in offered.text
    assert officer.client.post(NEW, data=offered.fields).status_code == 303
    assert drafts(web) == 1


@pytest.mark.parametrize("signed_in", ["officer", ""])
def test_a_form_from_another_site_is_not_offered(browser: Open, web: Web, signed_in: str) -> None:
    someone = browser(signed_in)
    answer = someone.client.post(NEW, data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in (303, 403)
    assert "Snow on Friday" not in answer.text
    assert drafts(web) == 0


def test_a_held_form_goes_nowhere_else(browser: Open) -> None:
    stranger = browser("")
    held = '["https://evil.example/", [["a", "b"]], []]'
    form = {**SIGN_IN, "held": held, "csrf_token": stranger.token("/sign-in")}
    page = html.read(stranger.client.post("/sign-in", data=form).text)
    assert ("post", "/") in page.forms
    assert all("evil" not in path for _method, path in page.forms)


@pytest.mark.parametrize(
    "held", ["nonsense", "[1]", '["/", [["a"]]]', "[[], {}]", "null", '["/", []]']
)
def test_a_broken_held_form_is_left_out(browser: Open, held: str) -> None:
    stranger = browser("")
    form = {**SIGN_IN, "held": held, "csrf_token": stranger.token("/sign-in")}
    assert stranger.client.post("/sign-in", data=form).status_code == 303
