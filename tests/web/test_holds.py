"""Freezing a channel and holding everything: who may, who sees it, what the board says."""

from collections.abc import Callable

import pytest

from console.actions import holding, register
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.store.register import EVERYTHING, HoldRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import PEOPLE, Browser, Clock

Open = Callable[[str], Browser]
ALL = "All sending is held by Morag Bain since 06:10: Accounts look taken over"


@pytest.fixture(autouse=True)
def _estate(web: Web) -> None:
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)


def held(web: Web) -> set[str]:
    with web.sessions.read() as db:
        return {one.channel for one in db.query(HoldRow)}


def hold_all(officer: Browser) -> None:
    form = {"reason": "Accounts look taken over"}
    assert officer.post("/channels/hold", form).headers["Location"] == "/channels"


def test_a_hold_of_everything_stands_over_every_page_of_everybody(browser: Open) -> None:
    hold_all(browser("officer"))
    for name in PEOPLE:
        someone = browser(name)
        for path in ("/", "/channels", "/channels/radio", "/channels/let-go"):
            if name != "auditor" or path != "/channels/let-go":
                assert ALL in html.read(someone.get(path).text).text, (name, path)
    assert "held" not in html.read(browser("").get("/sign-in").text).text
    officer = browser("officer")
    assert ALL in officer.get("/exercise/incidents/new").text
    assert ALL in officer.get("/channels/nowhere").text


def test_on_another_day_the_line_says_which(browser: Open, clock: Clock) -> None:
    hold_all(browser("officer"))
    clock.later(hours=7)
    assert ALL in browser("officer").get("/").text
    clock.later(hours=23)
    assert "since 06:10, Fri 16 Jan: Accounts" in browser("approver").get("/").text


@pytest.mark.parametrize("mode", [Mode.ACTUAL, Mode.EXERCISE])
def test_from_an_incidents_page_one_comes_back_to_it(browser: Open, web: Web, mode: Mode) -> None:
    asked = acting.asked(web, mode=mode)
    world = "/exercise" if mode is Mode.EXERCISE else ""
    own, officer = f"{world}/incidents/{asked.incident}", browser("officer")
    brakes = [one for one in html.read(officer.get(own).text).links if "incident=" in one]
    everything, one = (next(link for link in brakes if path in link) for path in ("hold", "s?"))
    channel = next(
        link
        for link in html.read(officer.get(one).text).links
        if link.startswith("/channels/radio")
    )
    freeze = next(link for link in html.read(officer.get(channel).text).links if "/hold" in link)
    for path in (freeze, everything):
        assert own in html.read(officer.get(path).text).links
        answer = officer.post(path, {"reason": "Accounts look taken over"})
        assert answer.headers["Location"] == own
    assert held(web) == {"radio", EVERYTHING}


def test_an_incident_that_there_is_not_leads_to_the_channels(browser: Open) -> None:
    answer = browser("officer").post("/channels/hold?incident=//press.example", {"reason": "Why"})
    assert answer.headers["Location"] == "/channels"


def test_a_page_comes_before_each_step_and_changes_nothing(browser: Open, web: Web) -> None:
    officer = browser("officer")
    assert "Freeze Radio newsroom?" in officer.get("/channels/radio/hold").text
    assert "Hold all sending?" in officer.get("/channels/hold").text
    assert held(web) == set()
    officer.post("/channels/radio/hold", {"reason": "Odd post"})
    assert "Let Radio newsroom go?" in officer.get("/channels/radio/let-go").text
    assert officer.get("/channels/radio/hold").status_code == 303
    assert held(web) == {"radio"}
    for _ in range(2):
        answer = officer.post("/channels/radio/let-go")
        assert answer.headers["Location"] == "/channels/radio"
    assert held(web) == set()
    assert officer.get("/channels/radio/let-go").status_code == 303


def test_a_hold_takes_a_reason_of_one_line_and_keeps_a_longer_one(browser: Open, web: Web) -> None:
    officer = browser("officer")
    answer = officer.post("/channels/radio/hold", {"reason": " "})
    assert html.read(answer.text).errors == {"#reason": "Say in one line why"}
    long = "A post that is not ours. " * 10
    answer = officer.post("/channels/hold", {"reason": long})
    assert answer.status_code == 400
    assert html.read(answer.text).fields["reason"] == [long]
    assert "49 characters too long" in answer.text
    assert held(web) == set()


def test_the_second_to_freeze_it_does_not_take_the_firsts_place(browser: Open, web: Web) -> None:
    browser("officer").post("/channels/radio/hold", {"reason": "Odd post"})
    browser("custodian").post("/channels/radio/hold", {"reason": "Mine"})
    text = html.read(browser("auditor").get("/channels").text).text
    assert "Sending on Radio newsroom is held by Morag Bain since 06:10: Odd post" in text
    assert "Mine" not in text


def test_an_auditor_sees_it_and_is_offered_no_way_to_end_it(browser: Open, web: Web) -> None:
    hold_all(browser("officer"))
    auditor = browser("auditor")
    assert not [one for one in html.read(auditor.get("/").text).links if "let-go" in one]
    assert auditor.post("/channels/let-go").status_code == 403
    assert held(web) == {EVERYTHING}


def test_many_frozen_channels_take_three_lines(browser: Open, web: Web) -> None:
    by = acting.person(web, "officer")
    with web.sessions.begin() as db:
        for one in web.desk.channels:
            holding.hold(db, channel=one.name, reason="Odd", by=by, now=web.now)
    page = browser("officer").get("/").text
    assert page.count("skellat-held__line") == 4
    assert f"And {len(web.desk.channels) - 3} more" in page


def test_the_board_says_held_by_whom_and_why(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = acting.released(web, acting.drafted(web))
    acting.settle(web, message, "mastodon", DeliveryState.SENT)
    officer.post("/channels/radio/hold", {"reason": "Odd post"})
    page = html.read(officer.get(f"/messages/{message}").text)
    assert page.tags.count("held") == 1
    said = "Held by Morag Bain: Odd post. It leaves when somebody lets it go."
    assert page.text.count(said) == 1
    hold_all(officer)
    tags = html.read(officer.get(f"/messages/{message}").text).tags
    assert tags.count("held") == len(web.desk.channels) - 1, "what is sent is sent"
    officer.post("/channels/let-go")
    officer.post("/channels/radio/let-go")
    assert "held" not in html.read(officer.get(f"/messages/{message}").text).tags


def test_the_live_board_changes_when_a_channel_is_frozen(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = acting.released(web, acting.drafted(web))
    before = officer.get(f"/messages/{message}/board").headers["ETag"]
    officer.post("/channels/radio/hold", {"reason": "Odd post"})
    assert officer.get(f"/messages/{message}/board").headers["ETag"] != before


def test_what_was_tried_before_the_hold_names_no_next_try(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = acting.released(web, acting.drafted(web))
    acting.settle(web, message, "radio", DeliveryState.QUEUED, reason=Reason.SERVER, due_at=web.now)
    assert "Next try" in officer.get(f"/messages/{message}").text
    officer.post("/channels/radio/hold", {"reason": "Odd post"})
    assert "Next try" not in officer.get(f"/messages/{message}").text


def test_a_late_one_that_is_held_is_said_to_be_held_over_every_page(
    browser: Open, web: Web, clock: Clock
) -> None:
    acting.released(web, acting.drafted(web, channels=["radio"]))
    clock.later(minutes=10)
    acting.alarm(web)
    browser("officer").post("/channels/radio/hold", {"reason": "Odd post"})
    text = html.read(browser("officer").get("/record").text).text
    assert "Radio newsroom: held" in text
    assert "Radio newsroom: late" not in text


def test_before_letting_go_it_says_how_many_leave(browser: Open, web: Web) -> None:
    officer = browser("officer")
    acting.released(web, acting.drafted(web))
    officer.post("/channels/radio/hold", {"reason": "Odd post"})
    assert "1 delivery waits" in html.read(officer.get("/channels/radio/let-go").text).text
