"""Checks 1 to 16 of the scoring sheet: the duty officer writes, and loses nothing."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from console import incident_types, places
from console.domain.message import Kind
from console.settings import ROOT
from console.store.people import SignInRow
from console.wording_proofs import OPENING, Setting, words
from tests.scoring.conftest import Measured
from tests.scoring.hand import (
    Hand,
    check_texts,
    fill_sign_in,
    hand,
    heading,
    new_incident,
    sign_in,
    write_snow,
)
from tests.scoring.town import Town
from tests.scoring.walk import Walk, walk

NEW = "/incidents/new/snow-ice"
ROUTES = "the A9 from Milton, & “Mill Lane” <20 t ŵ"
"""With everything that a form, a page or an encoding may lose."""
OVER, SEEN = {"over", "again", "back"}, 7
"""What says that it is over, and how many words a locked screen has room for."""


@pytest.fixture(scope="module")
def walked(browser: Browser, town: Town) -> Walk:
    return walk(browser, town)


@pytest.fixture(scope="module")
def officer(browser: Browser, town: Town) -> Iterator[Hand]:
    """Signed in, with script."""
    with hand(browser) as found:
        sign_in(found.page, town, "duty officer")
        yield found


@pytest.fixture
def page(officer: Hand, town: Town) -> Page:
    officer.page.goto(f"{town.base}{NEW}")
    return officer.page


def test_01_home_to_preview_in_two_page_loads(walked: Walk, measured: Measured) -> None:
    """Home → preview in at most two page loads."""
    measured(f"{walked.loads_to_preview} loads")
    assert 1 <= walked.loads_to_preview <= 2


def test_02_a_snow_message_takes_few_taps_and_keystrokes(walked: Walk, measured: Measured) -> None:
    """A snow message is sent for approval in at most 30 taps and 80 keystrokes."""
    measured(f"{walked.taps} taps, {walked.keys} keystrokes")
    assert walked.taps <= 30
    assert walked.keys <= 80


def test_03_the_whole_journey_takes_a_minute_and_a_half_at_most(
    walked: Walk, measured: Measured
) -> None:
    """From the first page to all channels sent in at most 90 s, the approval scripted."""
    measured(f"{walked.seconds:.0f} s at 256 kbit/s and 400 ms")
    assert walked.seconds <= 90


def test_04_the_whole_journey_passes_without_script(
    browser: Browser, town: Town, measured: Measured
) -> None:
    """The whole journey passes with script off."""
    title = "Snow without script"
    with hand(browser, script=False) as writes, hand(browser, script=False) as signs:
        sign_in(writes.page, town, "duty officer")
        new_incident(writes.page).click()
        write_snow(writes.page, title)
        check_texts(writes.page)
        writes.page.get_by_role("button", name="Send for approval").click()
        expect(heading(writes.page)).to_contain_text("Waiting for approval")
        signs.page.goto(town.link(title))
        pin = town.demo.user("approver")["pin"]
        signs.page.get_by_label("Your sign-off PIN").first.fill(pin)
        signs.page.locator("#approve-button").click()
        expect(heading(signs.page)).to_contain_text("Publish")
        expect(heading(writes.page)).to_contain_text("5 of 5 sent")
    measured("5 of 5 channels sent")


def test_05_the_preview_is_what_every_network_was_given(walked: Walk, measured: Measured) -> None:
    """The preview's text equals the payload received, byte for byte."""
    sent = dict(walked.sent)
    # A mail ends with a line break: https://www.rfc-editor.org/rfc/rfc5321#section-2.3.8
    sent["residents-email"] = sent["residents-email"].removesuffix("\n")
    for channel, payload in sent.items():
        assert payload.encode() == walked.shown[channel].encode(), channel
    measured(f"{len(sent)} networks, {sum(len(one.encode()) for one in sent.values()):,} bytes")


def test_06_a_missing_place_time_or_next_update_is_named(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """A missing place, time or next update blocks the preview, naming the field."""
    named = {
        "snow-ice": ("Where", "Next update by"),
        "late-opening": ("Which schools open late", "On which day", "Next update by"),
        "severe-wind": ("Where", "From", "Next update by"),
    }
    for type_, labels in named.items():
        officer.page.goto(f"{town.base}/incidents/new/{type_}")
        check_texts(officer.page)
        summary = officer.page.locator(".govuk-error-summary")
        for label in labels:
            expect(summary).to_contain_text(f"Fill in “{label}”")
        assert officer.page.url.endswith(type_)
    measured(f"{sum(map(len, named.values()))} fields of {len(named)} types named")


def test_07_an_unfilled_placeholder_is_not_sent(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """An unfilled placeholder blocks the sending for approval."""
    left = ("[road]", "XX", "TBC")
    for gap in left:
        id_ = town.drafted(f"A gap {gap}", f"Ice on {gap}. Stay at home.")
        officer.page.goto(f"{town.base}/messages/{id_}/check")
        with officer.page.expect_navigation():  # the summary may stand there before it, too
            officer.page.get_by_role("button", name="Send for approval").click()
        expect(officer.page.locator(".govuk-error-summary")).to_contain_text(gap)
        assert town.state(id_) == "draft"
    measured(f"{', '.join(left)} named")


def test_08_schools_of_one_name_show_their_towns(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """Two schools of the same name show differing towns."""
    officer.page.goto(f"{town.base}/incidents/new/school-closures")
    same = officer.page.get_by_label(re.compile("^Burnside Primary School"))
    labels = {str(one.evaluate("one => one.labels[0].textContent")) for one in same.all()}
    measured("; ".join(sorted(" ".join(one.split()) for one in labels)))
    assert len(labels) >= 2


def test_09_more_than_half_is_read_back_and_counted(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """The read-back shows “n of N”; more than half leads to a page that interrupts."""
    id_, total = town.closures(), len(town.schools())
    officer.page.goto(f"{town.base}/messages/{id_}/check")
    read_back = f"{total // 2 + 1} of {total}"
    expect(officer.page.locator("[aria-labelledby=read-back]")).to_contain_text(read_back)
    officer.page.get_by_role("button", name="Send for approval").click()
    expect(heading(officer.page)).to_contain_text(f"{read_back} schools closed")
    expect(officer.page.get_by_label("How many schools")).to_be_visible()
    assert town.state(id_) == "draft"
    measured(f"{read_back} schools")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_10_pressing_twice_is_one_request(
    browser: Browser, town: Town, script: bool, measured: Measured
) -> None:
    """A double submit makes one request and one entry of the record."""
    title = f"Pressed twice, script {script}"
    with hand(browser, script=script) as officer:
        sign_in(officer.page, town, "duty officer")
        id_ = town.drafted(title, f"{title}. Stay at home.")
        officer.page.goto(f"{town.base}/messages/{id_}/check")
        officer.page.get_by_role("button", name="Send for approval").dblclick()
        expect(heading(officer.page)).to_contain_text("Waiting for approval")
    town.link(title)
    assert len(town.entries(id_, "message sent for approval")) == 1
    assert len(town.mails(title, "approver@northbrae.example")) == 1
    measured("1 request for sign-off, 1 entry")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_11_a_session_that_ended_keeps_every_character(
    browser: Browser, town: Town, script: bool, measured: Measured
) -> None:
    """The session ended mid-draft: after the sign-in every character is there."""
    with hand(browser, script=script) as officer:
        sign_in(officer.page, town, "duty officer")
        officer.page.goto(f"{town.base}{NEW}")
        write_snow(officer.page, "Kept through the sign-in", ROUTES)
        with town.sessions.begin() as db:
            newest = db.query(SignInRow).order_by(SignInRow.created_at.desc()).first()
            assert newest
            newest.expires_at = datetime.now(UTC)
        check_texts(officer.page)
        user = town.demo.user("duty officer")
        fill_sign_in(officer.page, user["email"], user["password"])
        officer.page.get_by_role("button", name="Carry on").click()
        expect(heading(officer.page)).to_contain_text("Check the texts")
        expect(officer.page.locator("main")).to_contain_text(f"We are gritting {ROUTES}.")
    measured(f"{len(ROUTES)} of {len(ROUTES)} characters of the free field")


def test_12_a_bad_token_returns_the_form(browser: Browser, town: Town, measured: Measured) -> None:
    """A bad CSRF token: the form returns, the text intact."""
    with hand(browser) as officer:
        sign_in(officer.page, town, "duty officer")
        officer.page.goto(f"{town.base}{NEW}")
        write_snow(officer.page, "A bad token", ROUTES)
        officer.page.evaluate(
            "document.querySelectorAll('[name=csrf_token]').forEach(one => one.value = 'bad')"
        )
        check_texts(officer.page)
        expect(heading(officer.page)).to_have_text("Press once more")
        officer.page.get_by_role("button", name="Carry on").click()
        expect(officer.page.locator("main")).to_contain_text(f"We are gritting {ROUTES}.")
    measured("one more press")


def test_13_a_killed_tab_is_restored(browser: Browser, town: Town, measured: Measured) -> None:
    """A killed tab: the draft is restored, at most 10 s old."""
    with hand(browser) as officer:
        sign_in(officer.page, town, "duty officer")
        officer.page.goto(f"{town.base}{NEW}")
        write_snow(officer.page, "Killed", ROUTES)
        typed = time.time()
        expect(officer.page.get_by_text("Kept for you at")).to_be_visible()
        # By the browser's clock: looking for the words once a second would add to it.
        sent = [one for one in officer.requests if one.url.endswith("/keep")][-1]
        age = sent.timing["startTime"] / 1000 - typed
        officer.page.close()
        fresh = officer.page.context.new_page()
        fresh.goto(town.base)
        note = fresh.locator(".skellat-kept").filter(has_text="Killed")
        note.get_by_role("button", name="Go on with it").click()
        expect(fresh.get_by_label("Roads we are gritting")).to_have_value(ROUTES)
        expect(fresh.get_by_label("Heavy snow")).to_be_checked()
    measured(f"kept {age:.1f} s after the last key")
    assert age <= 11  # ten, and a moment


def test_14_offline_it_says_not_sent(
    officer: Hand, page: Page, town: Town, measured: Measured
) -> None:
    """An offline submit says “not sent”."""
    write_snow(page, "No signal", ROUTES)
    officer.page.context.set_offline(True)
    check_texts(page)
    expect(page.locator("#not-sent")).to_contain_text("Not sent.")
    expect(page.get_by_label("Roads we are gritting")).to_have_value(ROUTES)
    officer.page.context.set_offline(False)
    measured("“Not sent.”, everything still there")


def test_15_a_correction_is_two_loads_away(
    officer: Hand, town: Town, walked: Walk, measured: Measured
) -> None:
    """From what was sent to the preview of its correction in at most two loads, prefilled."""
    page = officer.page
    page.goto(f"{town.base}/messages/{walked.message}")
    officer.loads.clear()
    page.get_by_role("button", name="Correct it").click()
    page.get_by_label("What our message was wrong about").fill("the area")
    page.get_by_label("What is right").fill("It is Kirkbrae")
    check_texts(page)
    expect(page.get_by_role("heading", name="Old and new")).to_be_visible()
    loads = len(officer.loads)
    expect(page.locator(".skellat-beside").first).to_contain_text("Inverbrae")
    measured(f"{loads} loads, 2 fields to fill in")
    assert 1 <= loads <= 2


def test_16_an_all_clear_never_begins_as_its_alert(town: Town, measured: Measured) -> None:
    """An all clear never begins with the words of danger that its alert began with."""
    source, link = town.known.council.name, "https://alerts.northbrae.example/public/abc"
    known = places.load(town.known.config / "places")
    types = incident_types.load(ROOT / "templates" / "incidents", known)
    setting = Setting(source, link, datetime.now(town.known.zone), known, ())
    said = {(type_.slug, kind): texts for type_, kind, texts in words(types, setting)}
    for slug in types:
        alerts = [_bare(text, source) for text in said[slug, Kind.ALERT].values()]
        for text in said[slug, Kind.ALL_CLEAR].values():
            clear = _bare(text, source)
            assert not any(" ".join(one[:OPENING]) in " ".join(clear) for one in alerts), text
            if clear[:2] in [one[:2] for one in alerts]:  # of the same road, or account
                assert OVER & {*clear[:SEEN]}, text
    measured(f"{len(types)} types")


def _bare(text: str, source: str) -> list[str]:
    """The words after the council's name and the time, as a locked screen begins with them."""
    said = text.removeprefix(source).lstrip(",: ").lower()
    said = re.sub(r"^(as at )?\d\d:\d\d(, \w+ \d+ \w+)?[:,]? ", "", said)
    return [one.strip(".,:;") for one in said.split()]
