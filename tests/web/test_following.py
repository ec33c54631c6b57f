"""What follows an alert on the console: the hour, the ledger, the guide, the report card."""

from collections.abc import Callable

import pytest

from console.actions import reading
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]
FORM = {
    "title": "Ice",
    "facts-hazard": "Ice",
    "facts-where": ["inverbrae"],
    "facts-effect": "Some roads are blocked",
    "facts-next_update": "09:30",
    "channels": ["mastodon", "radio"],
}


def drafted(officer: Browser, **more: str) -> str:
    """The check page of a new draft, or the form again with what is wrong."""
    answer = officer.post("/incidents/new/snow-ice", {**FORM, "once": "a" * 32, **more})
    if answer.status_code != 303:
        return str(answer.text)
    return str(officer.get(answer.location).text)


def test_the_hour_is_said_on_the_check_page_and_the_approvers(browser: Open, web: Web) -> None:
    page = drafted(browser("officer"), publish="08:00")
    assert "at 08:00, Fri 16 Jan" in html.read(page).text
    at = web.now.replace(hour=8, minute=0)
    asked = acting.asked(web, publish_at=at)
    seen = html.read(browser("").get(asked.link).text).text
    assert "It will go out at 08:00, Fri 16 Jan." in seen


def test_an_approver_who_signs_after_the_hour_is_told_that_it_goes_out_at_once(
    browser: Open, web: Web, clock: Clock
) -> None:
    asked = acting.asked(web, publish_at=web.now.replace(hour=6, minute=20))
    clock.later(minutes=15)
    seen = html.read(browser("").get(asked.link).text).text
    assert (
        "It was to go out at 06:20, Fri 16 Jan: if you approve it now, it goes out at once." in seen
    )


@pytest.mark.parametrize(
    ("now", "typed", "said"),
    [
        ((2026, 3, 28, 12), "01:30, Sun 29 Mar", "There is no 01:30, Sun 29 Mar"),
        ((2026, 10, 24, 12), "01:30, Sun 25 Oct", "01:30, Sun 25 Oct comes twice"),
        ((2026, 1, 16, 6), "soon", "“soon” is not a time"),
        ((2026, 1, 16, 6), "06:00, Fri 20 Feb", "at most 14 days"),
        ((2026, 1, 16, 6), "2026-01-16T05:00", "has passed"),
    ],
)
def test_an_hour_that_is_no_moment_is_refused_in_words(
    browser: Open, clock: Clock, now: tuple[int, ...], typed: str, said: str
) -> None:
    clock.now = clock.now.replace(year=now[0], month=now[1], day=now[2], hour=now[3])
    page = html.read(drafted(browser("officer"), publish=typed))
    assert page.title.startswith("Error:")
    assert said in page.text


def test_an_hour_with_its_distance_from_greenwich_is_taken_on_the_night_of_the_change(
    browser: Open, clock: Clock
) -> None:
    clock.now = clock.now.replace(month=10, day=24, hour=12)
    page = html.read(drafted(browser("officer"), publish="2026-10-25T01:30+00:00"))
    assert "at 01:30, Sun 25 Oct" in page.text


def test_an_end_before_the_hour_is_refused(browser: Open) -> None:
    page = html.read(drafted(browser("officer"), publish="08:00", expires="07:00"))
    assert "It would end before it goes out" in page.text


def sent(web: Web, mode: Mode = Mode.ACTUAL) -> str:
    draft = acting.drafted(web, channels=["mastodon", "radio"], mode=mode)
    message = acting.released(web, draft)
    for channel in ("mastodon", "radio"):
        acting.settle(web, message, channel, DeliveryState.SENT)
    return message


def test_old_and_new_stand_side_by_side_before_approval_and_at_the_approvers(
    browser: Open, web: Web
) -> None:
    wrong = sent(web)
    incident = acting.sheet(web, wrong).incident.id
    officer = browser("officer")
    form = {"kind": "correction", "replaces": wrong, "once": "c" * 32}
    answer = officer.post(f"/incidents/{incident}/messages", form)
    message = answer.location.split("/messages/")[1].split("/")[0]
    facts = {"facts-wrong": "the area", "facts-right": "It is Kirkbrae", "version": "1"}
    both = {**facts, "channels": ["mastodon", "radio"]}
    assert officer.post(f"/messages/{message}/edit", both).status_code == 303
    page = html.read(officer.get(f"/messages/{message}/check").text)
    assert "Old and new" in page.text
    assert "Mastodon, Radio newsroom: the new words answer the old post, which stays." in page.text
    acting.submitted(web, message)
    _, token = acting.link(web, message, "approver")
    answer = browser("").get(f"/sign-off/{token}", follow_redirects=True)
    assert "Beside what it corrects" in html.read(answer.text).text


def state_of(web: Web, incident: str) -> str:
    with web.sessions.read() as db:
        return str(reading.incident(db, incident).incident.state)


def test_standing_down_asks_where_nobody_was_told_that_it_is_over(browser: Open, web: Web) -> None:
    incident = acting.sheet(web, sent(web)).incident.id
    officer = browser("officer")
    page = html.read(officer.post(f"/incidents/{incident}/stand-down").text)
    assert page.headings[0] == "Nobody was told on 2 channels that it is over"
    assert state_of(web, incident) == "open"
    officer.post(f"/incidents/{incident}/stand-down", {"unsaid": "yes"})
    assert state_of(web, incident) == "stood down"


def test_one_press_begins_the_all_clear_to_exactly_those_that_are_owed_it(
    browser: Open, web: Web
) -> None:
    incident = acting.sheet(web, sent(web)).incident.id
    form = {"kind": "all clear", "owed": "yes", "once": "b" * 32}
    answer = browser("officer").post(f"/incidents/{incident}/messages", form)
    message = answer.location.split("/messages/")[1].split("/")[0]
    assert acting.sheet(web, message).message.channels == ("mastodon", "radio")


def test_an_incidents_page_asks_for_its_changing_part_and_is_answered_304(
    browser: Open, web: Web, clock: Clock
) -> None:
    message = sent(web)
    incident = acting.sheet(web, message).incident.id
    officer = browser("officer")
    first = officer.get(f"/incidents/{incident}/live")
    assert "Next update in 1 h 20 min" in first.text
    officer.headers["If-None-Match"] = first.headers["ETag"]
    assert officer.get(f"/incidents/{incident}/live").status_code == 304
    clock.later(minutes=1)
    assert officer.get(f"/incidents/{incident}/live").status_code == 200


def test_the_first_page_nags_and_every_page_of_the_incident_can_stop(
    browser: Open, web: Web, clock: Clock
) -> None:
    draft = acting.drafted(web, channels=["mastodon"])
    message = acting.released(web, draft)
    incident = acting.sheet(web, message).incident.id
    officer = browser("officer")
    clock.later(hours=1, minutes=20)
    front = html.read(officer.get("/").text)
    assert "The update is due now" in front.text
    for path in (f"/incidents/{incident}", f"/messages/{message}"):
        page = html.read(officer.get(path).text)
        assert f"/messages/{message}/stop" in page.links
        assert f"/channels/hold?incident={incident}" in page.links
    officer.post(f"/messages/{message}/stop", {"reason": "Wrong"})
    assert str(acting.sheet(web, message).message.state) == "stopped"


def test_the_report_card_is_of_exercises_alone_and_for_everybody_who_reads(
    browser: Open, web: Web
) -> None:
    exercise = acting.sheet(web, sent(web, Mode.EXERCISE)).incident.id
    actual = acting.sheet(web, sent(web)).incident.id
    auditor = browser("auditor")
    page = html.read(auditor.get(f"/exercise/incidents/{exercise}/report-card").text)
    assert "The all clear was left unsaid on Mastodon and Radio newsroom." in page.text
    assert "There is no earlier exercise" in page.text
    answer = auditor.get(f"/exercise/incidents/{actual}/report-card")
    assert "Report card" not in answer.text


def test_the_guide_shows_a_step_until_it_is_left(browser: Open) -> None:
    officer = browser("officer")
    page = officer.post("/rehearsal", follow_redirects=True).text
    assert "Guided rehearsal, step 1 of 6" in html.read(page).text
    assert "Guided rehearsal" not in html.read(officer.get("/incidents/new").text).text
    officer.post("/rehearsal/leave")
    page = officer.get("/exercise/incidents/new").text
    assert "Guided rehearsal" not in html.read(page).text


@pytest.mark.parametrize(("days", "nudged"), [(89, False), (90, True)])
def test_after_too_long_without_one_the_first_page_asks_for_an_exercise(
    browser: Open, web: Web, clock: Clock, days: int, nudged: bool
) -> None:
    acting.drafted(web, mode=Mode.EXERCISE)
    clock.later(days=days)
    assert ("It is time for one" in html.read(browser("officer").get("/").text).text) is nudged
