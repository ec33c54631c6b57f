"""Checks 34 to 40 of the scoring sheet: nobody is shut out, and little is loaded."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_access import SMALL
from tests.scoring.conftest import Measured
from tests.scoring.hand import Hand, check_texts, hand, heading, new_incident, sign_in
from tests.scoring.keyboard import Keyboard
from tests.scoring.pages import places
from tests.scoring.town import Town
from tests.scoring.visits import Visited, note, visit
from tests.scoring.weight import weigh

HEARD = """addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll("[role=status], [role=alert], [aria-live]"))
    new MutationObserver(() => one.textContent.trim() && heard(one.textContent.trim()))
      .observe(one, {childList: true, characterData: true, subtree: true});
})"""
WELSH = "Gwres mawr yn Inverbrae. Yfwch ddŵr."


@pytest.fixture(scope="module")
def officer(browser: Browser, town: Town) -> Iterator[Hand]:
    with hand(browser, size=SMALL) as found:
        sign_in(found.page, town, "duty officer")
        yield found


@pytest.fixture(scope="module")
def visited(browser: Browser, town: Town) -> Visited:
    return visit(browser, town, places(town))


@pytest.fixture(scope="module")
def faulty(officer: Hand, town: Town) -> Visited:
    """Forms that came back with what is wrong with them."""
    found, page = Visited(), officer.page
    for path, button in {
        "/incidents/new/snow-ice": "Check the texts",
        "/exercise/incidents/new/school-closures": "Check the texts",
        "/incidents/new?chosen=": "",
        f"/messages/{town.closures()}/count": "Send for approval",
        "/channels/hold": "Hold all",
    }.items():
        page.goto(town.base + path)
        if button:
            with page.expect_navigation():
                page.get_by_role("button", name=button, exact=True).click()
        _summary(page, found)
        note(page, f"{path}, with errors", found)
    return found


def _summary(page: Page, found: Visited) -> None:
    """Notes what is wrong with the error summary; follows each of its links."""
    if not page.title().startswith("Error: "):
        found.lost.append(f"{page.url}: {page.title()}")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    for link in page.locator(".govuk-error-summary a").all():
        link.click()
        target = str(link.get_attribute("href")).removeprefix("#")
        found.links += 1
        if page.evaluate("document.activeElement.id") != target:
            found.lost.append(f"{page.url}: {target}")


def test_34_axe_finds_nothing_on_any_page(
    visited: Visited, faulty: Visited, measured: Measured
) -> None:
    """axe (WCAG 2.0, 2.1, 2.2, A and AA): no violation on any page, state, colour scheme."""
    wrong = visited.violations | faulty.violations
    pages = visited.pages + faulty.pages
    measured(
        f"{len(wrong)} of {pages} pages, light and dark, have violations; {len(visited.refused)} "
        "of them say that there is no such thing"
    )
    assert wrong == {}


def test_35_errors_are_found_at_once(faulty: Visited, measured: Measured) -> None:
    """The error summary has the focus, its links lead to the fields, the title begins “Error:”."""
    measured(f"{faulty.pages} forms, {faulty.links} links")
    assert faulty.links >= faulty.pages
    assert faulty.lost == []


def test_36_the_journey_by_keyboard_alone(browser: Browser, town: Town, measured: Measured) -> None:
    """The full journey by keyboard; the focus is visible and not covered."""
    title = "By keyboard"
    with hand(browser) as writes, hand(browser) as signs:
        sign_in(writes.page, town, "duty officer")
        page, keys = writes.page, Keyboard(writes.page)
        keys.use(new_incident(page))
        page.wait_for_url("**/incidents/new/snow-ice")
        keys.type(page.get_by_label("Title"), title)
        keys.choose(page.get_by_label("Snow", exact=True), page.get_by_label("Heavy snow"))
        keys.use(page.get_by_label("Inverbrae"), "Space")
        blocked = page.get_by_label("Some roads are blocked")
        keys.choose(page.get_by_label("Roads and pavements are slippery"), blocked)
        keys.type(page.get_by_label("Next update by"), "23:59")
        keys.use(page.get_by_role("button", name="Check the texts"))
        expect(heading(page)).to_contain_text("Check the texts")
        keys.use(page.get_by_role("button", name="Send for approval"))
        expect(heading(page)).to_contain_text("Waiting for approval")
        signs.page.goto(town.link(title))
        approves = Keyboard(signs.page)
        pin = signs.page.get_by_label("Your sign-off PIN").first
        approves.type(pin, str(town.demo.user("approver")["pin"]))
        approves.use(signs.page.locator("#approve-button"))
        expect(heading(signs.page)).to_contain_text("Publish")
        expect(heading(page)).to_contain_text("5 of 5 sent")
    both = (keys, approves)
    measured(f"{sum(k.presses for k in both)} keys, {sum(k.stops for k in both)} stops looked at")
    assert [one for k in both for one in k.unseen] == []
    assert [one for k in both for one in k.covered] == []


def test_37_nothing_sticks_out_and_everything_can_be_hit(
    visited: Visited, measured: Measured
) -> None:
    """320 px, which is 400% of 1280: no sideways scrolling; targets ≥24 px, buttons ≥44."""
    too_small = [
        one for found in visited.violations.values() for one in found if "target-size" in one
    ]
    measured(f"{visited.pages} pages at {SMALL[0]} px")
    assert visited.sideways == {}
    assert too_small == []
    assert visited.low == {}


def test_38_little_is_loaded_and_nothing_from_others(
    browser: Browser, town: Town, visited: Visited, measured: Measured
) -> None:
    """Cold ≤60 kB, warm ≤30 kB; no third-party request."""
    sent, waits = town.sent("Weighed", "Weighed."), town.submitted("Weighed, waits", "Waits.")
    link = town.link("Weighed, waits").removeprefix(town.base)
    pages = {
        "/": "duty officer",
        "/incidents/new/snow-ice": "duty officer",
        "/incidents/new/school-closures": "duty officer",
        f"/messages/{town.drafted('Weighed, draft', 'A draft.')}/check": "duty officer",
        f"/messages/{sent}": "duty officer",
        f"/messages/{waits}": "duty officer",
        link: "",
        f"/incidents/{town.message(sent)['incident']}/record": "auditor",
    }
    found = {path: weigh(browser, town, who, path) for path, who in pages.items()}
    cold, warm = max(one.cold for one in found.values()), max(one.warm for one in found.values())
    slowest = max(one.seconds for one in found.values())
    measured(
        f"at most {cold / 1000:.0f} kB cold ({slowest:.1f} s at 256 kbit/s), {warm / 1000:.0f} kB "
        f"warm, of {len(found)} pages; none from others on {visited.pages} pages"
    )
    assert cold <= 60_000
    assert warm <= 30_000
    assert visited.strangers == []


def test_39_a_change_is_said_once(browser: Browser, town: Town, measured: Measured) -> None:
    """A change of state is said once, in a live region."""
    said: list[str] = []
    town.fault("mastodon", "slow", seconds=6)
    id_ = town.submitted("Said once", "Said once. Stay at home.")
    with hand(browser) as listens:
        page = listens.page
        page.expose_function("heard", lambda words: said.append(words))
        page.add_init_script(HEARD)
        sign_in(page, town, "duty officer")
        page.goto(f"{town.base}/messages/{id_}")
        town.sign(town.link("Said once"))
        expect(heading(page)).to_contain_text("5 of 5 sent")
        page.wait_for_timeout(3000)
    measured(" → ".join(f"“{one}”" for one in said))
    assert said
    assert said[-1].startswith("5 of 5 sent")
    assert len(said) == len(set(said))


def test_40_welsh_is_marked_and_may_be_demanded(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """Welsh text carries `lang`, is not autocorrected, and blocks where policy demands it."""
    page = officer.page
    page.goto(f"{town.base}/incidents/new/heat")
    field = page.get_by_label("Text in Welsh")
    for name, value in (("lang", "cy"), ("autocorrect", "off"), ("spellcheck", "false")):
        assert field.get_attribute(name) == value
    page.get_by_label("Title").fill("Heat in two languages")
    page.get_by_label("Yellow").check()
    page.get_by_label("Inverbrae").check()
    page.get_by_label("Until", exact=True).fill("23:58")
    page.get_by_label("Next update by").fill("23:59")
    check_texts(page)
    expect(heading(page)).to_contain_text("Check the texts")
    page.get_by_role("button", name="Send for approval").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Welsh")
    page.get_by_role("link", name="Change the facts").first.click()
    page.get_by_label("Headline in Welsh").fill("Gwres mawr")
    page.get_by_label("Text in Welsh").fill(WELSH)
    check_texts(page)
    expect(page.locator(".skellat-words[lang=cy]").first).to_contain_text(WELSH)
    page.get_by_role("button", name="Send for approval").click()
    expect(heading(page)).to_contain_text("Waiting for approval")
    page.goto(town.link("Heat in two languages"))
    expect(page.locator(".sign-off__text[lang=cy]").first).to_contain_text(WELSH)
    measured("blocked without, `lang=cy` on form, preview and sign-off")
