"""What would shut somebody out of a page: what axe-core finds, and what scrolls sideways."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SMALL = (320, 640)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2 AA, as axe-core names it."""


def violations(page: Page) -> list[str]:
    """Each rule that is broken, and the first place where it is. It needs script."""
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def sideways(page: Page) -> list[str]:
    """Empty where nothing sticks out at the side."""
    width, shown = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"sideways: {width} of {shown} pixels"] if width > shown else []
