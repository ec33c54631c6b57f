"""Two languages on the pages: asked for, checked, signed one by one."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from console.actions import messages
from console.actions.draft_words import Words
from console.domain.message import Kind, MessageState
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import PIN, Browser
from tests.web.phone import hidden

Open = Callable[[str], Browser]
TEXT, WELSH = "Snow on Glen Road. Stay at home.", "Eira ar Glen Road. Arhoswch gartref."
WORDS = {"cy": {"subject": "Eira", "text": WELSH}}


@pytest.fixture
def welsh(app: Flask, web: Web) -> Web:
    """Mastodon publishes in both languages."""
    channels = tuple(
        replace(one, languages=("en", "cy")) if one.name == "mastodon" else one
        for one in web.desk.channels
    )
    app.extensions[KEY] = replace(web, desk=replace(web.desk, channels=channels))
    found: Web = app.extensions[KEY]
    return found


def demanding(app: Flask, web: Web) -> Web:
    policy = web.desk.settings.policy
    rules = replace(policy.actual, languages=("cy",))
    settings = replace(web.desk.settings, policy=replace(policy, actual=rules))
    app.extensions[KEY] = replace(web, desk=replace(web.desk, settings=settings))
    found: Web = app.extensions[KEY]
    return found


def test_the_form_asks_for_the_words_with_its_language_and_without_autocorrect(
    browser: Open, welsh: Web
) -> None:
    answer = browser("officer").get("/incidents/new/snow-ice").text
    field = re.search(r'<textarea[^>]*name="text-cy"[^>]*>', answer)
    assert field
    for attribute in ('lang="cy"', 'autocorrect="off"', 'spellcheck="false"'):
        assert attribute in field[0]
    assert "Leave it blank, and nothing goes out in Welsh (Cymraeg)" in answer
    assert "text-en" not in answer


def test_one_language_asks_for_no_other(browser: Open, web: Web) -> None:
    assert "text-cy" not in browser("officer").get("/incidents/new/snow-ice").text


def test_what_was_written_is_kept_with_the_draft(browser: Open, welsh: Web) -> None:
    officer = browser("officer")
    form = {
        "title": "Snow",
        "text": TEXT,
        "subject-cy": "Eira",
        "text-cy": WELSH,
        "channels": ["mastodon"],
        "once": "a",
    }
    answer = officer.post("/incidents/new/snow-ice", form, seen_at="/incidents/new/snow-ice")
    check = officer.get(answer.headers["Location"]).text
    assert WELSH in check
    assert TEXT in check
    edit = html.read(officer.get(answer.headers["Location"].replace("/check", "/edit")).text)
    assert edit.fields["text-cy"] == [WELSH]
    assert edit.fields["subject-cy"] == ["Eira"]


def test_a_headline_without_a_text_is_told_and_nothing_typed_is_lost(
    browser: Open, welsh: Web
) -> None:
    form = {"title": "Snow", "text": TEXT, "subject-cy": "Eira", "channels": ["mastodon"]}
    answer = browser("officer").post(
        "/incidents/new/snow-ice", {**form, "text-cy": ""}, seen_at="/incidents/new/snow-ice"
    )
    page = html.read(answer.text)
    assert answer.status_code == 400
    assert "#text-cy" in page.errors
    assert page.fields["subject-cy"] == ["Eira"]


def test_on_the_check_page_each_text_is_changed_in_its_own_language(
    browser: Open, welsh: Web
) -> None:
    check = f"/messages/{acting.drafted(welsh, text=TEXT, translations=WORDS)}/check"
    answer = browser("officer").get(check).text
    assert ("post", f"{check}/mastodon/cy") in html.read(answer).forms
    found = re.findall(r'<textarea([^>]*data-text="([^"]*)"[^>]*)>', answer)
    by_name = {name: attributes for attributes, name in found}
    for attribute in ('id="text-mastodon-cy"', 'lang="cy"', 'spellcheck="false"'):
        assert attribute in by_name["mastodon/cy"]
    assert 'autocorrect="off" autocapitalize="off"' in by_name["mastodon/cy"]
    assert 'lang="en" spellcheck="true"' in by_name["mastodon"]
    assert "autocorrect" not in by_name["mastodon"]


def test_the_check_page_says_what_gets_nothing(browser: Open, welsh: Web) -> None:
    check = f"/messages/{acting.drafted(welsh, text=TEXT)}/check"
    page = html.read(browser("officer").get(check).text)
    assert "Nobody wrote it in Welsh (Cymraeg)." in page.text
    assert page.errors == {}


def test_where_policy_asks_for_both_the_check_page_leads_to_the_field(
    browser: Open, app: Flask, welsh: Web
) -> None:
    web = demanding(app, welsh)
    message = acting.drafted(web, text=TEXT)
    page = html.read(browser("officer").get(f"/messages/{message}/check").text)
    assert list(page.errors) == [f"/messages/{message}/edit#text-cy"]


def test_one_language_of_a_channel_is_changed_by_hand(browser: Open, welsh: Web) -> None:
    officer = browser("officer")
    message = acting.drafted(welsh, text=TEXT, translations=WORDS)
    check = f"/messages/{message}/check"
    version = str(acting.sheet(welsh, message).message.version)
    answer = officer.post(f"{check}/mastodon/cy", {"version": version, "text": "Eira trwm."})
    assert answer.headers["Location"] == f"{check}#channel-mastodon-cy"
    assert acting.sheet(welsh, message).message.edits == {"mastodon/cy": "Eira trwm."}
    page = html.read(officer.get(check).text)
    assert {"channel-mastodon", "channel-mastodon-cy"} <= set(page.ids)


def test_an_approver_ticks_what_they_have_read_and_signs_no_more(
    app: Flask, browser: Open, welsh: Web
) -> None:
    asked = acting.asked(welsh, text=TEXT, translations=WORDS)
    phone = app.test_client()
    page = phone.get(asked.link).text
    assert "I have read the words in Welsh (Cymraeg)" in page
    form = {**hidden(page), "decision": "approve", "pin": PIN}
    nothing = phone.post(asked.link, data={**form, "several": "yes"})
    assert nothing.status_code == 400
    assert "Tick each language whose words you have read" in nothing.text
    done = phone.post(asked.link, data={**form, "several": "yes", "languages": ["en"]})
    assert done.status_code == 303
    assert acting.sheet(welsh, asked.message).message.state is MessageState.AWAITING
    after = phone.get(asked.link).text
    assert "They were asked" not in after
    assert "Nobody else was asked: phone" in after
    assert "Somebody who reads Welsh (Cymraeg) has to sign those words" in after


def test_who_ticks_both_releases_it(app: Flask, welsh: Web) -> None:
    asked = acting.asked(welsh, text=TEXT, translations=WORDS)
    phone = app.test_client()
    form = {**hidden(phone.get(asked.link).text), "decision": "approve", "pin": PIN}
    phone.post(asked.link, data={**form, "several": "yes", "languages": ["en", "cy"]})
    assert acting.sheet(welsh, asked.message).message.state is MessageState.RELEASED


def test_one_language_asks_the_approver_for_no_tick(app: Flask, web: Web) -> None:
    asked = acting.asked(web)
    assert "I have read the words in" not in app.test_client().get(asked.link).text


def test_what_was_lost_of_long_own_words_is_shown(browser: Open, web: Web) -> None:
    text = " ".join(f"Sentence number {number} is about the snow." for number in range(20))
    answer = browser("officer").get(f"/messages/{acting.drafted(web, text=text)}/check").text
    assert "Left out, for want of room:" in answer
    assert "Sentence number 19 is about the snow." in html.read(answer).text


def test_a_follow_ups_form_shows_what_was_said_before_beside_the_field(
    browser: Open, welsh: Web
) -> None:
    first = acting.released(welsh, acting.drafted(welsh, text=TEXT, translations=WORDS))
    with welsh.sessions.begin() as db:
        following = messages.draft(
            db,
            welsh.desk,
            incident_id=acting.sheet(welsh, first).incident.id,
            kind=Kind.UPDATE,
            words=Words(text="More snow."),
            by=acting.person(welsh, "officer"),
            now=welsh.now,
        )
    page = browser("officer").get(f"/messages/{following}/edit").text
    shown = re.search(r'id="before-cy".*?</div></div></div>', page, re.DOTALL)
    assert shown
    assert WELSH in shown[0]
    assert '<div lang="cy">' in shown[0]
    assert "before-cy" not in browser("officer").get("/incidents/new/snow-ice").text
