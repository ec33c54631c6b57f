"""A passkey in a real browser, on a phone: set up, signed in with, and asked for once more."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from console.actions import passwords
from console.store.audit import Actor
from console.store.people import SignInRow
from console.web.context import Web
from tests.journeys.browser import chromium, phone
from tests.journeys.served import PASSWORD, served
from tests.journeys.shut_out import SMALL, violations
from tests.web.signing import code, give_app

EXPECT_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def console(tmp_path: Path) -> Iterator[tuple[str, Web]]:
    with served(tmp_path) as running:
        yield running


def with_authenticator(browser: Browser) -> Page:
    """A phone whose finger always matches (WebAuthn.addVirtualAuthenticator of Chromium's CDP)."""
    expect.set_options(timeout=EXPECT_MS)
    page = phone(browser).new_page()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def sign_in(page: Page, base: str, name: str) -> None:
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail address").fill(f"{name}@northbrae.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def long_ago(web: Web) -> None:
    """What was proved is no longer fresh."""
    with web.sessions.begin() as db:
        before = web.now - timedelta(minutes=6)
        db.query(SignInRow).update({"strong_at": before, "proved_at": before})


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_passkey_is_set_up_signs_in_and_proves_once_more(
    browser: Browser, console: tuple[str, Web]
) -> None:
    base, web = console
    page = with_authenticator(browser)
    sign_in(page, base, "custodian")
    # The role takes a second step: it is set up before anything else.
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second step")
    fits(page)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("What you call this device").fill("Work telephone")
    fits(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    expect(page.locator("code")).to_have_count(10)
    fits(page)
    page.get_by_role("button", name="carry on").click()
    expect(page).to_have_url(f"{base}/")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{base}/")
    page.goto(f"{base}/account")
    expect(page.get_by_text("Work telephone").first).to_be_visible()
    fits(page)

    long_ago(web)
    page.goto(f"{base}/channels/hold")
    page.get_by_label(re.compile("Why")).fill("Odd posts")
    page.locator("main").get_by_role("button").click()
    page.goto(f"{base}/channels/let-go")
    page.get_by_role("button", name="Let everything go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show that it is you")
    fits(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{base}/channels")
    with web.sessions.read() as db:
        newest = db.query(SignInRow).order_by(SignInRow.created_at.desc()).first()
        assert newest is not None
        assert newest.factors == ["passkey"]
        assert newest.strong_at is not None
        assert web.now - newest.strong_at < timedelta(minutes=1)


def test_an_answer_that_was_used_signs_nobody_in_again(
    browser: Browser, console: tuple[str, Web]
) -> None:
    base, _web = console
    page = with_authenticator(browser)
    sign_in(page, base, "custodian")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    page.goto(f"{base}/account")
    page.get_by_role("button", name="Sign out").first.click()
    with page.expect_request(lambda one: one.method == "POST") as sent:
        page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{base}/")
    stolen = sent.value.post_data_json
    stranger = phone(browser).new_page()
    stranger.goto(f"{base}/sign-in")
    form = {**stolen, "csrf_token": stranger.locator("[name=csrf_token]").first.input_value()}
    answer = stranger.request.post(f"{base}/sign-in", form=form, headers={"Referer": base})
    assert answer.status == 400
    assert "took too long" in answer.text()


def test_without_script_an_authenticator_app_does_all_of_it(
    browser: Browser, console: tuple[str, Web]
) -> None:
    base, web = console
    expect.set_options(timeout=EXPECT_MS)
    page = phone(browser, script=False).new_page()
    sign_in(page, base, "custodian")
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.locator("svg")).to_be_visible()
    fits(page)
    secret = page.locator("figcaption code").inner_text().replace(" ", "")
    page.get_by_label("Six digits from the app").fill(code(web.now, secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    paper = page.locator("code").all_inner_texts()
    page.get_by_role("button", name="carry on").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, base, "custodian")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    fits(page)
    page.get_by_label("Code").fill(paper[0])
    page.get_by_role("button", name="Carry on").click()
    expect(page).to_have_url(f"{base}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_signing_in_shuts_anybody_out(
    browser: Browser, console: tuple[str, Web], scheme: Literal["light", "dark"]
) -> None:
    base, web = console
    give_app(web, "approver")
    page = phone(browser, scheme=scheme, size=SMALL).new_page()
    wrong: dict[str, object] = {}

    def look(name: str) -> None:
        if found := violations(page):
            wrong[name] = found
        if (width := page.evaluate("document.documentElement.scrollWidth")) > SMALL[0]:
            wrong[f"{name}, sideways"] = width

    page.goto(f"{base}/sign-in")
    look("sign in")
    sign_in(page, base, "approver")
    look("second step")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Carry on").click()
    look("a wrong code")
    page.get_by_label("Code").fill(code(web.now))
    page.get_by_role("button", name="Carry on").click()
    for path in (
        "",
        "/second-factor",
        "/passkeys",
        "/authenticator",
        "/password",
        "/pin",
        "/phone",
    ):
        page.goto(f"{base}/account{path}")
        look(path)
    page.goto(f"{base}/account")
    page.get_by_role("button", name="Make new recovery codes").click()
    look("recovery codes")
    long_ago(web)
    page.goto(f"{base}/account/pin")
    look("prove")
    with web.sessions.begin() as db:
        email = "officer@northbrae.example"
        made = passwords.offer_reset(db, email=email, by=Actor("tests"), now=web.now)
    for name, token in (("reset", made.token), ("no reset", "nothing")):
        page.goto(f"{base}/reset/{token}")
        look(name)
    assert not wrong
