"""Sign-off on a telephone: by link, by code, by session, by passkey; each on one page, in time."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pyotp import TOTP

from console.settings import ROOT
from tests.journeys.browser import chromium, phone, sign_in
from tests.journeys.shut_out import sideways, violations
from tests.real.demo import Demo, start_demo
from tests.waiting import until

SECONDS = 90
"""In which a tired approver decides."""
EXPECT_MS = 20_000
PUBLISHED = re.compile("Publish")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=EXPECT_MS)
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def by_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose policy asks for the sign-in and a second factor."""
    home = tmp_path_factory.mktemp("by-session")
    config = home / "config"
    shutil.copytree(ROOT / "config", config)
    policy = config / "policy.toml"
    policy.write_text(policy.read_text().replace('proof = "pin"', 'proof = "session"'))
    running = start_demo(home / "state", environment={"SKELLAT_CONFIG": str(config)})
    yield running
    assert running.stop() == 0


@contextmanager
def on_the_clock() -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < SECONDS


def awaiting(demo: Demo, title: str) -> tuple[str, str]:
    """A message that waits for its sign-off, and the approver's link."""
    opened = {"type": "snow-ice", "title": title, "mode": "actual"}
    incident = demo.api("POST", "/incidents", opened).json()["id"]
    words = {"kind": "alert", "text": f"{title}. Stay at home."}
    message: str = demo.api("POST", f"/incidents/{incident}/messages", words).json()["id"]
    demo.api("POST", f"/messages/{message}/submit", {}).raise_for_status()
    return message, until(lambda: demo.links(title))[0]


def state(demo: Demo, message: str) -> str:
    found: str = demo.api("GET", f"/messages/{message}").json()["state"]
    return found


def nobody_is_shut_out(page: Page) -> None:
    assert violations(page) + sideways(page) == []


def press_approve(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Approve and publish to \d+ channels$")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(PUBLISHED)


def type_pin_and_approve(page: Page, demo: Demo) -> None:
    page.get_by_label("Your sign-off PIN").first.fill(demo.user("approver")["pin"])
    press_approve(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_by_the_mailed_link(demo: Demo, browser: Browser, script: bool) -> None:
    message, link = awaiting(demo, f"Signed by link, script {script}")
    page = phone(browser, script=script).new_page()
    with on_the_clock():
        page.goto(link)
        expect(page.get_by_text("Stay at home.")).to_be_visible()
        address = page.url
        type_pin_and_approve(page, demo)
        assert page.url == address
    assert state(demo, message) == "released"
    if script:  # without, the page asks again by loading anew
        nobody_is_shut_out(page)


def test_by_a_code_that_the_duty_officer_reads_out(demo: Demo, browser: Browser) -> None:
    message, _link = awaiting(demo, "Signed by code")
    officer = phone(browser).new_page()
    sign_in(officer, demo, "duty officer")
    officer.goto(f"{demo.base}/messages/{message}")
    row = officer.get_by_role("listitem").filter(has_text="Demo approver")
    row.get_by_text("No mail? Read a code out").click()
    row.get_by_role("button", name="Make a code").click()
    nobody_is_shut_out(officer)
    code = officer.locator("#code").inner_text()
    page = phone(browser).new_page()
    with on_the_clock():
        page.goto(f"{demo.base}/s")
        nobody_is_shut_out(page)
        page.get_by_label("Code").fill(code.lower())
        page.get_by_role("button", name="Show me the message").click()
        expect(page.get_by_text("Stay at home.")).to_be_visible()
        nobody_is_shut_out(page)
        type_pin_and_approve(page, demo)
    assert state(demo, message) == "released"


def test_by_session_with_a_second_factor(by_session: Demo, browser: Browser) -> None:
    demo = by_session
    message, link = awaiting(demo, "Signed by session")
    secret = an_authenticator_app(demo, browser)
    page = phone(browser).new_page()
    with on_the_clock():
        page.goto(link)
        expect(page.get_by_text("Stay at home.")).to_be_visible()
        nobody_is_shut_out(page)
        page.get_by_role("button", name="Sign in to decide").click()
        user = demo.user("approver")
        page.get_by_label("E-mail address").fill(user["email"])
        page.get_by_label("Password", exact=True).fill(user["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Code").fill(TOTP(secret).now())
        page.get_by_role("button", name="Carry on").click()
        expect(page).to_have_url(re.compile("/approvals/"))
        nobody_is_shut_out(page)
        press_approve(page)
    assert state(demo, message) == "released"


def test_by_a_passkey(demo: Demo, browser: Browser) -> None:
    message, _link = awaiting(demo, "Signed by passkey")
    context = phone(browser)
    page = context.new_page()
    with_an_authenticator(context, page)
    console = demo.base.replace("127.0.0.1", "localhost")
    user = demo.user("approver")
    page.goto(console)
    page.get_by_label("E-mail address").fill(user["email"])
    page.get_by_label("Password", exact=True).fill(user["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{console}/account/passkeys")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name="I have them: carry on")).to_be_visible()
    with on_the_clock():
        page.goto(console)
        page.get_by_role("link", name=re.compile("^Read it and decide")).first.click()
        expect(page.get_by_text("Signed by passkey. Stay at home.")).to_be_visible()
        nobody_is_shut_out(page)
        page.get_by_role("button", name="Approve with your passkey").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(PUBLISHED)
    assert state(demo, message) == "released"


def test_a_mail_scanner_that_runs_script_for_half_a_minute_decides_nothing(
    demo: Demo, browser: Browser
) -> None:
    message, link = awaiting(demo, "Scanned with script")
    page = phone(browser).new_page()
    page.goto(link)
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(30_000)
    assert state(demo, message) == "awaiting approval"


def test_a_mail_scanner_that_sends_every_form_decides_nothing(demo: Demo, browser: Browser) -> None:
    message, link = awaiting(demo, "Scanned with forms")
    page = phone(browser).new_page()
    page.goto(link)
    for number in range(page.locator("form").count()):
        for pin in ("", "123456"):
            page.goto(link)
            with page.expect_navigation():
                page.evaluate(SEND_FORM, [number, pin])
    assert state(demo, message) == "awaiting approval"
    approver = [one for one in demo.mails() if "Wrong PINs" in one["subject"]]
    assert approver == []
    page.goto(link)
    type_pin_and_approve(page, demo)


SEND_FORM = """([number, pin]) => {
  const form = document.forms[number];
  if (!form) return location.reload();  // it was sent, and is there no more
  for (const one of form.elements) if (one.type === "password") one.value = pin;
  for (const one of form.elements) if (one.tagName === "TEXTAREA") one.value = "test";
  form.submit();
}"""


def an_authenticator_app(demo: Demo, browser: Browser) -> str:
    """The approver sets one up beforehand; returns its secret."""
    page = phone(browser).new_page()
    sign_in(page, demo, "approver")
    page.goto(f"{demo.base}/account/authenticator")
    secret = page.locator(".account-qr code").inner_text().replace(" ", "")
    # Not at the end of a half minute: the code below would be two old when it arrives.
    until(lambda: time.time() % 30 < 20)
    # An earlier half minute's code: the one of now is still there for the sign-in.
    page.get_by_label("Six digits from the app").fill(TOTP(secret).at(time.time() - 30))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Set up an authenticator app")
    return secret


def with_an_authenticator(context: BrowserContext, page: Page) -> None:
    """A virtual one that says yes: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn"""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
