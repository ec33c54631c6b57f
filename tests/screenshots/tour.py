"""The pictures of docs/tour.md: one snow morning, played on a real demo."""

import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import DESK, PHONE, sign_in
from tests.real.demo import Demo, start_demo
from tests.screenshots.camera import Camera
from tests.screenshots.snow import snow
from tests.waiting import until

TITLE = "Heavy snow in Inverbrae"
SECONDS_MS = 60_000


def take(browser: Browser, home: Path, folder: Path) -> None:
    """Starts a demo, plays, and leaves the pictures in ``folder``."""
    expect.set_options(timeout=SECONDS_MS)
    camera = Camera(folder)
    demo = start_demo(home / "demo")
    try:
        _play(browser, demo, camera, snow(home / "snow.jpg"))
    finally:
        demo.stop()
    camera.tidy()


def _play(browser: Browser, demo: Demo, camera: Camera, picture: Path) -> None:
    officer = _page(browser, PHONE)
    sign_in(officer, demo, "duty officer")
    camera.take(officer, "01-first-page")
    _draft(officer, camera, picture)
    officer.get_by_role("button", name="Send for approval").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("Waiting for approval")
    camera.take(officer, "04-waiting")
    _sign_off(browser, demo, camera, "05-sign-off")
    expect(officer.get_by_role("heading", level=1)).to_have_text(re.compile("5 of 5 sent"))
    camera.take(officer, "07-sent")
    message, incident = officer.url, _incident(demo, officer.url)
    _public(browser, demo, incident, camera)
    _correction(officer, demo, browser, camera)
    _all_clear(officer, demo, incident, camera)
    _wide(browser, demo, incident, message, camera)


def _page(
    browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"] = "light"
) -> Page:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        device_scale_factor=2 if size == PHONE else 1,
        has_touch=size == PHONE,
    )
    return context.new_page()


def _draft(officer: Page, camera: Camera, picture: Path) -> None:
    officer.get_by_role("link", name="Snow and ice").first.click()
    officer.get_by_label("Title").fill(TITLE)
    for answer in ("Heavy snow", "Inverbrae", "Kirkbrae", "Some roads are blocked"):
        officer.get_by_label(answer).check()
    officer.get_by_label("Next update by").fill("23:59")
    officer.locator("input[type=file]").set_input_files(str(picture))
    officer.get_by_label("What the picture shows").fill("A snowed-in street in Inverbrae")
    officer.get_by_label("Title").scroll_into_view_if_needed()
    camera.take(officer, "02-facts")
    officer.get_by_role("button", name="Check the texts").click()
    officer.wait_for_url(re.compile(r"/messages/\w+/check$"))
    camera.take(officer, "03-check")


def _sign_off(browser: Browser, demo: Demo, camera: Camera, name: str, nth: int = 1) -> None:
    links = until(lambda: (found := demo.links(TITLE))[: len(found) >= nth and nth], 60)
    approver = _page(browser, PHONE)
    approver.goto(links[-1])
    if name:
        camera.take(approver, name)
    approver.get_by_label("Your sign-off PIN").first.fill(demo.user("approver")["pin"])
    approver.locator("#approve-button").click()
    expect(approver.locator("#approve-button")).to_have_count(0)
    if name:
        camera.take(approver, "06-signed")
    approver.context.close()


def _incident(demo: Demo, message: str) -> str:
    found = demo.api("GET", f"/messages/{message.rpartition('/')[2]}").json()
    return str(found["incident"])


def _public(browser: Browser, demo: Demo, incident: str, camera: Camera) -> None:
    resident = _page(browser, PHONE)
    resident.goto(f"{demo.base}/public/{incident}")
    camera.take(resident, "08-public")
    resident.context.close()


def _correction(officer: Page, demo: Demo, browser: Browser, camera: Camera) -> None:
    officer.get_by_role("button", name="Correct it").click()
    officer.get_by_label("What our message was wrong about").fill("the area")
    officer.get_by_label("What is right").fill("It is Kirkbrae only")
    officer.get_by_role("button", name="Check the texts").click()
    heading = officer.get_by_role("heading", name="Old and new")
    expect(heading).to_be_visible()
    heading.scroll_into_view_if_needed()
    camera.take(officer, "09-correction")
    officer.get_by_role("button", name="Send for approval").click()
    _sign_off(browser, demo, camera, "", 2)
    expect(officer.get_by_role("heading", level=1)).to_have_text(re.compile("5 of 5 sent"))


def _all_clear(officer: Page, demo: Demo, incident: str, camera: Camera) -> None:
    officer.goto(f"{demo.base}/incidents/{incident}")
    officer.locator("#ledger").evaluate("one => one.scrollIntoView()")
    camera.take(officer, "10-what-comes-next")


def _wide(browser: Browser, demo: Demo, incident: str, message: str, camera: Camera) -> None:
    """What is read at a desk; some of it at night."""
    dark = _page(browser, DESK, "dark")
    sign_in(dark, demo, "duty officer")
    dark.goto(message)
    camera.take(dark, "11-board-at-night")
    auditor = _page(browser, DESK)
    sign_in(auditor, demo, "auditor")
    auditor.goto(f"{demo.base}/incidents/{incident}/record")
    camera.take(auditor, "12-record")
    custodian = _page(browser, DESK)
    sign_in(custodian, demo, "channel custodian")
    custodian.goto(f"{demo.base}/channels")
    camera.take(custodian, "13-channels")
    wall = _page(browser, DESK)
    wall.goto(demo.practice)
    camera.take(wall, "14-practice-networks")
