"""The first page, and the page of one incident."""

from collections.abc import Callable

import pytest

from console import settings
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import Kind
from console.store import presence
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]


def test_an_empty_console_teaches(browser: Open) -> None:
    page = html.read(browser("officer").get("/").text)
    assert "No incidents. Rehearse one (2 minutes)" in page.text
    assert "Nobody has rehearsed yet" in page.text
    assert "/exercise/incidents/new" in page.links


def test_what_is_open_drafted_and_waiting_is_listed(browser: Open, web: Web) -> None:
    draft, waiting = acting.drafted(web), acting.submitted(web, acting.drafted(web))
    page = html.read(browser("officer").get("/").text)
    assert f"/messages/{draft}" in page.links
    assert f"/messages/{waiting}" in page.links
    assert "Approve by 06:40, Fri 16 Jan" in page.text


def test_an_approver_who_is_asked_is_told_so(browser: Open, web: Web, clock: Clock) -> None:
    approver = browser("approver")
    assert "You are asked to sign" not in approver.get("/").text
    message_id = acting.submitted(web, acting.drafted(web))
    [asked] = acting.sheet(web, message_id).sign_offs
    assert f"/approvals/{asked.id}" in html.read(approver.get("/").text).links
    clock.later(minutes=30)
    assert "You are asked to sign" not in approver.get("/").text


def test_the_last_exercise_is_counted_in_days(browser: Open, web: Web, clock: Clock) -> None:
    acting.drafted(web, mode=Mode.EXERCISE)
    clock.later(days=41)
    assert "Last exercise 41 days ago" in html.read(browser("officer").get("/").text).text


def test_a_missing_worker_is_said_and_a_seen_one_is_not(browser: Open, web: Web) -> None:
    officer = browser("officer")
    assert "No worker was seen" in officer.get("/").text
    with web.sessions.begin() as db:
        presence.seen(db, "worker-1", web.now)
    assert "No worker was seen" not in officer.get("/").text


def test_a_redis_that_does_not_answer_is_said(web: Web, clock: Clock, free_port: int) -> None:
    environment = {"SKELLAT_REDIS_URL": f"redis://127.0.0.1:{free_port}/0"}
    app = create_app(settings.load(web.desk.settings.home, environment), clock)
    with web.sessions.begin() as db:
        presence.seen(db, "worker-1", web.now)
    page = Browser(app.test_client()).sign_in("officer").get("/").text
    assert "Messages still go out, up to a second later" in page
    app.extensions[KEY].sessions.close()


@pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.CORRECTION, Kind.ALL_CLEAR, Kind.CANCEL])
def test_the_next_message_begins_with_the_last_facts(browser: Open, web: Web, kind: Kind) -> None:
    message_id = acting.released(web, acting.drafted(web))
    incident_id = acting.sheet(web, message_id).incident.id
    officer = browser("officer")
    form = {"kind": str(kind), "once": "abc"}
    first = officer.post(f"/incidents/{incident_id}/messages", form)
    second = officer.post(f"/incidents/{incident_id}/messages", form)
    assert first.headers["Location"] == second.headers["Location"]
    draft = acting.sheet(web, first.headers["Location"].split("/")[2]).message
    assert (draft.kind, draft.facts["hazard"]) == (kind, "Heavy snow")
    assert "next_update" not in draft.facts


def test_own_words_are_not_carried_into_an_all_clear(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web, text="Stay at home"))
    incident_id = acting.sheet(web, message_id).incident.id
    officer = browser("officer")
    for kind, text in (("all clear", ""), ("update", "Stay at home")):
        answer = officer.post(f"/incidents/{incident_id}/messages", {"kind": kind})
        draft = acting.sheet(web, answer.headers["Location"].split("/")[2]).message
        assert draft.text == text


def test_the_incident_shows_its_messages_and_what_can_follow(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web))
    acting.settle(web, message_id, "mastodon", DeliveryState.SENT)
    incident_id = acting.sheet(web, message_id).incident.id
    answer = browser("officer").get(f"/incidents/{incident_id}")
    page = html.read(answer.text)
    assert "1 of 5 sent" in page.text
    for words in ("an update", "a correction", "the all clear", "a cancel message"):
        assert f"Write {words}" in page.text
    assert f"/incidents/{incident_id}/record" in page.links
    assert f"/public/{incident_id}" in page.links


def test_an_exercise_rehearses_what_comes_next(browser: Open, web: Web) -> None:
    message_id = acting.released(web, acting.drafted(web, mode=Mode.EXERCISE))
    incident_id = acting.sheet(web, message_id).incident.id
    page = html.read(browser("officer").get(f"/exercise/incidents/{incident_id}").text)
    assert "0 of 5 rehearsed" in page.text
    assert "Rehearse an update" in page.text
    assert "Write" not in page.text


def test_nothing_follows_before_something_went_out(browser: Open, web: Web) -> None:
    incident_id = acting.sheet(web, acting.drafted(web)).incident.id
    page = html.read(browser("officer").get(f"/incidents/{incident_id}").text)
    assert ("post", f"/incidents/{incident_id}/messages") not in page.forms


def test_standing_down_twice_and_opening_again(browser: Open, web: Web) -> None:
    officer = browser("officer")
    incident_id = acting.sheet(web, acting.drafted(web)).incident.id
    for act, said in (("stand-down", "stood down"), ("reopen", "open")):
        for _ in range(2):
            answer = officer.post(f"/incidents/{incident_id}/{act}")
            assert answer.headers["Location"] == f"/incidents/{incident_id}"
        assert html.read(officer.get(f"/incidents/{incident_id}").text).tags[0] == said


def test_an_unknown_kind_of_message_is_refused(browser: Open, web: Web) -> None:
    incident_id = acting.sheet(web, acting.drafted(web)).incident.id
    answer = browser("officer").post(f"/incidents/{incident_id}/messages", {"kind": "shout"})
    assert answer.status_code == 400
