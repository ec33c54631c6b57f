"""What tests of signing in share: guesses, codes and second factors."""

from datetime import datetime

from pyotp import TOTP
from werkzeug.test import TestResponse

from console import safe
from console.actions import codes, people, second_factors
from console.store.factors import TotpRow
from console.web.context import Web
from tests.web.conftest import PASSWORD, TOTP_SECRET, Browser

OFFICER = "officer@northbrae.example"


def code(at: datetime, secret: str = TOTP_SECRET) -> str:
    return TOTP(secret).at(at)


def give_app(web: Web, name: str) -> list[str]:
    """The person has an authenticator app from now on; returns their recovery codes."""
    with web.sessions.begin() as db:
        person = people.known(db, f"{name}@northbrae.example")
        secret = safe.locked(web.desk.settings.secret, codes.PURPOSE, person.id, TOTP_SECRET)
        db.add(TotpRow(user_id=person.id, secret=secret, last_counter=0, created_at=web.now))
        db.flush()
        return second_factors.new_codes(db, person=person, now=web.now)


def guess(
    browser: Browser, email: str = OFFICER, password: str = "not the password", **options: object
) -> TestResponse:
    """One try of the sign-in form."""
    form = {"email": email, "password": password, "csrf_token": browser.token("/sign-in")}
    return browser.client.post("/sign-in", data=form, headers=browser.headers, **options)


def first_step(browser: Browser, name: str) -> Browser:
    """The password is given, and the second factor is waited for."""
    answer = guess(browser, f"{name}@northbrae.example", PASSWORD)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("/sign-in/second")
    return browser


def second_step(browser: Browser, typed: str) -> TestResponse:
    token = browser.token("/sign-in/second")
    form = {"code": typed, "csrf_token": token}
    return browser.client.post("/sign-in/second", data=form, headers=browser.headers)
