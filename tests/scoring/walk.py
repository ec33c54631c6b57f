"""The officer's whole walk on one bar of signal, once: what it took, and what went out."""

import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, expect

from tests.scoring.hand import Hand, hand, heading, new_incident, sign_in, slow_down
from tests.scoring.town import Town

TITLE = "Snow at five in the morning"
PAYLOADS = {
    "mastodon": "mastodon",
    "bluesky": "bluesky",
    "residents-email": "smtp",
    "radio": "webhook",
}
"""Channel -> the network of the practice log."""


@dataclass
class Walk:
    message: str = ""
    loads_to_preview: int = 0
    taps: int = 0
    """From the first page to the sending for approval."""
    keys: int = 0
    seconds: float = 0.0
    """From asking for the first page to the board that says that everything is sent."""
    shown: dict[str, str] = field(default_factory=dict)
    """Channel -> the text on the page that checks the texts, as it stands in the document."""
    sent: dict[str, str] = field(default_factory=dict)
    """Channel -> what its network was given."""
    strangers: list[str] = field(default_factory=list)


def walk(browser: Browser, town: Town) -> Walk:
    with hand(browser) as officer:
        sign_in(officer.page, town, "duty officer")
        slow_down(officer.page.context, officer.page)
        begun = time.monotonic()
        found = _to_approval(officer, town)
        town.sign(town.link(TITLE))
        expect(heading(officer.page)).to_contain_text("5 of 5 sent")
        found.seconds = time.monotonic() - begun
        found.sent = _given(town, found.shown)
        found.strangers = officer.strangers(town.base)
        return found


def _to_approval(officer: Hand, town: Town) -> Walk:
    page, found = officer.page, Walk()
    page.goto(town.base)
    officer.loads.clear()
    officer.tap(new_incident(page))
    officer.type(page.get_by_label("Title"), TITLE)
    for answer in ("Heavy snow", "Inverbrae", "Some roads are blocked"):
        officer.tap(page.get_by_label(answer))
    officer.type(page.get_by_label("Next update by"), "23:59")
    officer.tap(page.get_by_role("button", name="Check the texts"))
    expect(heading(page)).to_contain_text("Check the texts")
    found.loads_to_preview = len(officer.loads)
    for card in page.locator(".skellat-card").all():
        words = card.locator(".skellat-words").first.text_content() or ""
        for channel in card.locator("[id^=channel-]").all():
            found.shown[str(channel.get_attribute("id")).removeprefix("channel-")] = words
    officer.tap(page.get_by_role("button", name="Send for approval"))
    expect(heading(page)).to_contain_text("Waiting for approval")
    found.message = page.url.rpartition("/")[2]
    found.taps, found.keys = officer.taps, officer.keys
    return found


def _given(town: Town, shown: dict[str, str]) -> dict[str, str]:
    # Its link, which no other incident's posts have.
    link = next(word for word in shown["mastodon"].split() if "/public/" in word)
    posts = {one["network"]: one["text"] for one in town.posts(link)}
    return {channel: posts[network] for channel, network in PAYLOADS.items()}
