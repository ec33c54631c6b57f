"""The page of an invitation: one link, one form, no cookie, and only the form does something."""

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.actions import invitations, people
from console.actions.people import User
from console.domain.policy import Role
from console.store.audit import EntryRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser, Clock
from tests.web.html import read

EMAIL = "isla.f@northbrae.example"
PASSWORD = "snow on the coast road"
PIN = "905318"
CHOSEN = {
    "password": PASSWORD, "password-again": PASSWORD, "pin": PIN, "pin-again": PIN,
}  # fmt: skip


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """No cookie, no sign-in."""
    return app.test_client()


def invited(web: Web, *roles: Role, email: str = EMAIL) -> tuple[str, str]:
    """The invitation, and its link."""
    with web.sessions.begin() as db:
        made = invitations.invite(
            db, email=email, name="Isla Fraser", roles=roles or [Role.APPROVER],
            by=acting.person(web, "administrator").actor, now=web.now,
        )  # fmt: skip
        token = invitations.new_link(db, made, web.now)
    return made, f"/join/{token}"


def join(phone: FlaskClient, link: str, **typed: str) -> TestResponse:
    hidden = read(phone.get(link).text).fields
    form = {"form": hidden.get("form", [""])[0], **CHOSEN, **typed}
    return phone.post(link, data=form)


def account(web: Web) -> User | None:
    with web.sessions.read() as db:
        return next((one for one in people.everybody(db) if one.email == EMAIL), None)


def test_a_password_and_a_pin_make_the_account_and_it_signs_in(
    web: Web, phone: FlaskClient, browser: Callable[[str], Browser]
) -> None:
    _, link = invited(web, Role.APPROVER, Role.AUDITOR)
    page = read(phone.get(link).text)
    assert "Isla Fraser" in page.text
    assert "approver, once a second administrator has agreed" in page.text
    answer = join(phone, link)
    assert (answer.status_code, answer.location) == (303, link)
    after = phone.get(link)
    assert after.status_code == 200
    assert "Your account is made" in after.text
    assert "A second administrator has to agree to your role as approver" in after.text
    made = account(web)
    assert made
    assert (made.roles, made.has_pin) == ({Role.AUDITOR}, True)
    fresh = browser("")
    form = {"email": EMAIL, "password": PASSWORD}
    assert fresh.post("/sign-in", form, seen_at="/sign-in").status_code == 303
    assert fresh.get("/record").status_code == 200


def test_looking_changes_nothing(web: Web, phone: FlaskClient) -> None:
    _, link = invited(web)
    with web.sessions.read() as db:
        before = db.query(EntryRow).count()
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(10):
            assert phone.open(link, method=method).status_code == 200
    with web.sessions.read() as db:
        assert db.query(EntryRow).count() == before
    assert account(web) is None


def test_the_page_keeps_its_address_to_itself(web: Web, phone: FlaskClient) -> None:
    _, link = invited(web)
    answers = [phone.get(link), join(phone, link, pin=""), join(phone, link), phone.get(link)]
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    page = read(answers[0].text)
    assert not page.inline
    assert all(one.startswith(("/", "#")) for one in page.links)


def test_nothing_that_was_chosen_is_on_a_page_in_a_log_or_on_the_record(
    web: Web, phone: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, link = invited(web)
    pages = [join(phone, link, **{"password-again": "x"}), join(phone, link), phone.get(link)]
    for secret in (PASSWORD, PIN, link.removeprefix("/join/")):
        assert secret not in caplog.text
        with web.sessions.read() as db:
            assert all(secret not in one.detail for one in db.query(EntryRow))
    for answer in pages:
        assert PASSWORD not in answer.text
        assert PIN not in answer.text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"password": ""}, "password", "at least 15 characters"),
        ({"password": "short", "password-again": "short"}, "password", "at least 15 characters"),
        ({"password": "a" * 20, "password-again": "a" * 20}, "password", "easily guessed"),
        ({"password-again": PASSWORD + "x"}, "password-again", "The two differ"),
        ({"pin": "", "pin-again": ""}, "pin", "digits only, 6 or more"),
        ({"pin": "000000", "pin-again": "000000"}, "pin", "among the first"),
        ({"pin": "123456", "pin-again": "123456"}, "pin", "among the first"),
        ({"pin": "19801980", "pin-again": "19801980"}, "pin", "among the first"),
        ({"pin-again": "905319"}, "pin-again", "The two differ"),
    ],
)
def test_what_will_not_do_says_why_and_the_link_is_still_good(
    web: Web, phone: FlaskClient, typed: dict[str, str], field: str, said: str
) -> None:
    _, link = invited(web)
    answer = join(phone, link, **typed)
    page = read(answer.text)
    assert answer.status_code == 400
    assert said in page.errors[f"#{field}"]
    assert field in page.ids
    assert account(web) is None
    assert join(phone, link).status_code == 303


def test_a_pin_with_spaces_is_taken_as_it_is_meant(web: Web, phone: FlaskClient) -> None:
    _, link = invited(web)
    assert join(phone, link, pin="905 318").status_code == 303


def test_whoever_signs_nothing_is_asked_for_no_pin(web: Web, phone: FlaskClient) -> None:
    _, link = invited(web, Role.AUDITOR)
    assert "PIN" not in read(phone.get(link).text).text
    assert join(phone, link, pin="", **{"pin-again": ""}).status_code == 303


@pytest.mark.parametrize("form", ["", "x" * 64, "é"])
def test_a_form_of_another_page_makes_no_account(web: Web, phone: FlaskClient, form: str) -> None:
    _, link = invited(web)
    assert join(phone, link, form=form).status_code == 400
    _, other = invited(web, email="other@northbrae.example")
    foreign = read(phone.get(other).text).fields["form"][0]
    assert join(phone, link, form=foreign).status_code == 400
    assert account(web) is None


def test_fields_that_the_form_does_not_have_change_nothing(web: Web, phone: FlaskClient) -> None:
    _, link = invited(web, Role.AUDITOR)
    extra = {
        "roles": "administrator", "role": "approver", "email": "evil@x.example", "name": "Evil",
        "active": "1", "state": "accepted", "user_id": acting.person(web, "officer").id,
    }  # fmt: skip
    assert join(phone, link, **extra).status_code == 303
    made = account(web)
    assert made
    assert (made.name, made.roles) == ("Isla Fraser", {Role.AUDITOR})


def test_a_used_link_says_so_and_makes_no_second_account(web: Web, phone: FlaskClient) -> None:
    _, link = invited(web)
    form = read(phone.get(link).text).fields["form"][0]
    join(phone, link)
    again = phone.post(link, data={**CHOSEN, "form": form})
    assert again.status_code == 410
    assert "Your account is made" in again.text
    assert "somebody else has read your mail: phone 01632 960 123" in read(again.text).text


def test_a_late_a_replaced_and_a_withdrawn_link_say_what_to_do(
    web: Web, phone: FlaskClient, clock: Clock
) -> None:
    by = acting.person(web, "administrator").actor
    made, link = invited(web)
    form = read(phone.get(link).text).fields["form"][0]

    def said() -> str:
        answers = [phone.get(link), phone.post(link, data={**CHOSEN, "form": form})]
        assert [one.status_code for one in answers] == [410, 410]
        assert account(web) is None
        return read(answers[1].text).text

    clock.later(days=3)
    assert "This invitation has expired" in said()
    assert "ask whoever invited you to send it again" in said().lower()
    with web.sessions.begin() as db:
        invitations.send_again(db, invitation_id=made, by=by, now=web.now)
    assert "A newer invitation was sent to you" in said()
    with web.sessions.begin() as db:
        invitations.withdraw(db, invitation_id=made, by=by, now=web.now)
    assert "This invitation was withdrawn" in said()


def test_a_link_that_leads_nowhere_tells_a_guesser_nothing(web: Web, phone: FlaskClient) -> None:
    invited(web)
    pages = {phone.get(f"/join/{guess}").text for guess in ("x" * 43, EMAIL, "a")}
    # A nonce is another one in each answer.
    pages = {re.sub(r'/join/\S+|nonce="[^"]+"', "", one) for one in pages}
    assert len(pages) == 1
    assert phone.get("/join/x").status_code == 404
    assert phone.post("/join/x", data=CHOSEN).status_code == 404
    assert "copy the whole line" in read(pages.pop()).text


def test_a_signed_in_browser_joins_as_a_stranger_would(
    web: Web, browser: Callable[[str], Browser]
) -> None:
    """The cookie does not count there: neither who is signed in, nor their forms' token."""
    _, link = invited(web)
    officer = browser("officer")
    assert "Sign out" not in officer.get(link).text
    form = {"csrf_token": officer.token(), **CHOSEN}
    assert officer.client.post(link, data=form).status_code == 400
    assert account(web) is None
