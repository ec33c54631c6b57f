"""The check page: the exact texts, changes by hand, sending for approval."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from console.actions import messages, people
from console.actions.draft_words import Words
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.store.audit import Actor
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser

Open = Callable[[str], Browser]


def version(web: Web, message_id: str) -> str:
    return str(acting.sheet(web, message_id).message.version)


def test_every_channel_has_its_own_count_and_account(browser: Open, web: Web) -> None:
    page = html.read(browser("officer").get(f"/messages/{acting.drafted(web)}/check").text)
    for words in ("of 500", "of 300", "@northbrae@social.example", "Isla Grant"):
        assert words in page.text
    assert page.errors == {}


def test_words_that_many_channels_share_are_read_once(browser: Open, web: Web) -> None:
    check = f"/messages/{acting.drafted(web, edits={'bluesky': 'Snow. Stay at home.'})}/check"
    answer = browser("officer").get(check).text
    assert answer.count('class="skellat-words"') == 2
    page = html.read(answer)
    assert len(page.fields["text"]) == 5
    assert {"channel-bluesky", "channel-mastodon"} <= set(page.ids)


def with_clubs(app: Flask, web: Web, number: int) -> Web:
    """A council with so many accounts of clubs."""
    bluesky = web.desk.channel("bluesky")
    assert bluesky
    accounts = [
        replace(bluesky, name=f"club-{one}", title=f"Club <{one}>", account=f"@{one}.example")
        for one in range(number)
    ]
    many = replace(web, desk=replace(web.desk, channels=tuple(accounts)))
    app.extensions[KEY] = many
    return many


def changed_at(page: html.Page, check: str) -> set[str]:
    """The channels that have a form on the page."""
    return {where[len(check) + 1 :] for _, where in page.forms if where.startswith(f"{check}/")}


MINE = 'Snow. "Stay" at <home> & wait.'


def test_each_of_many_channels_has_a_form_of_its_own(browser: Open, app: Flask, web: Web) -> None:
    many = with_clubs(app, web, 24)
    check = f"/messages/{acting.drafted(many, edits={'club-7': MINE})}/check"
    page = html.read(browser("officer").get(check).text)
    names = {one.name for one in many.desk.channels}
    assert changed_at(page, check) == names
    assert {f"channel-{one}" for one in names} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert page.fields["text"].count(MINE) == 1
    assert len(set(page.fields["text"])) == 2
    assert len(page.fields["text"]) == 24
    assert page.text.count("Text for Club <21>") == 1


def test_of_more_than_24_one_has_its_form_where_it_is_asked_for(
    browser: Open, app: Flask, web: Web
) -> None:
    many = with_clubs(app, web, 60)
    mine = "Snow. Stay at home, please."
    message = acting.drafted(many, edits={"club-7": mine})
    check = f"/messages/{message}/check"
    officer = browser("officer")
    page = html.read(officer.get(check).text)
    assert changed_at(page, check) == set()
    assert page.text.count("Change this text for Club <") == 60
    assert {f"channel-{one.name}" for one in many.desk.channels} <= set(page.ids)
    page = html.read(officer.get(f"{check}?change=club-7").text)
    assert changed_at(page, check) == {"club-7"}
    assert page.fields["text"] == [mine]
    assert page.text.count("Change this text for Club <") == 60
    # What is too old to be taken is not lost.
    stale = officer.post(f"{check}/club-9", {"version": "0", "text": "Typed."})
    assert stale.status_code == 409
    assert html.read(stale.text).fields["text"] == ["Typed."]


def test_one_channel_is_changed_by_hand_and_back(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web)
    check = f"/messages/{message_id}/check"
    mine = {"version": version(web, message_id), "text": "Snow. Stay at home."}
    answer = officer.post(f"{check}/bluesky", mine)
    assert answer.headers["Location"] == f"{check}#channel-bluesky"
    page = html.read(officer.get(check).text)
    assert "changed by hand" in page.tags
    assert "Snow. Stay at home." in page.text
    officer.post(f"{check}/bluesky", {"version": version(web, message_id), "undo": "yes"})
    assert "changed by hand" not in html.read(officer.get(check).text).tags


def test_saving_the_made_words_unchanged_is_no_change_by_hand(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web)
    check = f"/messages/{message_id}/check"
    shown = html.read(officer.get(check).text).fields["text"][0]
    again = shown.replace("\n", "\r\n")
    officer.post(f"{check}/public-page", {"version": version(web, message_id), "text": again})
    assert acting.sheet(web, message_id).message.edits == {}


def test_a_changed_text_that_does_not_fit_is_named_and_kept(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web, edits={"bluesky": "s" * 312})
    page = html.read(officer.get(f"/messages/{message_id}/check").text)
    assert page.errors == {
        "#channel-bluesky": "Bluesky: “The text” is 12 characters too long. Shorten it"
    }
    assert "channel-bluesky" in page.ids
    assert "s" * 312 in page.fields["text"]
    sent = officer.post(f"/messages/{message_id}/submit", {"version": version(web, message_id)})
    assert sent.status_code == 409
    assert acting.sheet(web, message_id).message.state == MessageState.DRAFT


def test_a_fault_in_the_words_of_all_channels_is_named_once(browser: Open, web: Web) -> None:
    message_id = acting.drafted(web, text="Look at https://user:pw@evil.example/")
    page = html.read(browser("officer").get(f"/messages/{message_id}/check").text)
    [(where, says)] = page.errors.items()
    assert where == f"/messages/{message_id}/edit#text"
    assert "name before an @" in says


def test_incomplete_facts_lead_back_to_their_field(browser: Open, web: Web) -> None:
    message_id = acting.drafted(web, facts={"hazard": "Ice"})
    page = html.read(browser("officer").get(f"/messages/{message_id}/check").text)
    assert page.errors[f"/messages/{message_id}/edit#facts-where"] == "Fill in “Where”"


def test_sending_for_approval_twice_asks_once(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web)
    form = {"version": version(web, message_id)}
    for _ in range(2):
        answer = officer.post(f"/messages/{message_id}/submit", form)
        assert answer.headers["Location"] == f"/messages/{message_id}"
    sheet = acting.sheet(web, message_id)
    assert sheet.message.state == MessageState.AWAITING
    assert [one.approver for one in sheet.sign_offs] == ["Isla Grant"]


def test_what_was_not_seen_is_not_sent(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web)
    seen = {"version": version(web, message_id)}
    with web.sessions.begin() as db:
        messages.save(
            db,
            web.desk,
            message_id=message_id,
            version=None,
            words=Words(text="Other words"),
            by=acting.person(web, "colleague"),
            now=web.now,
        )
    answer = officer.post(f"/messages/{message_id}/submit", seen)
    assert answer.status_code == 409
    assert "Somebody changed this message" in answer.text
    assert "Other words" in answer.text
    assert acting.sheet(web, message_id).message.state == MessageState.DRAFT
    mine = officer.post(f"/messages/{message_id}/check/mastodon", {**seen, "text": "My words"})
    assert mine.status_code == 409
    assert "My words" in html.read(mine.text).fields["text"]


def test_nobody_to_ask_is_said_before_sending(browser: Open, web: Web) -> None:
    with web.sessions.begin() as db:
        people.disable(db, email="approver@northbrae.example", by=Actor("tests"), now=web.now)
    officer = browser("officer")
    message_id = acting.drafted(web)
    page = html.read(officer.get(f"/messages/{message_id}/check").text)
    assert "Nobody may sign this, and policy asks for 1" in page.text
    sent = officer.post(f"/messages/{message_id}/submit", {"version": version(web, message_id)})
    assert sent.status_code == 409


def test_the_picture_is_shown_with_its_words(browser: Open, web: Web) -> None:
    message_id = acting.drafted(web, mode=Mode.EXERCISE, picture=acting.picture(web), alt="A map")
    page = html.read(browser("officer").get(f"/exercise/messages/{message_id}/check").text)
    assert "Described as: A map" in page.text
