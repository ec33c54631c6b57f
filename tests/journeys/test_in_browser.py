"""The whole journey in a real browser: officer, approver, auditor; with script and without."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import chromium, phone, picture, sign_in
from tests.real.demo import Demo
from tests.waiting import until

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
EXPECT_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, script: bool) -> Iterator[Page]:
    context = phone(browser, script=script)
    expect.set_options(timeout=EXPECT_MS)
    yield context.new_page()
    context.close()


def fill_in(page: Page, snow: Path, title: str) -> None:
    page.get_by_role("link", name="Snow and ice").first.click()
    page.get_by_label("Title").fill(title)
    for answer in ("Heavy snow", "Inverbrae", "Kirkbrae", "Some roads are blocked"):
        page.get_by_label(answer).check()
    page.get_by_label("Next update by").fill("23:59")
    page.locator("input[type=file]").set_input_files(str(snow))
    page.get_by_label("What the picture shows").fill("A snowed-in street in Inverbrae")
    page.get_by_role("button", name="Check the texts").click()


def mailed_link(demo: Demo, title: str) -> str:
    return until(lambda: demo.links(title))[-1]


def approve(page: Page, demo: Demo, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your sign-off PIN").first.fill(demo.user("approver")["pin"])
    page.get_by_role("button", name=re.compile(r"^Approve and publish to \d+ channels$")).click()


@SCRIPT
def test_officer_approver_and_auditor_play_a_snow_day(
    demo: Demo, browser: Browser, page: Page, script: bool, tmp_path: Path
) -> None:
    title = f"Snow day {'with' if script else 'without'} script"
    sign_in(page, demo, "duty officer")
    fill_in(page, picture(tmp_path / "snow.jpg"), title)
    expect(page).to_have_url(re.compile(r"/messages/\w+/check$"))
    expect(page.get_by_text("of 300")).to_be_visible()
    shown = [one.strip() for one in page.locator(".skellat-words").all_inner_texts()]
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Waiting for approval")
    message = page.url.rpartition("/")[2]

    approver = phone(browser, script=script).new_page()
    link = mailed_link(demo, title)
    approve(approver, demo, link)
    expect(approver.get_by_role("heading", level=1)).to_contain_text(re.compile("Publish"))

    # No reload by hand: the board follows by itself, by script or by the page's own refresh.
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"5 of 5 sent"))
    assert page.title().startswith("5 of 5 sent")
    posts = [one for one in demo.log() if "Inverbrae" in one["text"] and _of(demo, one, message)]
    assert sorted(one["network"] for one in posts) == ["bluesky", "mastodon", "smtp", "webhook"]
    assert {one["text"].strip() for one in posts} <= set(shown)
    described = {one["network"]: one["media"][0]["alt"] for one in posts if one["media"]}
    assert {"mastodon", "bluesky"} <= set(described)
    assert set(described.values()) == {"A snowed-in street in Inverbrae"}

    auditor = phone(browser, script=script).new_page()
    sign_in(auditor, demo, "auditor")
    incident = demo.api("GET", f"/messages/{message}").json()["incident"]
    auditor.goto(f"{demo.base}/incidents/{incident}/record")
    record = auditor.locator("main").inner_text()
    for words in ("Demo duty officer", "Demo approver", "Mastodon", "Bluesky"):
        assert words in record
    public = requests.get(f"{demo.base}/public/{incident}", timeout=10)
    assert "Kirkbrae" in public.text


def _of(demo: Demo, post: dict[str, str], message: str) -> bool:
    incident = demo.api("GET", f"/messages/{message}").json()["incident"]
    return incident in post["text"]


@SCRIPT
def test_a_failed_channel_says_what_to_do_and_is_sent_again_on_its_own(
    demo: Demo, browser: Browser, page: Page, script: bool, tmp_path: Path
) -> None:
    title = f"Refused {'with' if script else 'without'} script"
    sign_in(page, demo, "duty officer")
    fill_in(page, picture(tmp_path / "snow.jpg"), title)
    page.get_by_role("button", name="Send for approval").click()
    link = mailed_link(demo, title)
    demo.set_fault("mastodon", "401", account="actual.mastodon")
    approve(phone(browser, script=script).new_page(), demo, link)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"4 of 5 sent"))
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Mastodon"))
    expect(row).to_contain_text("failed")
    row.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"5 of 5 sent"))


@SCRIPT
def test_sending_back_returns_the_draft_with_the_reason(
    demo: Demo, browser: Browser, page: Page, script: bool, tmp_path: Path
) -> None:
    title = f"Sent back {'with' if script else 'without'} script"
    sign_in(page, demo, "duty officer")
    fill_in(page, picture(tmp_path / "snow.jpg"), title)
    page.get_by_role("button", name="Send for approval").click()
    approver = phone(browser, script=script).new_page()
    approver.goto(mailed_link(demo, title))
    approver.get_by_text("Send back to be changed").click()
    form = approver.locator("details", has_text="Send back to be changed")
    form.get_by_label("Your reason").fill("Name the road, please")
    form.get_by_label("Your sign-off PIN", exact=True).fill(demo.user("approver")["pin"])
    form.get_by_role("button", name="Send back").click()
    expect(approver.get_by_role("heading", level=1)).to_contain_text(re.compile("back", re.I))
    # No reload by hand: it could meet the page's own, and one of the two fails then.
    expect(page.locator("main")).to_contain_text("Name the road, please")


@pytest.mark.parametrize("script", [True])
def test_pressing_send_twice_makes_one_request(demo: Demo, page: Page, tmp_path: Path) -> None:
    title = "Pressed twice"
    sign_in(page, demo, "duty officer")
    fill_in(page, picture(tmp_path / "snow.jpg"), title)
    page.get_by_role("button", name="Send for approval").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Waiting for approval")
    message = page.url.rpartition("/")[2]
    incident = demo.api("GET", f"/messages/{message}").json()["incident"]
    entries = demo.api("GET", f"/audit?incident={incident}").json()["entries"]
    sent = [one for one in entries if one["action"] == "message sent for approval"]
    assert len(sent) == 1
    until(lambda: [one for one in demo.mails() if title in one["subject"]])
    assert len([one for one in demo.mails() if title in one["subject"]]) == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_session_that_ended_half_way_keeps_every_character(
    demo: Demo, page: Page, tmp_path: Path
) -> None:
    sign_in(page, demo, "duty officer")
    page.get_by_role("link", name="Snow and ice").first.click()
    page.get_by_label("Title").fill("Kept through the sign-in")
    page.get_by_label("Heavy snow").check()
    page.get_by_label("Roads we are gritting").fill("the A9 from Milton")
    page.context.clear_cookies()
    page.get_by_role("button", name="Check the texts").click()
    user = demo.user("duty officer")
    page.get_by_label("E-mail address").fill(user["email"])
    page.get_by_label("Password", exact=True).fill(user["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Carry on").click()
    expect(page.get_by_label("Title")).to_have_value("Kept through the sign-in")
    expect(page.get_by_label("Roads we are gritting")).to_have_value("the A9 from Milton")
    expect(page.get_by_label("Heavy snow")).to_be_checked()
