"""The register in a real browser: a new custodian, a duty officer who sees something odd, and an
administrator whose colleague leaves."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import chromium, phone, sign_in
from tests.real.demo import Demo
from tests.waiting import until

EXPECT_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def pages(request: pytest.FixtureRequest, browser: Browser) -> Iterator[list[Page]]:
    """Three telephones, one for each person."""
    contexts = [phone(browser, script=request.param) for _ in range(3)]
    expect.set_options(timeout=EXPECT_MS)
    yield [one.new_page() for one in contexts]
    for one in contexts:
        one.close()


def test_a_new_custodian_finds_everything_and_enters_what_skellat_does_not_post_to(
    demo: Demo, pages: list[Page], request: pytest.FixtureRequest
) -> None:
    page, name = pages[0], "library" if "no-script" not in request.node.name else "museum"
    sign_in(page, demo, "channel custodian")
    page.get_by_role("link", name="Channels").first.click()
    for title in ("Mastodon", "Bluesky", "Public page", "E-mail to residents", "Radio newsroom"):
        expect(page.get_by_role("link", name=title)).to_be_visible()
    page.get_by_role("button", name="Add an account").click()
    page.locator("[name=name]").fill(name)
    page.locator("[name=network]").fill("Facebook")
    page.locator("[name=title]").fill(f"The {name}")
    page.locator("[name=handle]").fill(f"@northbrae-{name}")
    page.locator("[name=owner]").fill("Head of culture")
    page.get_by_role("button", name="Add the account").click()
    expect(page).to_have_url(f"{demo.base}/channels/{name}")
    expect(page.get_by_text("not from Skellat")).to_be_visible()
    expect(page.get_by_text("Head of culture")).to_be_visible()
    expect(page.get_by_text("Nobody keeps its keys.")).to_be_visible()


def test_a_check_is_asked_for_and_what_it_found_is_there(demo: Demo, pages: list[Page]) -> None:
    page = pages[0]
    sign_in(page, demo, "duty officer")
    page.goto(f"{demo.base}/channels/mastodon")
    page.get_by_role("button", name="Check now").click()

    def passed() -> bool:
        page.goto(f"{demo.base}/channels/mastodon")
        return "passed" in page.locator("#checks + dl").inner_text()

    until(passed)


def test_a_frozen_channel_is_said_over_every_page_and_sends_when_it_is_let_go(
    demo: Demo, pages: list[Page]
) -> None:
    officer, custodian, _ = pages
    sign_in(officer, demo, "duty officer")
    officer.goto(f"{demo.base}/channels/mastodon")
    officer.get_by_role("button", name="Freeze this channel").click()
    officer.locator("[name=reason]").fill("An odd post at 05:10")
    officer.get_by_role("button", name="Freeze this channel").click()
    expect(officer.get_by_text("Held by Demo duty officer", exact=True)).to_be_visible()
    sign_in(custodian, demo, "channel custodian")
    banner = custodian.get_by_text("An odd post at 05:10").first
    expect(banner).to_be_visible()
    custodian.goto(f"{demo.base}/channels/mastodon")
    custodian.get_by_role("button", name="Let go").click()
    custodian.locator("main form").get_by_role("button").click()
    expect(custodian.get_by_role("button", name="Freeze this channel")).to_be_visible()
    custodian.goto(demo.base)
    expect(custodian.get_by_text("An odd post at 05:10")).to_have_count(0)


def test_somebody_leaves_and_each_line_is_handed_over_changed_and_proved(
    demo: Demo, pages: list[Page]
) -> None:
    """Bluesky alone: the others stay as they are for the next journey."""
    page = pages[0]
    sign_in(page, demo, "administrator")
    page.goto(f"{demo.base}/channels/handover")
    page.get_by_role("link", name="Demo custodian").first.click()
    expect(page.get_by_text("The account is in wrong hands")).to_be_visible()
    part = page.locator(".handover__part").filter(has_text=re.compile("Bluesky"))
    if part.get_by_label("Who keeps its keys from now on?").count():
        part.get_by_label("Who keeps its keys from now on?").select_option(index=1)
        part.get_by_role("button", name="Hand over").click()
        part.get_by_role("button", name="The password or token was changed").click()
    page.goto(f"{demo.base}/channels/bluesky")
    page.get_by_role("button", name="Check now").click()

    def done() -> bool:
        page.goto(f"{demo.base}/channels/handover")
        page.get_by_role("link", name="Demo custodian").first.click()
        return "done" in part.inner_text().lower()

    until(done)
    expect(page.get_by_role("button", name="Close the account", exact=True)).to_have_count(0)


def test_what_is_for_paper_opens_for_everybody_on_duty(demo: Demo, pages: list[Page]) -> None:
    page = pages[0]
    sign_in(page, demo, "duty officer")
    page.goto(f"{demo.base}/channels/run-sheet")
    expect(page.get_by_role("heading", name="Mastodon").first).to_be_visible()
    page.goto(f"{demo.base}/channels/security-checklist")
    expect(page.get_by_text("to be asked").first).to_be_visible()
