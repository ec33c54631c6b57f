"""axe-core finds nothing on any page of the journey, in both colour schemes, and nothing scrolls
sideways on a small phone."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
import requests
from playwright.sync_api import Browser

from tests.journeys.browser import chromium, phone, sign_in
from tests.journeys.shut_out import SMALL, violations
from tests.real.demo import Demo
from tests.waiting import until


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module", params=["actual", "exercise"])
def places(request: pytest.FixtureRequest, demo: Demo) -> dict[str, str]:
    """Addresses of one incident in every state that a page can show."""
    mode = str(request.param)
    world = "" if mode == "actual" else "/exercise"
    body = {"type": "snow-ice", "title": f"Snow, {mode}", "mode": mode}
    incident = demo.api("POST", "/incidents", body).json()["id"]
    where = f"/incidents/{incident}/messages"
    words = {"kind": "alert", "text": f"Snow on Glen Road ({mode}). Stay at home."}
    draft, awaiting, sent = (demo.api("POST", where, words).json()["id"] for _ in range(3))
    link = _link_after_submitting(demo, awaiting)
    other = _link_after_submitting(demo, sent)
    demo.set_fault("mastodon", "401", account=f"{mode}.mastodon")
    demo.set_fault("smtp", "drop", account=f"{mode}.residents-email")
    form = dict(re.findall(r'name="(decision|digest|form)" value="([^"]*)"', _approve_form(other)))
    requests.post(other, data=form | {"pin": demo.user("approver")["pin"]}, timeout=20)
    until(lambda: _settled(demo, sent), 40)
    schools = _schools(demo, mode)
    of_exercises = {"report card": f"{world}/incidents/{incident}/report-card"} if world else {}
    return of_exercises | {
        "over half": f"{world}/messages/{schools}/count",
        "schools read back": f"{world}/messages/{schools}/check",
        "relay": f"{world}/incidents/new/missing-person",
        "first page": "/",
        "what has happened": f"{world}/incidents/new",
        "facts": f"{world}/incidents/new/school-closures",
        "check": f"{world}/messages/{draft}/check",
        "draft": f"{world}/messages/{draft}",
        "awaiting": f"{world}/messages/{awaiting}",
        "failed and uncertain": f"{world}/messages/{sent}",
        "incident": f"{world}/incidents/{incident}",
        "incident's record": f"{world}/incidents/{incident}/record",
        "record": "/record",
        "rota": "/rota",
        "public": f"{world}/public/",
        "public incident": f"{world}/public/{incident}",
        "sign-off": link.removeprefix(demo.base),
        "signed": other.removeprefix(demo.base),
        "a code": "/s",
        "accessibility": "/accessibility",
        "nothing there": "/nothing/there",
    }


def _schools(demo: Demo, mode: str) -> str:
    """A draft that closes more than half of all schools."""
    body = {"type": "school-closures", "title": f"Schools, {mode}", "mode": mode}
    incident = demo.api("POST", "/incidents", body).json()["id"]
    ids = [one["id"] for one in demo.api("GET", "/places").json()["places"]["schools"]]
    facts = {
        "schools": ids[:30],
        "late": ids[30:34],
        "opens": "10:00",
        "day": "Friday 16 January",
        "reason": "snow and ice",
        "next_update": "23:30",
    }
    words = {"kind": "alert", "facts": facts}
    return str(demo.api("POST", f"/incidents/{incident}/messages", words).json()["id"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(
    demo: Demo, browser: Browser, places: dict[str, str], scheme: Literal["light", "dark"]
) -> None:
    page = phone(browser, scheme=scheme, size=SMALL).new_page()
    sign_in(page, demo, "duty officer")
    wrong: dict[str, object] = {}
    for name, path in places.items():
        page.goto(demo.base + path)
        if found := violations(page):
            wrong[name] = found
        if page.evaluate("document.documentElement.scrollWidth") > SMALL[0]:
            wrong[f"{name}, sideways"] = page.evaluate("document.documentElement.scrollWidth")
    page.goto(demo.base + places["facts"])
    with page.expect_navigation():  # it keeps what was typed before it leaves
        page.get_by_role("button", name="Check the texts").click()
    if found := violations(page):
        wrong["facts with errors"] = found
    assert not wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_register_shuts_anybody_out(
    demo: Demo, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    page = phone(browser, scheme=scheme, size=SMALL).new_page()
    sign_in(page, demo, "channel custodian")
    wrong: dict[str, object] = {}

    def look(name: str) -> None:
        if found := violations(page):
            wrong[name] = found
        if (width := page.evaluate("document.documentElement.scrollWidth")) > SMALL[0]:
            wrong[f"{name}, sideways"] = width

    for path in ("", "/new", "/mastodon", "/mastodon/edit", "/mastodon/moves/park", "/hold"):
        page.goto(f"{demo.base}/channels{path}")
        look(path)
    page.get_by_role("button", name="Hold all").click()
    look("a hold without a reason")
    page.get_by_label("Why").fill("Trying it")
    page.get_by_role("button", name="Hold all").click()
    look("held")
    page.get_by_role("link", name="Let everything go").click()
    look("let go")
    page.get_by_role("button", name="Let everything go").click()
    assert page.get_by_text("is held by").count() == 0
    assert not wrong


def _link_after_submitting(demo: Demo, message: str) -> str:
    before = len(demo.links(""))
    demo.api("POST", f"/messages/{message}/submit", {}).raise_for_status()
    return until(lambda: demo.links("")[before:])[0]


def _approve_form(link: str) -> str:
    page = requests.get(link, timeout=20).text
    return next(one for one in re.findall(r"<form.*?</form>", page, re.S) if "approve" in one)


def _settled(demo: Demo, message: str) -> bool:
    states = [one["state"] for one in demo.api("GET", f"/messages/{message}").json()["deliveries"]]
    return bool(states) and not {"queued", "sending"} & set(states)
