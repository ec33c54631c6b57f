"""One person's hand on a telephone: counts taps, keystrokes and page loads; and a slow line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, Request

from tests.journeys.browser import PHONE, phone
from tests.scoring.town import PASSWORD, Town

BITS, LATENCY_MS = 256_000, 400


@dataclass
class Hand:
    page: Page
    taps: int = 0
    keys: int = 0
    loads: list[str] = field(default_factory=list)
    """The path of every page that was shown."""
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("framenavigated", self._note)
        self.page.on("request", lambda one: self.requests.append(one))

    def _note(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.loads.append(urlsplit(frame.url).path)

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def type(self, where: Locator, words: str) -> None:
        """One tap into the field, then key by key."""
        self.tap(where)
        self.keys += len(words)
        where.press_sequentially(words)

    def strangers(self, base: str) -> list[str]:
        """Addresses that were asked for and are not the console's own."""
        ours = urlsplit(base).netloc
        asked = [urlsplit(one.url) for one in self.requests]
        return [one.geturl() for one in asked if one.netloc != ours and one.scheme != "data"]


@contextmanager
def hand(
    browser: Browser,
    *,
    script: bool = True,
    size: tuple[int, int] = PHONE,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Hand]:
    context = phone(browser, script=script, size=size, scheme=scheme)
    context.set_default_timeout(60_000)
    yield Hand(context.new_page())
    context.close()


def sign_in(page: Page, town: Town, who: str) -> None:
    """``who`` is a role of the demo, or the address of one of the two who were added."""
    known = {"email": who, "password": PASSWORD} if "@" in who else town.demo.user(who)
    page.goto(f"{town.base}/sign-in")
    fill_sign_in(page, known["email"], known["password"])
    page.wait_for_url(f"{town.base}/")


def fill_sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def slow_down(context: BrowserContext, page: Page) -> None:
    """256 kbit/s and 400 ms, as on one bar:
    https://chromedevtools.github.io/devtools-protocol/tot/Network/#method-emulateNetworkConditions
    """
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    a_second = BITS // 8
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": a_second,
            "uploadThroughput": a_second,
        },
    )


def new_incident(page: Page) -> Locator:
    """On the first page: the way to a message about snow and ice."""
    return page.locator('a[href="/incidents/new/snow-ice"]')


def write_snow(page: Page, title: str, routes: str = "") -> None:
    """Fills in the facts of a snow message in the form that is open."""
    page.get_by_label("Title").fill(title)
    for answer in ("Heavy snow", "Inverbrae", "Some roads are blocked"):
        page.get_by_label(answer).check()
    page.get_by_label("Roads we are gritting").fill(routes)
    page.get_by_label("Next update by").fill("23:59")


def check_texts(page: Page) -> None:
    page.get_by_role("button", name="Check the texts").click()


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)
