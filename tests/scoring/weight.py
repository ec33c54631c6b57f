"""What a page weighs on the wire, as the browser itself counts it, and how long it takes."""

import time
from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.scoring.hand import Hand, hand, sign_in, slow_down
from tests.scoring.town import Town


@dataclass(frozen=True)
class Weight:
    """Bytes, heads included."""

    cold: int
    warm: int
    seconds: float
    """Until all of it is there, the first time, at 256 kbit/s and 400 ms."""


def weigh(browser: Browser, town: Town, who: str, path: str) -> Weight:
    """In a browser that has never been here, and then once more."""
    with hand(browser) as signed:
        if who:
            sign_in(signed.page, town, who)
        kept = signed.page.context.cookies()
    with hand(browser) as fresh:
        fresh.page.context.add_cookies([{**one} for one in kept])  # type: ignore[typeddict-item]
        slow_down(fresh.page.context, fresh.page)
        cold, seconds = _loaded(fresh, town.base + path)
        return Weight(cold, _loaded(fresh, town.base + path)[0], seconds)


def _loaded(by: Hand, address: str) -> tuple[int, float]:
    """Bytes, and seconds until the page is there."""
    devtools = by.page.context.new_cdp_session(by.page)
    devtools.send("Network.enable")
    octets: list[int] = []
    devtools.on("Network.loadingFinished", lambda one: octets.append(one["encodedDataLength"]))
    begun = time.monotonic()
    by.page.goto(address, wait_until="load")
    seconds = time.monotonic() - begun
    by.page.wait_for_timeout(500)  # for what a script asks for once it runs
    devtools.detach()
    return sum(map(int, octets)), seconds
