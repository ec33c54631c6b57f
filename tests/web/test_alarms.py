"""What needs a person: over every page of somebody who can settle it, and nowhere else."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event, select

from console.connecting import where_to_look
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.settings_tables import Practice
from console.store.audit import EntryRow
from console.store.deliveries import DeliveryRow
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]
SENT, FAILED, UNCERTAIN = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN
RADIO = "Radio newsroom: may be public: check"


def troubled(web: Web, mode: Mode = Mode.ACTUAL, channel: str = "radio") -> tuple[str, str]:
    """A message whose outcome on one channel is unknown, and people were told; its delivery."""
    message = acting.released(web, acting.drafted(web, mode=mode))
    lost = acting.settle(web, message, channel, UNCERTAIN, reason=Reason.NO_ANSWER)
    acting.alarm(web)
    return message, lost


def banner(browser: Browser, path: str = "/") -> str:
    """What the banner says, or nothing."""
    page = browser.get(path).text
    found = re.search(r'<section class="govuk-notification-banner.*?</section>', page, re.S)
    return html.read(found[0]).text if found else ""


def test_it_stands_over_every_page_and_leads_to_the_message(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message, _ = troubled(web)
    for path in ("/", "/record", "/incidents/new/snow-ice", "/exercise/incidents/new/snow-ice"):
        assert RADIO in banner(officer, path)
    assert f"/messages/{message}" in html.read(officer.get("/").text).links
    assert banner(officer, "/exercise/incidents/new").endswith(
        f"Not an exercise: {RADIO} (Snow on Friday)"
    )
    assert banner(officer, f"/messages/{message}") == "", "the page says it itself"


def test_it_is_gone_when_somebody_settles_it(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message, lost = troubled(web)
    officer.post(f"/messages/{message}/deliveries/{lost}/published")
    assert banner(officer) == ""


def test_only_who_can_settle_it_sees_it(browser: Open, web: Web) -> None:
    troubled(web)
    assert RADIO in banner(browser("approver"))
    for name in ("auditor", "custodian", "administrator"):
        assert banner(browser(name)) == ""
    assert "Radio newsroom" not in browser("").get("/sign-in").text


def test_an_exercises_trouble_stays_in_exercises_and_says_so(browser: Open, web: Web) -> None:
    officer = browser("officer")
    troubled(web, Mode.EXERCISE)
    said = "Exercise: Radio newsroom: may be there: check (Snow on Friday)"
    assert banner(officer).endswith(said)
    assert banner(officer, "/exercise/incidents/new").endswith(said)
    assert banner(officer, "/record") == ""


def test_it_says_three_and_counts_the_rest(browser: Open, web: Web) -> None:
    message = acting.released(web, acting.drafted(web))
    for channel in ("radio", "mastodon", "bluesky", "residents-email", "public-page"):
        acting.settle(web, message, channel, FAILED, reason=Reason.CREDENTIAL)
    acting.alarm(web)
    said = banner(browser("officer"))
    assert said.count("failed") == 3
    assert said.endswith("and 2 more")


def test_after_a_day_it_stays_on_the_board_only(browser: Open, web: Web, clock: Clock) -> None:
    message, _ = troubled(web)
    clock.later(hours=24, seconds=1)
    officer = browser("officer")
    assert banner(officer) == ""
    assert "may be public: check" in html.read(officer.get(f"/messages/{message}").text).tags


def test_it_costs_one_query_by_its_own_index(browser: Open, web: Web) -> None:
    troubled(web)
    officer, asked = browser("officer"), []

    @event.listens_for(web.sessions.engine, "before_cursor_execute")
    def _note(_connection, _cursor, statement, parameters, *_more) -> None:  # type: ignore[no-untyped-def] # SQLAlchemy's own signature
        if "alarmed_at >" in statement:
            asked.append((statement, parameters))

    assert RADIO in banner(officer)
    [(statement, parameters)] = asked
    with web.sessions.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert any("ix_deliveries_alarmed" in step[3] for step in plan)


def test_check_again_has_the_network_asked_once(browser: Open, web: Web, clock: Clock) -> None:
    officer = browser("officer")
    message = acting.released(web, acting.drafted(web))
    later = web.now.replace(hour=7)
    lost = acting.settle(web, message, "mastodon", UNCERTAIN, reason=Reason.NO_ANSWER, due_at=later)
    text = html.read(officer.get(f"/messages/{message}").text).text
    assert "Skellat asks the network again at 07:10." in text, text
    for _ in range(2):
        answer = officer.post(f"/messages/{message}/deliveries/{lost}/look")
        assert answer.headers["Location"] == f"/messages/{message}"
    assert "Skellat is asking the network now." in officer.get(f"/messages/{message}").text
    with web.sessions.read() as db:
        assert db.get_one(DeliveryRow, lost).due_at == web.now
        asked = select(EntryRow).where(EntryRow.action == "asked to look again")
        [entry] = db.scalars(asked)
    assert (entry.actor, lost in entry.detail) == ("Morag Bain", True)


def test_what_cannot_be_read_back_is_not_asked_for(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message, lost = troubled(web)
    page = html.read(officer.get(f"/messages/{message}").text)
    assert ("post", f"/messages/{message}/deliveries/{lost}/look") not in page.forms
    assert "Only a person can tell. Ask Brae FM newsroom whether it arrived." in page.text
    answer = officer.post(f"/messages/{message}/deliveries/{lost}/look")
    assert answer.status_code == 409
    assert "cannot be asked" in answer.text


def test_a_look_that_was_quicker_than_the_press_is_no_mistake(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = acting.released(web, acting.drafted(web))
    found = acting.settle(web, message, "mastodon", SENT)
    answer = officer.post(f"/messages/{message}/deliveries/{found}/look")
    assert answer.headers["Location"] == f"/messages/{message}"


def test_a_stopped_messages_unknown_outcome_can_be_settled_but_not_sent(
    browser: Open, web: Web
) -> None:
    officer = browser("officer")
    message, lost = troubled(web)
    officer.post(f"/messages/{message}/stop", {"reason": "Wrong"})
    page = html.read(officer.get(f"/messages/{message}").text)
    assert ("post", f"/messages/{message}/deliveries/{lost}/published") in page.forms
    assert not [link for link in page.links if link.endswith("/again")]


LIVE = {
    "mastodon": ({"url": "https://social.example", "token": "env:T"}, "/@northbrae"),
    "bluesky": ({"handle": "northbrae.example", "password": "env:P"}, "https://bsky.app/profile/"),
    "public-page": ({"folder": "{var}/public/actual"}, "http://127.0.0.1:8000/public/"),
    "residents-email": ({"host": "smtp.example", "sender": "a@b.example"}, ""),
    "radio": ({"url": "env:SKELLAT_RADIO_URL", "secret": "env:S"}, ""),
}


@pytest.mark.parametrize("name", LIVE)
def test_where_to_look_is_made_from_the_settings_as_written(web: Web, name: str) -> None:
    written, expected = LIVE[name]
    channel = web.desk.channel(name)
    assert channel
    live = replace(channel, settings=written, practice=False)
    found = where_to_look(live, Mode.ACTUAL, web.desk.settings)
    assert expected in found if expected else not found
    assert "env:" not in found


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "social.example", ""])
def test_only_an_address_of_the_web_is_led_to(web: Web, url: str) -> None:
    channel = web.desk.channel("mastodon")
    assert channel
    live = replace(channel, settings={"url": url}, practice=False)
    assert where_to_look(live, Mode.ACTUAL, web.desk.settings) == ""


def test_what_is_only_practised_is_looked_for_on_the_practice_wall(
    app: Flask, browser: Open, web: Web
) -> None:
    message, _ = troubled(web, channel="mastodon")
    wall = "http://practice.example:8025"
    settings = replace(web.desk.settings, practice=Practice(url=wall))
    app.extensions[KEY] = replace(web, desk=replace(web.desk, settings=settings))
    answer = browser("officer").get(f"/messages/{message}")
    assert wall in html.read(answer.text).links
    assert "Open the practice wall (opens in new tab)" in html.read(answer.text).text
