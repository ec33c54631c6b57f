"""What follows an alert, in a real browser at 360 px: guide, promise, correction, the end."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import chromium, phone, sign_in
from tests.journeys.shut_out import sideways, violations
from tests.real.demo import Demo
from tests.waiting import until

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
EXPECT_MS = 40_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(demo: Demo, browser: Browser, script: bool) -> Iterator[Page]:
    """The duty officer's telephone."""
    context = phone(browser, script=script)
    expect.set_options(timeout=EXPECT_MS)
    found = context.new_page()
    sign_in(found, demo, "duty officer")
    yield found
    context.close()


def fits(page: Page, *, script: bool = True) -> None:
    """Nothing sticks out at the side, and nobody is shut out."""
    assert sideways(page) == [], page.url
    if script:
        assert violations(page) == [], page.url


def step(page: Page, number: int) -> None:
    expect(page.get_by_text(f"Guided rehearsal, step {number} of 6")).to_be_visible()


def write_alert(page: Page, title: str, *, at: str = "") -> None:
    page.get_by_label("Title").fill(title)
    for answer in ("Heavy snow", "Inverbrae", "Some roads are blocked"):
        page.get_by_label(answer).check()
    page.get_by_label("Next update by").fill("23:59")
    page.get_by_label("Goes out at").fill(at)
    page.get_by_role("button", name="Check the texts").click()


def write_alert_of(page: Page, title: str) -> None:
    """From the page that asks what is to be rehearsed."""
    page.get_by_label("Snow and ice").check()
    page.get_by_role("button", name="Go on to the rehearsal").click()
    write_alert(page, title)


def sign(demo: Demo, browser: Browser, title: str, nth: int = 1) -> None:
    """The approver, from the newest of ``nth`` mails about it."""
    links = until(lambda: (found := demo.links(title))[: len(found) >= nth and nth], 40)
    approver = phone(browser).new_page()
    approver.goto(links[-1])
    approver.get_by_label("Your sign-off PIN").first.fill(demo.user("approver")["pin"])
    approver.locator("#approve-button").click()
    expect(approver.locator("#approve-button")).to_have_count(0)
    approver.context.close()


@SCRIPT
def test_a_first_time_officer_is_led_from_the_alert_to_the_report_card(
    demo: Demo, browser: Browser, page: Page, script: bool
) -> None:
    title = f"First time {'with' if script else 'without'} script"
    page.goto(f"{demo.base}/account")
    page.get_by_role("button", name="Begin the guided rehearsal").click()
    step(page, 1)
    fits(page, script=script)
    write_alert_of(page, title)
    step(page, 2)
    page.get_by_role("button", name="Rehearse: send for approval").click()
    step(page, 3)
    fits(page, script=script)
    sign(demo, browser, title)
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 of 5 rehearsed")
    step(page, 4)
    expect(page.get_by_text("Next update in").first).to_be_visible()
    page.get_by_role("link", name=title).first.click()
    step(page, 5)
    expect(page.locator("#ledger")).to_contain_text("5 channels are owed the all clear")
    page.get_by_role("button", name="Stand the exercise down").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 channels")
    fits(page, script=script)
    page.get_by_role("button", name="Rehearse the all clear to those 5").click()
    # All that it says is known from the alert, so it leads straight to its texts.
    page.get_by_role("button", name="Rehearse: send for approval").click()
    sign(demo, browser, title, 2)
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 of 5 rehearsed")
    step(page, 6)
    assert page.get_by_text("Next update in").count() == 0
    page.get_by_role("link", name=title).first.click()
    expect(page.locator(".skellat-ledger .govuk-tag")).to_have_text(["told"] * 5)
    page.get_by_role("button", name="Stand the exercise down").click()
    page.get_by_role("link", name="The report card of this exercise").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Report card")
    fits(page, script=script)
    card = page.locator("main").inner_text()
    for words in ("What to do better", "Demo duty officer", "Demo approver", "Mastodon", "Signed"):
        assert words in card
    page.get_by_role("button", name="Leave the guide").click()
    page.goto(f"{demo.base}/exercise/incidents/new")
    assert page.get_by_text("Guided rehearsal").count() == 0


@pytest.mark.parametrize("script", [True], ids=["script"])
def test_a_sent_alert_is_corrected_in_two_pages_with_old_and_new_side_by_side(
    demo: Demo, browser: Browser, page: Page, script: bool
) -> None:
    title = "A wrong road"
    page.goto(f"{demo.base}/exercise/incidents/new")
    write_alert_of(page, title)
    page.get_by_role("button", name="Rehearse: send for approval").click()
    sign(demo, browser, title)
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 of 5 rehearsed")
    page.get_by_role("button", name="Rehearse correcting it").click()
    page.get_by_label("What our message was wrong about").fill("the area")
    page.get_by_label("What is right").fill("It is Kirkbrae")
    page.get_by_role("button", name="Check the texts").click()
    expect(page.get_by_role("heading", name="Old and new")).to_be_visible()
    beside = page.locator(".skellat-beside").first
    expect(beside).to_contain_text("Inverbrae")
    expect(beside).to_contain_text("It is Kirkbrae")
    fits(page)
    page.get_by_role("button", name="Rehearse: send for approval").click()
    sign(demo, browser, title, 2)
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 of 5 rehearsed")
    mastodon = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Mastodon"))
    expect(mastodon).to_contain_text("Replied to our earlier post")


@pytest.mark.parametrize("script", [True], ids=["script"])
def test_a_message_waits_for_its_hour_and_is_stopped_before_it(
    demo: Demo, browser: Browser, page: Page, script: bool
) -> None:
    title = "Ice in the morning"
    page.goto(demo.base)
    later = page.evaluate("new Date(Date.now() + 26 * 3600e3).toISOString().slice(0, 16) + 'Z'")
    page.get_by_role("link", name="Snow and ice").first.click()
    write_alert(page, title, at=later)
    expect(page.get_by_text("if it is signed by then")).to_be_visible()
    page.get_by_role("button", name="Send for approval").click()
    sign(demo, browser, title)
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        re.compile(r"Goes out at \d\d:\d\d")
    )
    expect(page.locator(".skellat-board .govuk-tag")).to_have_text(["scheduled"] * 5)
    fits(page)
    page.get_by_role("link", name=re.compile("^Stop sending message")).click()
    page.get_by_label("Why").fill("The forecast has changed")
    page.get_by_role("button", name="Stop sending").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stopped: 0 of 5 sent")
