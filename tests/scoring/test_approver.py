"""Checks 17 to 25 of the scoring sheet: the approver decides, and nobody and nothing else does."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from tests.scoring.conftest import Measured
from tests.scoring.hand import hand, heading, sign_in
from tests.scoring.town import BOTH, PIN, SECOND, Town

SECONDS = 30
TIMES = 10


@dataclass(frozen=True)
class Waiting:
    """A message that waits for its sign-off, opened on the approver's telephone and left alone."""

    message: str
    link: str
    page: Page
    since: float


@pytest.fixture(scope="module")
def waiting(browser: Browser, town: Town) -> Iterator[Waiting]:
    title = "Waits for a decision"
    message = town.submitted(title, f"{title}. Snow on Glen Road. Stay at home.")
    with hand(browser) as approver:
        approver.page.goto(town.link(title))
        yield Waiting(message, town.link(title), approver.page, time.monotonic())


def test_17_looking_at_the_link_changes_nothing(
    town: Town, waiting: Waiting, measured: Measured
) -> None:
    """GET, HEAD, OPTIONS ten times each: the state is unchanged."""
    before = _state(town, waiting.message)
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(TIMES):
            assert requests.request(method, waiting.link, timeout=60).status_code == 200
    assert _state(town, waiting.message) == before
    measured(f"{3 * TIMES} requests, nothing changed")


def test_19_the_page_needs_no_cookie(
    browser: Browser, town: Town, waiting: Waiting, measured: Measured
) -> None:
    """The page works without cookies until the POST."""
    with hand(browser) as approver:
        approver.page.goto(waiting.link)
        expect(approver.page.get_by_text("Stay at home.").first).to_be_visible()
        assert approver.page.context.cookies() == []
        sent = approver.page.request.get(waiting.link, headers={"Cookie": ""})
        assert "set-cookie" not in sent.headers
    measured("no cookie set")


def test_20_message_and_button_are_in_sight(waiting: Waiting, measured: Measured) -> None:
    """The message and the approve button are within 1.5 screens at 360 px."""
    screen = 740
    ends = {}
    for name in (".sign-off__text", "#approve-button"):
        box = waiting.page.locator(name).first.bounding_box()
        assert box
        ends[name] = box["y"] + box["height"]
    measured(f"the button ends at {max(ends.values()) / screen:.2f} screens")
    assert max(ends.values()) <= 1.5 * screen


def test_21_an_edited_draft_voids_the_older_link_with_a_diff(
    browser: Browser, town: Town, measured: Measured
) -> None:
    """An edited draft voids the older link, and shows what changed."""
    title = "Edited meanwhile"
    id_ = town.submitted(title, f"{title}. Snow on Glen Road.")
    older = town.link(title, SECOND)
    with hand(browser) as approver, hand(browser) as officer:
        page = approver.page
        page.goto(town.link(title))
        page.get_by_text("Send back to be changed").click()
        form = page.locator("details", has_text="Send back to be changed")
        form.get_by_label("Your reason").fill("Which road?")
        pin = town.demo.user("approver")["pin"]
        form.get_by_label("Your sign-off PIN", exact=True).fill(pin)
        form.get_by_role("button", name="Send back").click()
        expect(heading(page)).to_contain_text(re.compile("back", re.I))
        sign_in(officer.page, town, "duty officer")
        officer.page.goto(f"{town.base}/messages/{id_}/edit")
        officer.page.get_by_label("Your own words").fill(f"{title}. Snow on Mill Road.")
        officer.page.get_by_role("button", name="Check the texts").click()
        officer.page.get_by_role("button", name="Send for approval").click()
        expect(heading(officer.page)).to_contain_text("Waiting for approval")
        page.goto(older)
        assert page.locator("#approve-button").count() == 0
        expect(page.locator("del").first).to_contain_text("Glen")
        expect(page.locator("ins").first).to_contain_text("Mill")
    assert town.state(id_) == "awaiting approval"
    measured("the older link decides nothing, and shows old and new")


def test_22_the_second_approver_sees_the_outcome(
    browser: Browser, town: Town, measured: Measured
) -> None:
    """The second approver sees the outcome, not an error."""
    title = "Signed by the first"
    town.sent(title, f"{title}. Stay at home.")
    with hand(browser) as second:
        answer = second.page.goto(town.link(title, SECOND))
        assert answer
        assert answer.status == 200
        expect(heading(second.page)).to_contain_text("Published to 5 channels")
        expect(second.page.locator("main")).to_contain_text("Demo approver signed these words")
    measured("200, “Published to 5 channels”")


def test_23_an_expired_link_says_whom_to_phone(
    browser: Browser, town: Town, measured: Measured
) -> None:
    """An expired link explains itself, and names whom to phone."""
    title = "Nobody signed"
    id_ = town.submitted(title, f"{title}. Stay at home.")
    link, past = town.link(title), datetime.now(UTC) - timedelta(seconds=1)
    with town.sessions.begin() as db:
        db.query(MessageRow).filter_by(id=id_).update({"approve_by": past})
        db.query(ApprovalRow).filter_by(message_id=id_).update({"approve_by": past})
    with hand(browser) as approver:
        approver.page.goto(link)
        main = approver.page.locator("main")
        expect(main).to_contain_text(town.known.council.phone)
        assert approver.page.locator("#approve-button").count() == 0
        said = heading(approver.page).inner_text()
    measured(f"“{said}”, {town.known.council.phone}")


def test_24_who_drafted_it_signs_an_exercise_and_nothing_actual(
    browser: Browser, town: Town, measured: Measured
) -> None:
    """The drafter cannot approve an actual message, and can in an exercise."""
    title = "Drafted and signed by one"
    actual = town.submitted(title, f"{title}. Stay at home.", token=town.both_token)
    town.link(title, SECOND)  # so that every mail about it has left
    assert town.mails(title, BOTH) == []
    asked = town.asked(actual)
    assert town.person(BOTH).id not in {one.approver_id for one in asked}
    with hand(browser) as both:
        sign_in(both.page, town, BOTH)
        for one in asked:
            answer = both.page.goto(f"{town.base}/approvals/{one.id}")
            assert answer
            assert answer.status in (403, 404)
        drill = f"{title}, rehearsed"
        exercise = town.submitted(
            drill, f"{drill}. Stay at home.", mode="exercise", token=town.both_token
        )
        both.page.goto(town.link(drill, BOTH))
        both.page.get_by_label("Your sign-off PIN").first.fill(PIN)
        both.page.locator("#approve-button").click()
        expect(heading(both.page)).to_contain_text("Rehears")
    assert town.state(exercise) == "released"
    assert town.state(actual) == "awaiting approval"
    measured("not asked, 404; exercise released")


def test_25_the_mail_has_the_whole_message_and_one_address(
    town: Town, waiting: Waiting, measured: Measured
) -> None:
    """The mail's text/plain holds the full message and one URL."""
    mail = town.mails("Waits for a decision", "approver@northbrae.example")[0]
    addresses = re.findall(r"\w+://\S+", mail["text"])
    assert addresses == [waiting.link]
    for variant in town.message(waiting.message)["variants"]:
        # An address within the message stands there without its scheme, so that one link is left.
        shown = re.sub(r"https?://", "", variant["text"])
        assert " ".join(shown.split()) in " ".join(mail["text"].split())
    measured(f"{len(addresses)} URL, {len(mail['text'])} characters")


def test_18_waiting_decides_nothing(town: Town, waiting: Waiting, measured: Measured) -> None:
    """A scripted browser that waits for 30 s decides nothing."""
    left = SECONDS - (time.monotonic() - waiting.since)
    waiting.page.wait_for_timeout(max(0.0, left) * 1000)
    assert town.state(waiting.message) == "awaiting approval"
    assert town.states(waiting.message) == {}
    measured(f"{time.monotonic() - waiting.since:.0f} s, no decision")


def _state(town: Town, id_: str) -> list[object]:
    """Every row that says what became of the message, and how long the record is."""
    questions = (
        "SELECT * FROM messages WHERE id = :id",
        "SELECT * FROM approvals WHERE message_id = :id ORDER BY id",
        "SELECT * FROM deliveries WHERE message_id = :id ORDER BY id",
        "SELECT count(*) FROM audit WHERE subject = 'message:' || :id",
    )
    with town.sessions.read() as db:
        return [db.execute(text(one), {"id": id_}).all() for one in questions]
