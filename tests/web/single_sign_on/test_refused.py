"""Answers that this browser did not ask for, come late or come twice: nobody is signed in."""

import pytest

from tests.web.single_sign_on.openid import CODE
from tests.web.single_sign_on.travelling import Traveller, nothing_happened


def test_the_same_answer_signs_in_once(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    cookie = traveller.client.get_cookie("skellat-sign-on")
    assert cookie
    assert traveller.come_back(state).status_code == 303
    traveller.client.delete_cookie("skellat")
    # Somebody who kept the cookie of the try, and a provider that gives a code's token twice.
    traveller.client.set_cookie("skellat-sign-on", cookie.value)
    answer = traveller.come_back(state)
    assert answer.status_code == 400
    assert "This answer was used already" in answer.text
    assert not traveller.signed_in()
    assert len(traveller.record("signed in")) == 1


def test_a_try_is_gone_from_the_browser_once_it_was_used(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    traveller.come_back(state)
    assert "not begun in this browser" in traveller.come_back(state).text


@pytest.mark.parametrize("state", ["", "made-up", "%ED%A0%80", "%C3%A9"])
def test_an_answer_that_this_browser_never_asked_for_signs_nobody_in(
    traveller: Traveller, state: str
) -> None:
    """An attacker's own code, sent to somebody as a link, would sign them in as the attacker."""
    traveller.begin()
    asked = traveller.openid.asked.copy()
    answer = traveller.client.get(f"/sign-in/sso/return?code={CODE}&state={state}")
    assert answer.status_code == 400
    assert "not begun in this browser" in answer.text
    assert traveller.openid.asked == asked, "the code was sent on"
    nothing_happened(traveller, answer.text)


def test_another_browsers_state_does_not_count(traveller: Traveller) -> None:
    attackers = traveller.begin()["state"]
    traveller.client = traveller.app.test_client()
    traveller.begin()
    assert traveller.come_back(attackers).status_code == 400
    nothing_happened(traveller)


def test_a_cookie_that_was_written_elsewhere_does_not_count(traveller: Traveller) -> None:
    traveller.client.set_cookie("skellat-sign-on", '[["s", "/", "2026-01-16T06:10:00+00:00"]].x')
    assert traveller.come_back("s").status_code == 400


def test_a_try_lasts_ten_minutes(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    traveller.clock.later(minutes=10)
    answer = traveller.come_back(state)
    assert answer.status_code == 400
    assert "more than ten minutes ago" in answer.text


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"error": "access_denied"}, 400, "stopped before you were signed in"),
        ({"error": "login_required"}, 403, "It said: login_required"),
        ({"error": "<script>alert(1)</script>"}, 403, "an error that is not one"),
        ({"error": "server_error", "error_description": "call 0900"}, 403, "server_error"),
        ({"code": ""}, 502, "no code"),
        ({"iss": "https://login.evil.example"}, 502, "another provider"),
    ],
)
def test_what_the_provider_says_instead_of_a_code_is_told_in_a_sentence(
    traveller: Traveller, given: dict[str, str], status: int, said: str
) -> None:
    answer = traveller.come_back(traveller.begin()["state"], **given)
    assert answer.status_code == status
    assert said in answer.text
    for never in ("<script>alert", "call 0900", CODE):
        assert never not in answer.text
    assert "/token" not in traveller.openid.asked
    assert len(traveller.record("single sign-on refused")) == 1
    nothing_happened(traveller, answer.text)
