"""Thirty channels shut nobody out (axe, both schemes, a small phone), and the words come first."""

import shutil
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.settings import ROOT
from console.web.context import Web
from tests.journeys.browser import chromium, phone
from tests.journeys.served import PASSWORD, served
from tests.journeys.shut_out import SMALL, sideways, violations
from tests.web import acting

CHANNELS = "\n".join(
    f'[town-{number}]\nnetwork = "mastodon"\ntitle = "Town {number}"\n'
    f'account = "@town{number}@social.example"\npractice = true\n'
    for number in range(30)
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str], str]]:
    """The console's address, its pages that list every channel, and a link to sign by."""
    home = tmp_path_factory.mktemp("many")
    config = home / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "channels.toml").write_text(CHANNELS)
    with served(home / "state", SKELLAT_CONFIG=str(config)) as (base, web):
        draft = acting.drafted(web)
        asked = acting.asked(web)
        sent = delivered(web)
        yield (
            base,
            {
                f"/messages/{draft}/check": "Town 29",
                f"/messages/{draft}/check?change=town-7": "Use this text",
                f"/messages/{asked.message}": "Waiting for approval",
                f"/messages/{sent}": "28 of 30 sent",
                f"/messages/{sent}?attempts=every": "28 of 30 sent",
                "/channels": "Town 29",
            },
            asked.link,
        )


def delivered(web: Web) -> str:
    """Arrived everywhere at the first attempt, but on one channel; on another nobody knows."""
    message = acting.released(web, acting.drafted(web))
    for one in web.desk.channels[2:]:
        acting.settle(web, message, one.name, DeliveryState.SENT, url="https://social.example/1")
    acting.settle(web, message, "town-0", DeliveryState.FAILED, reason=Reason.CREDENTIAL)
    acting.settle(web, message, "town-1", DeliveryState.UNCERTAIN, reason=Reason.UNREACHABLE)
    return message


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail address").fill("officer@northbrae.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_thirty_channels_shut_nobody_out(
    pages: tuple[str, dict[str, str], str], browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    base, shown, link = pages
    page = phone(browser, scheme=scheme, size=SMALL).new_page()
    page.goto(base + link)
    page.get_by_text("All 30 channels that get these words").click()
    expect(page.get_by_text("@town29@social.example")).to_be_visible()
    assert violations(page) + sideways(page) == []
    sign_in(page, base)
    for path, says in shown.items():
        page.goto(base + path)
        assert says in page.locator("main").inner_text(), path
        assert violations(page) + sideways(page) == [], path


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_whoever_signs_sees_the_words_and_not_a_list_of_channels(
    pages: tuple[str, dict[str, str], str], browser: Browser, script: bool
) -> None:
    base, _, link = pages
    page = phone(browser, script=script).new_page()
    page.goto(base + link)
    expect(page.get_by_text("@town2@social.example").first).to_be_visible()
    expect(page.get_by_text("and 27 more")).to_be_visible()
    expect(page.get_by_text("@town29@social.example")).to_be_hidden()
    words = page.get_by_text("Travel only if you")
    expect(words).to_be_in_viewport(ratio=1)
