"""A real Chromium for journeys: one phone, with or without script, light or dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.real.demo import Demo
from tests.real.needs import needs

PHONE, DESK = (360, 740), (1280, 900)
_OPTIONS = [
    "--no-sandbox",  # tests may run as root, in CI they do
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    path = needs("chromium", "apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=_OPTIONS)
        yield browser
        browser.close()


def phone(
    browser: Browser,
    *,
    script: bool = True,
    scheme: Literal["light", "dark"] = "light",
    size: tuple[int, int] = PHONE,
) -> BrowserContext:
    width, height = size
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=script,
        has_touch=size == PHONE,
    )


def sign_in(page: Page, demo: Demo, role: str) -> None:
    user = demo.user(role)
    page.goto(demo.base)
    page.get_by_label("E-mail address").fill(user["email"])
    page.get_by_label("Password", exact=True).fill(user["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{demo.base}/")


def picture(path: Path) -> Path:
    """A small picture of snow."""
    from PIL import Image

    image = Image.new("RGB", (640, 400), "#dfe9ef")
    image.paste((90, 100, 110), (0, 260, 640, 400))
    image.save(path, "JPEG")
    return path
