"""Opens every page on a small screen and notes what would shut somebody out of it."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.shut_out import RULES, SMALL
from tests.scoring.hand import Hand, hand, sign_in
from tests.scoring.pages import Place
from tests.scoring.town import Town

_PRIMARY = 44
_LOW = """least => [...document.querySelectorAll(".govuk-button")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < least)
  .map(one => one.innerText)"""
_DARK = """rules => axe.run({runOnly: {type: "rule", values: rules}})
  .then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"""
_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that a colour scheme can break; the others are the same in both."""


@dataclass
class Visited:
    pages: int = 0
    refused: list[str] = field(default_factory=list)
    """Those that said that there is no such thing."""
    violations: dict[str, list[str]] = field(default_factory=dict)
    sideways: dict[str, int] = field(default_factory=dict)
    low: dict[str, list[str]] = field(default_factory=dict)
    """Buttons lower than 44 px."""
    links: int = 0
    """Links of error summaries that were followed."""
    lost: list[str] = field(default_factory=list)
    """Those that did not lead to their field, and titles that do not begin with "Error:"."""
    strangers: list[str] = field(default_factory=list)
    """Addresses of others that a page asked for."""


def visit(browser: Browser, town: Town, places: list[Place]) -> Visited:
    found = Visited()
    with ExitStack() as open_:
        hands: dict[str, Hand] = {}
        for place in places:
            if place.who not in hands:
                hands[place.who] = open_.enter_context(hand(browser, size=SMALL))
                if place.who:
                    sign_in(hands[place.who].page, town, place.who)
            _look(hands[place.who].page, town, place, found)
        found.strangers = [one for each in hands.values() for one in each.strangers(town.base)]
    return found


def _look(page: Page, town: Town, place: Place, found: Visited) -> None:
    answer = page.goto(town.base + place.path)
    assert answer, place
    assert answer.status < 500, place
    if answer.status >= 400:
        found.refused.append(place.path)
    note(page, place.path, found)


def note(page: Page, name: str, found: Visited) -> None:
    """Everything about the page as it stands now, in light colours and in dark ones."""
    found.pages += 1
    if wrong := [*violations(page), *_in_the_dark(page)]:
        found.violations[name] = wrong
    if (width := page.evaluate("document.documentElement.scrollWidth")) > SMALL[0]:
        found.sideways[name] = width
    if low := page.evaluate(_LOW, _PRIMARY):
        found.low[name] = low


def violations(page: Page) -> list[str]:
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": []}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def _in_the_dark(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found: list[str] = page.evaluate(_DARK, _COLOURS)
    page.emulate_media(color_scheme="light")
    return [f"dark: {one}" for one in found]
