"""Releasing alone and looking back, on their pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from console.domain.policy import Role, Rules
from console.store.people import SignInRow
from console.web.context import KEY, Web
from tests.web.acting import drafted, sheet, submitted
from tests.web.conftest import Browser
from tests.web.html import read

Open = Callable[[str], Browser]
FORM = {"danger": "yes", "reason": "The water is in Mill Lane", "confirm": "Release  ALONE"}


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    """A council whose duty officer may release alone."""
    known: Web = app.extensions[KEY]
    settings = known.desk.settings
    rules = Rules(sole_release=frozenset({Role.DUTY_OFFICER}))
    policy = replace(settings.policy, actual=rules)
    desk = replace(known.desk, settings=replace(settings, policy=policy))
    app.extensions[KEY] = replace(known, desk=desk)


@pytest.fixture
def web(app: Flask, town: None) -> Web:
    found: Web = app.extensions[KEY]
    return found


def proved(web: Web, at: datetime) -> None:
    """Everybody who is signed in has just proved a second factor."""
    with web.sessions.begin() as db:
        for row in db.query(SignInRow):
            row.strong_at = row.proved_at = at


def page(message: str) -> str:
    return f"/messages/{message}/alone"


def send(browser: Browser, web: Web, message: str, **changed: str) -> int:
    form = {**FORM, "digest": sheet(web, message).message.digest, **changed}
    return browser.post(page(message), form, seen_at=page(message)).status_code


def test_the_message_page_leads_there_only_where_policy_lets_one(web: Web, browser: Open) -> None:
    message = submitted(web, drafted(web))
    assert page(message) in read(browser("officer").get(f"/messages/{message}").text).links
    assert page(message) not in read(browser("approver").get(f"/messages/{message}").text).links
    assert browser("approver").get(page(message)).status_code == 403


def test_it_goes_out_and_stays_red_until_somebody_looked_back(web: Web, browser: Open) -> None:
    message = submitted(web, drafted(web))
    officer = browser("officer")
    proved(web, web.now)
    assert send(officer, web, message) == 303
    board = read(officer.get(f"/messages/{message}").text).text
    assert "Morag Bain released it alone at 06:10" in board
    assert "The water is in Mill Lane" in board
    assert "Nobody has looked back at it yet" in board
    assert "released a message alone" in read(browser("auditor").get("/").text).text
    approver = browser("approver")
    proved(web, web.now)
    answer = approver.post(f"/messages/{message}/look-back", {"verdict": "right"})
    assert answer.status_code == 303
    board = read(officer.get(f"/messages/{message}").text).text
    assert "Isla Grant looked back at" in board
    assert "would have signed it" in board
    assert "released a message alone" not in read(browser("auditor").get("/").text).text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"danger": ""}, "#danger"),
        ({"reason": " "}, "#reason"),
        ({"confirm": "yes"}, "#confirm"),
    ],
)
def test_what_is_missing_is_named_and_what_was_typed_stays(
    web: Web, browser: Open, changed: dict[str, str], field: str
) -> None:
    message = submitted(web, drafted(web))
    officer = browser("officer")
    proved(web, web.now)
    form = {**FORM, "digest": sheet(web, message).message.digest, **changed}
    answer = officer.post(page(message), form, seen_at=page(message))
    assert answer.status_code == 400
    found = read(answer.text)
    assert list(found.errors) == [field]
    assert form["reason"].strip() in answer.text
    assert not sheet(web, message).deliveries


def test_without_a_second_factor_nothing_is_released(web: Web, browser: Open) -> None:
    message = submitted(web, drafted(web))
    officer = browser("officer")
    assert send(officer, web, message) == 403
    assert not sheet(web, message).deliveries


def test_words_that_were_changed_are_not_released(web: Web, browser: Open) -> None:
    message = submitted(web, drafted(web))
    officer = browser("officer")
    proved(web, web.now)
    assert send(officer, web, message, digest="0" * 64) == 303
    assert not sheet(web, message).deliveries
