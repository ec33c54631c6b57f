"""Somebody joins: invited by one administrator, let in by another, on a phone, by a real mail."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from console.actions import people
from console.domain.policy import Role
from console.domain.record_key import keys_of
from console.store.audit import Actor
from console.store.engine import Sessions
from tests.journeys.browser import DESK, chromium, phone, sign_in
from tests.journeys.shut_out import sideways, violations
from tests.real.demo import Demo
from tests.waiting import until

EXPECT_MS = 20_000
SECOND = ("second@northbrae.example", "lantern-otter-harbour-plum-ridge")
PASSWORD, PIN = "snow on the coast road", "905318"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def second(demo: Demo) -> tuple[str, str]:
    """The demo has one administrator, and one is not enough."""
    sessions = Sessions(
        f"sqlite:///{demo.home}/skellat.db",
        keys=keys_of((demo.home / "secret").read_text().strip()),
    )
    with sessions.begin() as db:
        if not any(one.email == SECOND[0] for one in people.everybody(db)):
            people.add(
                db,
                email=SECOND[0],
                name="Second administrator",
                roles=[Role.ADMINISTRATOR],
                password=SECOND[1],
                pin="",
                by=Actor("tests"),
                now=datetime.now(UTC),
            )
    sessions.close()
    return SECOND


def enter(page: Page, demo: Demo, email: str, password: str) -> None:
    page.goto(f"{demo.base}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def mailed(demo: Demo, email: str, pattern: str) -> str:
    def newest() -> str:
        for mail in reversed(demo.mails()):
            if email in str(mail["to"]) and (found := re.search(pattern, mail["text"])):
                return found.group()
        return ""

    return until(newest)


def shuts_nobody_out(page: Page) -> None:
    assert violations(page) + sideways(page) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_invited_accepted_agreed_and_signed_in(
    demo: Demo, browser: Browser, second: tuple[str, str], script: bool
) -> None:
    expect.set_options(timeout=EXPECT_MS)
    email = f"isla.{'with' if script else 'without'}@northbrae.example"
    administrator = phone(browser, script=script, size=DESK).new_page()
    sign_in(administrator, demo, "administrator")
    administrator.get_by_role("link", name="People").click()
    administrator.get_by_role("button", name="Invite somebody").click()
    administrator.get_by_label("Name").fill("Isla Fraser")
    administrator.get_by_label("E-mail address").fill(email)
    administrator.get_by_label("Approver", exact=True).check()
    administrator.get_by_role("button", name="Send the invitation").click()
    expect(administrator.get_by_role("heading", name="Invited")).to_be_visible()

    link = mailed(demo, email, r"http\S+/join/[\w-]{43}")
    hers = phone(browser, script=script).new_page()
    hers.goto(link)
    if script:
        shuts_nobody_out(hers)
    hers.get_by_label("Password", exact=True).fill(PASSWORD)
    hers.get_by_label("The same password again").fill(PASSWORD)
    hers.get_by_label("Sign-off PIN").fill("123456")
    hers.get_by_label("The same PIN again").fill("123456")
    hers.get_by_role("button", name="Make my account").click()
    expect(hers.get_by_role("alert")).to_contain_text("among the first that anybody tries")
    hers.get_by_label("Password", exact=True).fill(PASSWORD)
    hers.get_by_label("The same password again").fill(PASSWORD)
    hers.get_by_label("Sign-off PIN").fill(PIN)
    hers.get_by_label("The same PIN again").fill(PIN)
    hers.get_by_role("button", name="Make my account").click()
    expect(hers.get_by_role("heading", level=1)).to_have_text("Your account is made")

    hers.get_by_role("button", name="Sign in", exact=True).click()
    enter(hers, demo, email, PASSWORD)
    expect(hers.get_by_text("your account has no role yet")).to_be_visible()

    mailed(demo, second[0], "asks that Isla Fraser")
    other = phone(browser, script=script).new_page()
    enter(other, demo, *second)
    other.get_by_role("link", name="People").click()
    if script:
        shuts_nobody_out(other)
    other.get_by_role("listitem").filter(has_text=email).get_by_role(
        "button", name="Agree to Isla Fraser as approver"
    ).click()
    expect(other.get_by_role("button", name="Agree to Isla Fraser")).to_have_count(0)

    mailed(demo, email, "You are approver now")
    hers.goto(demo.base)
    expect(hers.get_by_text("Signed in as Isla Fraser (approver)")).to_be_visible()
    hers.goto(link)
    expect(hers.get_by_role("heading", level=1)).to_have_text("Your account is made")
    for page in (administrator, hers, other):
        page.context.close()
