"""A form that arrives after its sign-in has ended: nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import PASSWORD, Browser, Clock
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


@pytest.mark.parametrize("signed_in", ["officer", ""])
def test_a_form_from_another_site_is_not_offered(browser: Open, web: Web, signed_in: str) -> None:
    someone = browser(signed_in)
    answer = someone.client.post(NEW, data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in (303, 403)
    assert "Snow on Friday" not in answer.text
    assert drafts(web) == 0


def test_a_held_form_goes_nowhere_else(browser: Open) -> None:
    stranger = browser("")
    held = '["https://evil.example/", [["a", "b"]]]'
    form = {**SIGN_IN, "held": held, "csrf_token": stranger.token("/sign-in")}
    page = html.read(stranger.client.post("/sign-in", data=form).text)
    assert ("post", "/") in page.forms
    assert all("evil" not in path for _method, path in page.forms)


@pytest.mark.parametrize("held", ["nonsense", "[1]", '["/", [["a"]]]', "[[], {}]", "null"])
def test_a_broken_held_form_is_left_out(browser: Open, held: str) -> None:
    stranger = browser("")
    form = {**SIGN_IN, "held": held, "csrf_token": stranger.token("/sign-in")}
    assert stranger.client.post("/sign-in", data=form).status_code == 303
