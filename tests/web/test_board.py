"""The message's page: where it stands, live, and what can be done when something failed."""

from collections.abc import Callable

import pytest

from console.actions import approvals, asking
from console.domain.approval import Pin
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.trouble_words import WHAT_TO_DO
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import PIN, Browser, Clock

Open = Callable[[str], Browser]
SENT, FAILED, UNCERTAIN = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN


def page(browser: Browser, message_id: str) -> html.Page:
    return html.read(browser.get(f"/messages/{message_id}").text)


def test_progress_is_counted_and_each_channel_has_its_row(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web))
    acting.settle(web, message_id, "mastodon", SENT, url="https://social.example/1")
    acting.settle(web, message_id, "bluesky", FAILED, reason=Reason.CREDENTIAL, status=401)
    seen = page(browser("officer"), message_id)
    assert seen.headings == ["1 of 5 sent"]
    assert seen.title.startswith("1 of 5 sent: ")
    assert seen.tags[:3] == ["waiting", "sent", "failed"]
    assert "https://social.example/1" in seen.links
    assert "The network did not accept our sign-in." in seen.text
    assert seen.refresh == "5"


def test_a_settled_board_stops_asking(browser: Open, web: Web) -> None:
    draft = acting.drafted(web, channels=["mastodon"], facts={}, text="Snow in Cairn Pass.")
    message_id = acting.released(web, draft)
    acting.settle(web, message_id, "mastodon", SENT)
    answer = browser("officer").get(f"/messages/{message_id}")
    assert html.read(answer.text).refresh == ""
    assert 'data-every="0"' in answer.text


def test_a_board_that_owes_an_update_goes_on_and_counts_down(
    browser: Open, web: Web, clock: Clock
) -> None:
    message_id = acting.released(web, acting.drafted(web, channels=["mastodon"]))
    acting.settle(web, message_id, "mastodon", SENT)
    officer = browser("officer")
    seen = page(officer, message_id)
    assert seen.refresh == "15"
    assert "Next update in 1 h 20 min" in seen.text
    assert not seen.title.startswith("Update due")
    clock.later(hours=1, minutes=32)
    seen = page(officer, message_id)
    assert "The update is 12 minutes overdue" in seen.text
    assert seen.title.startswith("Update due: 1 of 1 sent")
    assert "The promised update is due" in officer.get(f"/messages/{message_id}/board").text


def test_the_fragment_is_not_sent_again_until_it_changes(
    browser: Open, web: Web, clock: Clock
) -> None:
    officer = browser("officer")
    message_id = acting.released(web, acting.drafted(web))
    first = officer.get(f"/messages/{message_id}/board")
    assert first.status_code == 200
    assert "<html" not in first.text
    officer.headers["If-None-Match"] = first.headers["ETag"]
    again = officer.get(f"/messages/{message_id}/board")
    assert (again.status_code, again.data) == (304, b"")
    acting.settle(web, message_id, "mastodon", SENT)
    assert officer.get(f"/messages/{message_id}/board").status_code == 200


def test_two_minutes_without_an_outcome_are_late(browser: Open, web: Web, clock: Clock) -> None:
    message_id = acting.released(web, acting.drafted(web, channels=["mastodon"]))
    officer = browser("officer")
    officer.headers["If-None-Match"] = officer.get(f"/messages/{message_id}/board").headers["ETag"]
    clock.later(seconds=121)
    answer = officer.get(f"/messages/{message_id}/board")
    assert answer.status_code == 200
    assert "late" in html.read(answer.text).tags


def test_a_failed_one_is_sent_again_on_its_own(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.released(web, acting.drafted(web))
    failed = acting.settle(web, message_id, "bluesky", FAILED, reason=Reason.UNREACHABLE)
    acting.settle(web, message_id, "mastodon", SENT)
    for _ in range(2):
        answer = officer.post(f"/messages/{message_id}/deliveries/{failed}/again")
        assert answer.headers["Location"] == f"/messages/{message_id}"
    states = {one.channel: one.state for one in acting.sheet(web, message_id).deliveries}
    assert (states["bluesky"], states["mastodon"]) == (DeliveryState.QUEUED, SENT)


def test_an_uncertain_one_is_sent_again_only_after_a_question(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.released(web, acting.drafted(web))
    lost = acting.settle(web, message_id, "bluesky", UNCERTAIN, reason=Reason.NO_ANSWER)
    seen = page(officer, message_id)
    again = f"/messages/{message_id}/deliveries/{lost}/again"
    assert "may be public: check" in seen.tags
    assert again in seen.links
    assert ("post", again) not in seen.forms
    asked = html.read(officer.get(again).text)
    assert ("post", again) in asked.forms
    assert "people see it twice" in asked.text


def test_an_uncertain_one_that_was_seen_counts_as_sent(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.released(web, acting.drafted(web))
    lost = acting.settle(web, message_id, "bluesky", UNCERTAIN, reason=Reason.NO_ANSWER)
    for _ in range(2):
        officer.post(f"/messages/{message_id}/deliveries/{lost}/published")
    states = {one.channel: one.state for one in acting.sheet(web, message_id).deliveries}
    assert states["bluesky"] == SENT


def test_stopping_needs_a_reason_and_keeps_the_page(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.released(web, acting.drafted(web))
    blank = officer.post(f"/messages/{message_id}/stop", {"reason": "  "})
    assert blank.status_code == 400
    assert html.read(blank.text).errors == {"#reason": "Say in one line why it is stopped"}
    for _ in range(2):
        officer.post(f"/messages/{message_id}/stop", {"reason": "Wrong town"})
    seen = page(officer, message_id)
    assert seen.headings == ["Stopped: 0 of 5 sent"]
    assert "Wrong town" in seen.text
    assert set(seen.tags) >= {"cancelled"}


def test_an_auditor_sees_the_board_but_no_buttons(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web))
    acting.settle(web, message_id, "bluesky", FAILED, reason=Reason.CREDENTIAL)
    seen = page(browser("auditor"), message_id)
    assert [path for method, path in seen.forms if method == "post"] == ["/sign-out"]


def test_waiting_says_who_was_asked_and_until_when(browser: Open, web: Web) -> None:
    message_id = acting.submitted(web, acting.drafted(web))
    seen = page(browser("officer"), message_id)
    assert seen.headings == ["Waiting for approval"]
    assert "Approve by 06:40, Fri 16 Jan" in seen.text
    assert "Isla Grant" in seen.text
    assert seen.tags == ["asked"]


def test_withdrawing_twice_is_the_same_as_once(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.submitted(web, acting.drafted(web))
    for _ in range(2):
        answer = officer.post(f"/messages/{message_id}/withdraw")
        assert answer.status_code == 303
    assert page(officer, message_id).headings == ["Withdrawn"]


def test_withdrawing_too_late_is_told(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web))
    answer = browser("officer").post(f"/messages/{message_id}/withdraw")
    assert answer.status_code == 409
    assert "It is released now" in answer.text


def test_sent_back_shows_the_reason_and_the_way_on(browser: Open, web: Web) -> None:
    message_id = acting.submitted(web, acting.drafted(web))
    with web.sessions.begin() as db:
        approvals.send_back(
            db,
            web.desk,
            approval_id=acting.sheet(web, message_id).sign_offs[0].id,
            reason="Name the streets",
            proof=Pin(PIN),
            now=web.now,
        )
    seen = page(browser("officer"), message_id)
    assert seen.headings == ["Sent back to you"]
    assert "Name the streets" in seen.text
    assert f"/messages/{message_id}/edit" in seen.links


def test_expired_says_what_to_do(browser: Open, web: Web, clock: Clock) -> None:
    message_id = acting.submitted(web, acting.drafted(web))
    clock.later(minutes=31)
    with web.sessions.begin() as db:
        asking.expire_overdue(db, web.now)
    seen = page(browser("officer"), message_id)
    assert acting.sheet(web, message_id).message.state == MessageState.EXPIRED
    assert "nothing went out" in seen.text


def test_an_exercise_has_its_own_words_on_the_board(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web, mode=Mode.EXERCISE))
    seen = html.read(browser("officer").get(f"/exercise/messages/{message_id}").text)
    assert seen.title.startswith("Exercise: 0 of 5 rehearsed")


@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.UNEXPECTED])
def test_every_reason_has_words_for_people(reason: Reason) -> None:
    what, to_do = WHAT_TO_DO[reason]
    assert what.endswith(".")
    assert to_do.endswith(".")


def test_a_limit_for_the_day_is_not_said_to_be_over_in_minutes(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web))
    acting.settle(web, message_id, "radio", FAILED, reason=Reason.RATE)
    said = page(browser("officer"), message_id).text
    assert "takes no more from this account today" in said
    assert "a few minutes" not in said
