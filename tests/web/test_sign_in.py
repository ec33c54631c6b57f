"""Signing in and out, and forms that outlive a sign-in."""

from collections.abc import Callable

import pytest

from tests.web.conftest import PASSWORD, Browser, Clock

Open = Callable[[str], Browser]


def test_a_signed_in_person_sees_the_first_page(browser: Open) -> None:
    answer = browser("officer").get("/")
    assert answer.status_code == 200
    assert "Morag Bain" in answer.text


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("officer@northbrae.example", "not the password at all"),
        ("nobody@northbrae.example", PASSWORD),
        ("", ""),
    ],
)
def test_every_failure_gets_the_same_answer(browser: Open, email: str, password: str) -> None:
    answer = browser("").post(
        "/sign-in", {"email": email, "password": password}, seen_at="/sign-in"
    )
    assert answer.status_code == 400
    assert "do not go together" in answer.text
    assert "<title>Error: " in answer.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/a\nb"]
)
def test_nobody_is_led_to_another_site(browser: Open, elsewhere: str) -> None:
    form = {"email": "officer@northbrae.example", "password": PASSWORD, "next": elsewhere}
    answer = browser("").post("/sign-in", form, seen_at="/sign-in")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(browser: Open) -> None:
    stranger = browser("")
    asked = stranger.get("/incidents/abc?x=1")
    assert asked.headers["Location"] == "/sign-in?next=/incidents/abc?x%3D1"


def test_signing_out_ends_the_session_on_the_server(browser: Open) -> None:
    officer = browser("officer")
    cookie = officer.client.get_cookie("skellat")
    officer.post("/sign-out")
    assert cookie is not None
    officer.client.set_cookie("skellat", cookie.value)
    assert officer.get("/").status_code == 302


def test_a_sign_in_ends_with_the_shift(browser: Open, clock: Clock) -> None:
    officer = browser("officer")
    clock.later(hours=12)
    assert officer.get("/").status_code == 302
