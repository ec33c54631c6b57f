"""The policy's page: what it asks in sentences, and how two administrators change it."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from console.actions import policy_change
from console.domain.policy import Role
from console.web.context import Web
from tests.web.acting import add, drafted
from tests.web.conftest import PASSWORD, Browser
from tests.web.html import read

Open = Callable[[str], Browser]
NIGHT = """[actual]
sign_offs = 1

[[rule]]
name = "at night"
from = "22:00"
until = "06:00"
sign_offs = 2
"""


@pytest.fixture(autouse=True)
def started(web: Web) -> None:
    with web.sessions.begin() as db:
        policy_change.meet(db, web.desk, web.now)
    add(web, "deputy", Role.ADMINISTRATOR)


def proposed(browser: Open) -> Browser:
    first = browser("administrator")
    answer = first.post("/policy/propose", {"text": NIGHT}, seen_at="/policy")
    assert answer.status_code == 303
    return first


def said(answer: TestResponse) -> str:
    """What a reader hears of the page, on one line."""
    return read(answer.text).text


def digest(web: Web) -> str:
    with web.sessions.read() as db:
        found = policy_change.standing(db).proposed
    assert found
    return found.digest


def test_everybody_reads_what_would_be_asked_and_why(browser: Open) -> None:
    page = said(browser("auditor").get("/policy?type=snow-ice&at=05:30"))
    assert "It needs 1 sign-off, by an approver." in page
    assert "No exception fits: this is the rule for all." in page
    assert "Isla Grant" in page
    assert "Propose a change" not in page


def test_a_change_is_in_force_when_a_second_administrator_agrees(web: Web, browser: Open) -> None:
    first = proposed(browser)
    page = said(first.get("/policy"))
    assert "A change waits for one more administrator" in page
    assert "You agreed. Another administrator has to agree" in page
    assert '[comes: name = "at night" ]' in page
    second = browser("").sign_in_with_two("deputy")
    second.post("/policy/2/agree", {"digest": digest(web)}, seen_at="/policy")
    page = said(second.get("/policy?type=snow-ice&at=23:10"))
    assert "agreed to by Finlay Shaw and Deputy" in page
    assert "It needs 2 sign-offs of the same words" in page
    assert "The exception “at night” fits, because the time is 22:00 to 06:00: 2 sign-offs." in page


def test_nobody_agrees_twice_or_to_another_text(web: Web, browser: Open) -> None:
    first = proposed(browser)
    shown = digest(web)
    answer = first.post("/policy/2/agree", {"digest": shown}, seen_at="/policy")
    assert answer.status_code == 409
    answer = (
        browser("")
        .sign_in_with_two("deputy")
        .post("/policy/2/agree", {"digest": "0" * 64}, seen_at="/policy")
    )
    assert answer.status_code == 409
    assert "settled meanwhile, so nothing was done" in said(answer)


def test_what_was_typed_stays_when_it_is_no_policy(browser: Open) -> None:
    someone = browser("administrator")
    answer = someone.post(
        "/policy/propose", {"text": NIGHT + 'proof = "button"\n'}, seen_at="/policy"
    )
    assert answer.status_code == 400
    assert "a button alone is a proof for exercises only" in answer.text
    assert "until = &#34;06:00&#34;" in answer.text


def test_a_refusal_needs_a_reason_and_keeps_things_as_they_are(browser: Open) -> None:
    proposed(browser)
    second = browser("").sign_in_with_two("deputy")
    assert second.post("/policy/2/refuse", {"reason": ""}, seen_at="/policy").status_code == 400
    second.post("/policy/2/refuse", {"reason": "Too slow at night"}, seen_at="/policy")
    page = said(second.get("/policy?at=23:10"))
    assert "It needs 1 sign-off, by an approver." in page
    assert "Too slow at night" in page


def test_the_check_page_says_what_policy_asks(web: Web, browser: Open) -> None:
    page = said(browser("officer").get(f"/messages/{drafted(web)}/check"))
    assert "What policy asks, and why" in page
    assert "Nobody may release it alone." in page


def test_how_serious_it_is_can_be_said_and_is_kept(web: Web, browser: Open) -> None:
    someone, message = browser("officer"), drafted(web)
    page = someone.get(f"/messages/{message}/edit").text
    assert 'value="moderate" checked' in page
    form = {
        "version": "1",
        "severity": "extreme",
        "text": "Snow. Stay in.",
        "channels": ["mastodon"],
    }
    answer = someone.post(f"/messages/{message}/edit", form, seen_at=f"/messages/{message}/edit")
    assert answer.status_code == 303, said(answer)
    assert 'value="extreme" checked' in someone.get(f"/messages/{message}/edit").text


def test_a_number_that_is_none_is_not_found(browser: Open) -> None:
    answer = browser("administrator").post(
        "/policy/99/agree", {"digest": PASSWORD}, seen_at="/policy"
    )
    assert answer.status_code == 404
