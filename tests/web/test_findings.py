"""What was seen on an account: told over every page, settled on the channel's own; red before."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from console.actions import keeping, register
from console.channels import ConfiguredChannel
from console.domain.incident import Mode
from console.domain.policy import Role
from console.store import rounds
from console.store.audit import EntryRow
from console.store.engine import database_now
from console.store.findings import FindingRow
from console.store.register import ChannelRow, CheckRow
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]
SPAM = "Claim your <free> refund"


@pytest.fixture(autouse=True)
def enrolled(web: Web) -> None:
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)


def found(web: Web, kind: str = "post", channel: str = "mastodon", **more: str) -> str:
    """A worker has seen something."""
    words = {"before": "", "found": SPAM, "url": "https://social.example/1", **more}
    with web.sessions.begin() as db:
        row = FindingRow(
            channel=channel, kind=kind, reference=more.get("found", "1"), at=web.now,
            seen_at=web.now, **words,
        )  # fmt: skip
        db.add(row)
        db.flush()
        return row.id


def failed(web: Web, channel: str = "bluesky", reason: str = "credential rejected") -> None:
    with web.sessions.begin() as db:
        at = web.now - timedelta(minutes=68)
        db.add(CheckRow(channel=channel, at=at, passed=False, reason=reason, profile={}))


def banner(browser: Browser, path: str = "/") -> str:
    page = browser.get(path).text
    said = re.search(r'<section class="govuk-notification-banner.*?</section>', page, re.S)
    return html.read(said[0]).text if said else ""


@pytest.mark.parametrize("name", ["officer", "approver", "auditor", "custodian", "administrator"])
def test_it_stands_over_every_page_of_whoever_is_signed_in(
    browser: Open, web: Web, name: str
) -> None:
    found(web)
    someone = browser(name)
    for path in ("/", "/channels"):
        assert banner(someone, path) == "Is this ours? Mastodon: a post that Skellat did not send"
    assert "/channels/mastodon#seen" in html.read(someone.get("/").text).links
    assert banner(someone, "/channels/mastodon") == "", "the page says it itself"


def test_in_an_exercise_it_says_that_it_is_none(browser: Open, web: Web) -> None:
    found(web)
    assert "Not an exercise: Mastodon" in banner(browser("officer"), "/exercise/incidents/new")


def test_a_stranger_reads_nothing_of_it(browser: Open, web: Web) -> None:
    found(web)
    assert "Is this ours" not in browser("").get("/sign-in").text


def test_whoever_settles_it_is_on_the_record_and_the_banner_goes(browser: Open, web: Web) -> None:
    finding = found(web)
    officer = browser("officer")
    page = officer.get("/channels/mastodon").text
    assert "Claim your &lt;free&gt; refund" in page
    for _ in range(2):
        answer = officer.post(f"/channels/mastodon/findings/{finding}", {"how": "it was us"})
        assert answer.headers["Location"].endswith("/channels/mastodon#seen")
    assert banner(officer) == ""
    assert "It was us (Morag Bain" in html.read(officer.get("/channels/mastodon").text).text
    with web.sessions.read() as db:
        entries = list(db.scalars(select(EntryRow).where(EntryRow.action == "finding settled")))
    assert [one.actor for one in entries] == ["Morag Bain"]


def test_a_wrong_word_a_wrong_channel_and_an_auditor_settle_nothing(
    browser: Open, web: Web
) -> None:
    finding = found(web)
    officer = browser("officer")
    assert officer.post(f"/channels/mastodon/findings/{finding}", {"how": "x"}).status_code == 400
    wrong = officer.post(f"/channels/bluesky/findings/{finding}", {"how": "it was us"})
    assert wrong.status_code == 404
    auditor = browser("auditor")
    answer = auditor.post(f"/channels/mastodon/findings/{finding}", {"how": "dealt with"})
    assert answer.status_code == 403
    assert "It was us</button>" not in auditor.get("/channels/mastodon").text
    assert banner(officer) != ""


def test_only_who_keeps_the_channels_may_say_that_another_account_is_ours(
    browser: Open, web: Web
) -> None:
    finding = found(web, "account", before="1", found="2", url="")
    officer, custodian = browser("officer"), browser("custodian")
    assert "It was us</button>" not in officer.get("/channels/mastodon").text
    path = f"/channels/mastodon/findings/{finding}"
    assert officer.post(path, {"how": "it was us"}).status_code == 403
    assert custodian.post(path, {"how": "it was us"}).status_code == 303
    with web.sessions.read() as db:
        assert db.get_one(ChannelRow, "mastodon").account_id == "2"


def test_it_leads_to_a_message_on_the_other_channels(browser: Open, web: Web) -> None:
    found(web)
    officer = browser("officer")
    links = html.read(officer.get("/channels/mastodon").text).links
    path = next(one for one in links if "account-not-ours" in one)
    page = officer.get(path).text
    assert 'value="@northbrae@social.example"' in page
    assert 'value="Mastodon"' in page
    ticked = re.findall(r'name="channels"[^>]*value="([\w-]+)"[^>]*checked', page)
    assert set(ticked) == {one.name for one in web.desk.channels} - {"mastodon"}


def test_check_now_is_asked_once_and_said(browser: Open, web: Web) -> None:
    custodian = browser("custodian")
    assert "Check now" in custodian.get("/channels/mastodon").text
    answer = custodian.post("/channels/mastodon/check")
    assert answer.headers["Location"].endswith("/channels/mastodon#checks")
    assert "A check is on its way" in custodian.get("/channels/mastodon").text
    with web.sessions.read() as db:
        assert rounds.any_due(db, database_now(db))


def test_the_check_page_warns_names_whom_to_ask_and_does_not_keep_from_sending(
    browser: Open, web: Web, app: Flask
) -> None:
    acting.add(web, "keeper", Role.CUSTODIAN)
    with web.sessions.begin() as db:
        keeping.entrust(
            db,
            channel="bluesky",
            user_id=acting.person(web, "keeper").id,
            by=acting.person(web, "administrator"),
            now=web.now,
        )
    failed(web)
    officer, message = browser("officer"), acting.drafted(web)
    said = html.read(officer.get(f"/messages/{message}/check").text).text
    assert (
        "Bluesky: The last check failed. The network did not accept our sign-in (checked 05:02). "
        "The message will probably not be published there. Ask Keeper (custodian)." in said
    )
    assert "Mastodon: " not in said
    form = officer.get(f"/messages/{message}/edit").text
    assert "It will probably not be published there" in form
    sent = officer.post(f"/messages/{message}/submit", {"version": "1"})
    assert sent.status_code == 303


def test_an_exercise_and_a_channel_that_only_wants_care_are_not_warned_of(
    browser: Open, web: Web, clock: Clock
) -> None:
    failed(web)
    officer = browser("officer")
    exercise = acting.drafted(web, mode=Mode.EXERCISE)
    assert "probably not" not in officer.get(f"/exercise/messages/{exercise}/check").text
    with web.sessions.begin() as db:
        db.query(CheckRow).delete()
    actual = acting.drafted(web)
    clock.later(days=8)  # nothing was checked for a week
    officer = browser("officer")
    assert "probably not" not in officer.get(f"/messages/{actual}/check").text


def test_opening_the_check_page_asks_for_checks_that_are_older_than_an_hour_once(
    browser: Open, web: Web
) -> None:
    with web.sessions.begin() as db:
        tomorrow = database_now(db) + timedelta(days=1)
        rounds.prepare(db, {rounds.What.CHECK: ["mastodon", "bluesky"]}, tomorrow)
        db.add(CheckRow(channel="mastodon", at=database_now(db), passed=True, profile={}))
    officer, message = browser("officer"), acting.drafted(web)
    officer.get(f"/messages/{message}/check")

    def asked() -> list[str]:
        with web.sessions.begin() as db:
            now = database_now(db)
            return [one.id for one in rounds.claim(db, now=now, until=now, limit=9)]

    assert asked() == ["check:bluesky"]


def test_the_api_tells_status_and_reds(browser: Open, web: Web) -> None:
    from tests.web.api.conftest import token_of  # only where the API's tests are

    failed(web)
    token = token_of(web, "officer")
    headers = {"Authorization": f"Bearer {token}"}
    answer = browser("").client.get("/api/v1/channels", headers=headers).get_json()
    said = {one["name"]: (one["status"], one["reds"]) for one in answer["channels"]}
    assert said["bluesky"] == ("active", ["check failed", "too few custodians"])
    assert said["mastodon"] == ("active", ["too few custodians"])


def test_machines_count_what_nobody_has_settled(app: Flask, browser: Open, web: Web) -> None:
    found(web)
    known = replace(web.desk.settings, metrics_token="a watcher's")
    app.extensions[KEY] = replace(web, desk=replace(web.desk, settings=known))
    headers = {"Authorization": "Bearer a watcher's"}
    said = browser("").client.get("/metrics", headers=headers).text
    assert 'skellat_findings{kind="post"} 1.0' in said
    assert 'skellat_findings{kind="bio"} 0.0' in said


def test_where_staff_post_by_hand_the_page_says_so(app: Flask, browser: Open, web: Web) -> None:
    def by_hand(one: ConfiguredChannel) -> ConfiguredChannel:
        return replace(one, posts_by_hand=one.name == "mastodon")

    desk = replace(web.desk, channels=tuple(map(by_hand, web.desk.channels)))
    app.extensions[KEY] = replace(web, desk=desk)
    officer = browser("officer")
    assert "Staff post here by hand as well" in officer.get("/channels/mastodon").text
    assert "It is looked at every few minutes" in officer.get("/channels/bluesky").text
    assert "does not let Skellat read" in officer.get("/channels/radio").text
