"""What is dangerous asks once more who is there; what was typed goes on with the same press."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from console.actions import holding, people, register
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.people import SignInRow, UserRow
from console.web.access_proof import BEFORE_SECOND, FRESH
from console.web.access_table import ACCESS
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import PASSWORD, PEOPLE, Browser, Clock
from tests.web.signing import code, first_step, give_app, second_step
from tests.web.test_access import ask, kept

Open = Callable[[str], Browser]
LET_GO = "/channels/let-go"


@pytest.fixture(autouse=True)
def _estate(web: Web) -> None:
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)


def held_channels(web: Web) -> int:
    with web.sessions.read() as db:
        return len(holding.held(db))


def freeze(someone: Browser) -> None:
    assert someone.post("/channels/hold", {"reason": "odd posts"}).status_code == 303


def test_freezing_asks_nothing_and_letting_go_asks_who_is_there(
    browser: Open, web: Web, clock: Clock
) -> None:
    custodian = browser("custodian")
    clock.later(minutes=6)
    freeze(custodian)
    held = custodian.client.post(LET_GO, data={"csrf_token": custodian.token()})
    assert held.status_code == 403
    page = html.read(held.text)
    assert page.headings == ["Show that it is you"]
    assert held_channels(web) == 1
    form = {**page.fields, "proof-code": code(web.now)}
    assert custodian.client.post(LET_GO, data=form).status_code == 303
    assert held_channels(web) == 0


def test_what_was_typed_goes_on_with_the_proof(browser: Open, web: Web, clock: Clock) -> None:
    custodian = browser("custodian")
    clock.later(minutes=6)
    person = acting.person(web, "administrator")
    path = "/channels/mastodon/custodians"
    typed = {"person": person.id, "csrf_token": custodian.token()}
    asked = html.read(custodian.client.post(path, data=typed).text)
    assert ("post", path) in asked.forms
    assert asked.fields["person"] == [person.id]
    wrong = custodian.client.post(path, data={**asked.fields, "proof-code": "000000"})
    assert wrong.status_code == 403
    again = html.read(wrong.text)
    assert again.fields["person"] == [person.id]
    assert "proof-code" not in again.fields or again.fields["proof-code"] == [""]
    done = custodian.client.post(path, data={**again.fields, "proof-code": code(web.now)})
    assert done.status_code == 303
    assert person.name in custodian.get("/channels/mastodon").text


def test_a_proof_counts_for_five_minutes(browser: Open, web: Web, clock: Clock) -> None:
    custodian = browser("custodian")
    clock.later(minutes=4)
    freeze(custodian)
    assert custodian.post(LET_GO).status_code == 303
    clock.later(minutes=2)
    freeze(custodian)
    assert custodian.post(LET_GO).status_code == 403


def test_a_code_proves_once(browser: Open, web: Web, clock: Clock) -> None:
    custodian = browser("custodian")
    clock.later(minutes=6)
    shown = code(web.now)
    assert custodian.post(LET_GO, {"proof-code": shown}).status_code == 303
    other = browser("custodian")
    with web.sessions.begin() as db:
        db.query(SignInRow).update({"strong_at": web.now - timedelta(minutes=6)})
    freeze(other)
    assert other.post(LET_GO, {"proof-code": shown}, seen_at="/account").status_code == 403


def test_who_has_no_second_step_proves_the_password(browser: Open, web: Web, clock: Clock) -> None:
    officer = browser("officer")
    clock.later(minutes=6)
    freeze(officer)
    asked = html.read(officer.post(LET_GO).text)
    assert "proof-password" in asked.fields
    wrong = officer.client.post(LET_GO, data={**asked.fields, "proof-password": "not mine"})
    assert wrong.status_code == 403
    right = {**asked.fields, "proof-password": PASSWORD}
    assert officer.client.post(LET_GO, data=right).status_code == 303


def test_a_password_is_no_proof_where_there_is_a_second_step(
    browser: Open, web: Web, clock: Clock
) -> None:
    custodian = browser("custodian")
    clock.later(minutes=6)
    freeze(custodian)
    assert custodian.post(LET_GO, {"proof-password": PASSWORD}).status_code == 403
    assert held_channels(web) == 1


def test_guesses_at_a_proof_wait(browser: Open, web: Web, clock: Clock) -> None:
    officer = browser("officer")
    clock.later(minutes=6)
    freeze(officer)
    answers = [officer.post(LET_GO, {"proof-password": "wrong"}) for _ in range(4)]
    assert [one.status_code for one in answers] == [403, 403, 403, 429]
    assert "You can try again at" in answers[-1].text


def test_a_proof_from_another_site_is_not_looked_at(browser: Open, web: Web, clock: Clock) -> None:
    custodian = browser("custodian")
    clock.later(minutes=6)
    shown = code(web.now)
    assert custodian.client.post(LET_GO, data={"proof-code": shown}).status_code == 400
    assert custodian.post(LET_GO, {"proof-code": shown}).status_code == 303


@pytest.mark.parametrize("name", PEOPLE)
def test_everything_dangerous_asks_for_a_fresh_proof(
    app: Flask, browser: Open, clock: Clock, name: str
) -> None:
    """Row 32 among them: nobody changes second factors, password or PIN without one."""
    someone = browser(name)
    clock.later(minutes=6)
    token = someone.token("/account")
    asked = 0
    for rule, roles in kept(app):
        if rule.endpoint in FRESH and PEOPLE[name][1] in roles:
            assert set(ask(someone, rule, token).values()) <= {302, 403}, rule
            asked += 1
    assert asked > 8


def test_stopping_freezing_and_drafting_never_ask() -> None:
    easy = {"messages.stop", "messages.withdraw", "holds.hold", "drafts.save", "checks.submit"}
    assert easy <= set(ACCESS)
    assert not easy & FRESH
    assert set(ACCESS) >= FRESH
    assert set(ACCESS) >= BEFORE_SECOND


def give_role(web: Web, name: str, *roles: Role) -> None:
    with web.sessions.begin() as db:
        row = db.get_one(UserRow, acting.person(web, name).id)
        row.roles = [str(one) for one in roles]


def test_a_role_that_takes_a_second_step_is_led_to_set_one_up_first(
    browser: Open, web: Web
) -> None:
    someone = browser("officer")
    give_role(web, "officer", Role.DUTY_OFFICER, Role.CUSTODIAN)
    led = someone.get("/channels?x=1")
    assert led.status_code == 302
    assert led.headers["Location"].startswith("/account/second-factor?next=/channels")
    page = someone.get(led.headers["Location"])
    assert "Your role (channel custodian) takes more than a password" in page.text
    typed = {"title": "Snow", "csrf_token": someone.token("/account")}
    held = someone.client.post("/incidents/new/snow-ice", data=typed)
    assert held.status_code == 403
    assert html.read(held.text).fields["title"] == ["Snow"]


def test_after_setting_one_up_everything_is_open(browser: Open, web: Web) -> None:
    someone = browser("officer")
    give_role(web, "officer", Role.CUSTODIAN)
    page = html.read(someone.get("/account/authenticator?next=/channels").text)
    secret = page.text.partition("Key:")[2].split("\n")[0]
    key = "".join(secret.split())[:32]
    form = {**page.fields, "code": code(web.now, key)}
    codes = someone.client.post("/account/authenticator", data=form)
    assert "Your recovery codes" in codes.text
    assert 'href="/channels"' in codes.text
    assert someone.get("/channels").status_code == 200


def test_in_the_demo_nobody_is_led_anywhere(browser: Open, web: Web) -> None:
    from dataclasses import replace

    custodian = browser("officer")
    give_role(web, "officer", Role.CUSTODIAN)
    app = custodian.client.application
    desk = replace(web.desk, settings=replace(web.desk.settings, practice_only=True))
    app.extensions["skellat"] = replace(web, desk=desk)
    assert custodian.get("/channels").status_code == 200
    assert "nobody has to have one" in custodian.get("/account").text


def test_a_token_of_the_api_asks_no_second_step(browser: Open, web: Web) -> None:
    with web.sessions.begin() as db:
        owner = acting.person(web, "custodian")
        token = people.issue_api_token(db, owner=owner, name="t", by=Actor("tests"), now=web.now)
    bearer = {"Authorization": f"Bearer {token}"}
    answer = browser("").client.get("/api/v1/channels", headers=bearer)
    assert answer.status_code == 200


def test_a_second_step_of_the_person_is_proved_before_the_role_counts(
    browser: Open, web: Web
) -> None:
    give_app(web, "officer")
    someone = first_step(browser(""), "officer")
    assert second_step(someone, code(web.now)).status_code == 303
    give_role(web, "officer", Role.CUSTODIAN)
    assert someone.get("/channels").status_code == 200
    with web.sessions.begin() as db:
        db.query(SignInRow).update({"strong_at": None})
    assert someone.get("/channels").headers["Location"].startswith("/account/prove?next=")
