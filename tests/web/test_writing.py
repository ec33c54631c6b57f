"""Kept while it is written, previewed while it is written, and never overwritten."""

from collections.abc import Callable
from typing import Any

import pytest

from console.actions import messages
from console.actions.draft_words import Words
from console.domain.incident import Mode
from console.store.audit import EntryRow
from console.store.messages import MessageRow
from console.store.writings import WritingRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock
from tests.web.test_drafting import NEW, TYPED, drafts, picture

Open = Callable[[str], Browser]
PARTS = "multipart/form-data"


def begun(officer: Browser, path: str = NEW) -> dict[str, Any]:
    return html.read(officer.get(path).text).fields


def kept(web: Web) -> int:
    with web.sessions.read() as db:
        return db.query(WritingRow).count()


def colleague_saves(web: Web, message_id: str, **facts: str) -> None:
    with web.sessions.begin() as db:
        messages.save(
            db,
            web.desk,
            message_id=message_id,
            version=None,
            words=Words(facts={**acting.FACTS, **facts}),
            by=acting.person(web, "colleague"),
            now=web.now,
        )


def test_a_form_that_was_left_is_offered_on_the_first_page_and_on_the_form(
    browser: Open, web: Web, clock: Clock
) -> None:
    officer = browser("officer")
    once = begun(officer)["once"][0]
    wrong = {**TYPED, "facts-next_update": "", "facts-routes": "the Moss Road", "once": once}
    said = officer.post(f"{NEW}/keep", wrong).get_json()
    assert (said["at"], said["sent"], drafts(web)) == ("06:10", False, 0)
    clock.later(minutes=4)
    for place in ("/", NEW):
        page = html.read(officer.get(place).text)
        assert "You were writing" in page.text
        assert "06:10, Fri 16 Jan" in page.text
        assert f"{NEW}?go-on={once}" in page.links
        assert "You were writing" not in browser("colleague").get(place).text
    again = html.read(officer.get(f"{NEW}?go-on={once}").text)
    for name, value in wrong.items():
        assert again.fields.get(name, [""]) == ([value] if isinstance(value, str) else value)
    assert "You were writing" not in again.text
    officer.post(NEW, {**wrong, "facts-next_update": "07:30"})
    assert (drafts(web), kept(web)) == (1, 0)
    assert "You were writing" not in officer.get("/").text


def test_it_is_thrown_away_by_its_author_alone(browser: Open, web: Web) -> None:
    officer, colleague = browser("officer"), browser("colleague")
    once = begun(officer)["once"][0]
    officer.post(f"{NEW}/keep", {**TYPED, "once": once})
    away = f"/writings/{once}/throw-away"
    colleague.post(away)
    assert kept(web) == 1
    assert (
        TYPED["facts-routes"]
        not in html.read(colleague.get(f"{NEW}?go-on={once}").text).fields["facts-routes"]
    )
    done = officer.post(away, {"next": NEW})
    assert (done.headers["Location"], kept(web)) == (NEW, 0)


def test_a_form_with_faults_is_kept_as_it_was_sent(browser: Open, web: Web) -> None:
    officer = browser("officer")
    officer.post(NEW, {**TYPED, "facts-routes": "the [blank] road", "once": "mine"})
    [one] = html.read(officer.get(f"{NEW}?go-on=mine").text).fields["facts-routes"]
    assert one == "the [blank] road"


def test_a_picture_is_kept_with_it(browser: Open, web: Web) -> None:
    officer = browser("officer")
    form = {**TYPED, "once": "mine", "picture_file": (picture(), "map.jpg"), "alt": "A map"}
    said = officer.post(f"{NEW}/keep", form, content_type=PARTS).get_json()
    again = html.read(officer.get(f"{NEW}?go-on=mine").text).fields
    assert (again["picture"], again["alt"]) == ([said["picture"]], ["A map"])
    wrong = {**form, "picture_file": (picture("GIF"), "map.gif"), "picture": said["picture"]}
    said_again = officer.post(f"{NEW}/keep", wrong, content_type=PARTS).get_json()
    assert "not taken" in said_again["wrong"]
    assert said_again["picture"] == said["picture"]


def test_a_late_copy_of_a_form_that_was_sent_does_not_come_back(browser: Open, web: Web) -> None:
    officer = browser("officer")
    sent = {**TYPED, "once": "mine"}
    assert officer.post(NEW, sent).status_code == 303
    assert officer.post(f"{NEW}/keep", sent).get_json()["sent"] is True
    assert kept(web) == 0


def test_changed_after_the_browsers_back_is_the_same_incident_and_both_are_shown(
    browser: Open, web: Web
) -> None:
    officer = browser("officer")
    officer.post(NEW, {**TYPED, "once": "mine"})
    answer = officer.post(NEW, {**TYPED, "facts-routes": "the Moss Road", "once": "mine"})
    page = html.read(answer.text)
    assert (answer.status_code, drafts(web)) == (409, 1)
    assert "the Moss Road" in page.text
    done = officer.client.post(
        page.forms[1][1], data={**page.fields, "whole": "mine", "csrf_token": officer.token()}
    )
    message_id = done.headers["Location"].split("/")[2]
    assert acting.sheet(web, message_id).message.facts["routes"] == "the Moss Road"


def test_a_draft_that_is_kept_stays_as_it_was_saved(browser: Open, web: Web) -> None:
    officer, message_id = browser("officer"), acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    form = {**begun(officer, edit), "facts-routes": "the Quarry Brae"}
    said = officer.post(f"{edit}/keep", form).get_json()
    assert said["overtaken"] is False
    assert acting.sheet(web, message_id).message.facts["routes"] == "main roads first"
    with web.sessions.read() as db:
        assert not [row for row in db.query(EntryRow) if "Quarry" in str(row.detail)]
    other = html.read(browser("colleague").get(edit).text)
    assert "Morag Bain is writing in this draft too" in other.text
    assert "Quarry" not in other.text
    colleague_saves(web, message_id)
    colleague_saves(web, message_id, routes="the Coast Road")
    assert officer.post(f"{edit}/keep", form).get_json()["overtaken"] is True


def test_where_only_one_changed_a_field_that_is_chosen_already(browser: Open, web: Web) -> None:
    officer, message_id = browser("officer"), acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    form = {**begun(officer, edit), "expires": "18:00", "facts-routes": "the Moss Road"}
    colleague_saves(web, message_id, effect="Roads and pavements are slippery", routes="the A9")
    page = html.read(officer.post(edit, form).text)
    assert page.fields["pick-expires"] == ["mine"]
    assert page.fields["pick-facts-effect"] == ["theirs"]
    assert "pick-facts-routes" not in page.fields
    sent = {**page.fields, "csrf_token": officer.token(), "choose": "yes"}
    asked = html.read(officer.client.post(edit, data=sent).text)
    assert asked.errors == {"#pick-facts-routes": "Choose which “Roads we are gritting” is to stay"}
    done = officer.client.post(edit, data={**sent, "pick-facts-routes": "theirs"})
    assert done.status_code == 303
    saved = acting.sheet(web, message_id).message
    assert saved.facts["effect"] == "Roads and pavements are slippery"
    assert saved.facts["routes"] == "the A9"
    assert saved.expires_at is not None


def test_all_of_mine_stays_where_that_is_pressed(browser: Open, web: Web) -> None:
    officer, message_id = browser("officer"), acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    form = {**begun(officer, edit), "facts-routes": "the Moss Road"}
    colleague_saves(web, message_id, effect="Roads and pavements are slippery")
    page = html.read(officer.post(edit, form).text)
    sent = {**page.fields, "csrf_token": officer.token(), "whole": "mine"}
    assert officer.client.post(edit, data=sent).status_code == 303
    facts = acting.sheet(web, message_id).message.facts
    assert (facts["effect"], facts["routes"]) == ("Some roads are blocked", "the Moss Road")


@pytest.mark.parametrize("field", ["version", "facts-nothing", "__class__"])
def test_a_made_up_choice_changes_nothing(browser: Open, web: Web, field: str) -> None:
    officer, message_id = browser("officer"), acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    form = {**begun(officer, edit), f"pick-{field}": "theirs"}
    assert officer.post(edit, form).status_code == 303


def test_the_preview_shows_the_words_that_the_check_page_shows(browser: Open, web: Web) -> None:
    officer, message_id = browser("officer"), acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    shown = html.read(officer.post(f"{edit}/preview", begun(officer, edit)).text)
    with web.sessions.read() as db:
        row = db.get_one(MessageRow, message_id)
        assert row.version == 1
    check = html.read(officer.get(f"/messages/{message_id}/check").text)
    words = "heavy snow in Inverbrae and the Cairn Pass"
    assert words in shown.text
    assert words in check.text
    assert "of 300" in shown.text
    assert "Still to fill in" not in shown.text


def test_a_preview_of_half_a_form_shows_its_gaps_and_saves_nothing(browser: Open, web: Web) -> None:
    half = {**TYPED, "facts-where": [], "facts-next_update": "", "text": ""}
    page = html.read(browser("officer").post(f"{NEW}/preview", half).text)
    assert "heavy snow in [Where]" in page.text
    assert "Next update by [Next update by]" in page.text
    assert {"#facts-where", "#facts-next_update"} <= set(page.links)
    assert (drafts(web), kept(web)) == (0, 0)


def test_an_exercise_is_previewed_as_one(browser: Open, web: Web) -> None:
    page = html.read(browser("officer").post(f"/exercise{NEW}/preview", TYPED).text)
    assert "EXERCISE ONLY." in page.text


def test_what_could_be_better_is_said_on_both_pages_and_blocks_nothing(
    browser: Open, web: Web
) -> None:
    officer = browser("officer")
    text = "Schools are shut today. See SEPA. Click here. #snow"
    preview = html.read(officer.post(f"{NEW}/preview", {**TYPED, "text": text}).text)
    message_id = acting.drafted(web, text=text)
    check = html.read(officer.get(f"/messages/{message_id}/check").text)
    for page in (preview, check):
        for words in ("today A day without its date", "SEPA A short form", "Click here Say where"):
            assert words in page.text
        assert "You can send it all the same" in page.text
    answer = officer.post(f"/messages/{message_id}/submit", {"version": "1"})
    assert answer.headers["Location"] == f"/messages/{message_id}"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_text_that_was_changed_by_hand_is_marked_in_the_preview(
    browser: Open, web: Web, mode: Mode
) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web, mode=mode, edits={"mastodon": "Snow. Stay at home."})
    world = "/exercise" if mode is Mode.EXERCISE else ""
    edit = f"{world}/messages/{message_id}/edit"
    page = html.read(officer.post(f"{edit}/preview", begun(officer, edit)).text)
    assert "changed by hand" in page.tags
    assert "Does not follow what you type here" in page.text


def test_a_text_that_is_being_changed_on_the_check_page_is_kept_there(
    browser: Open, web: Web
) -> None:
    officer, message_id = browser("officer"), acting.drafted(web)
    page, keep = f"/messages/{message_id}/check", f"/messages/{message_id}/texts/keep"
    both = {"text:mastodon": "Snow. Stay at home.", "text:bluesky": "Snow."}
    assert officer.post(keep, both).get_json()["sent"] is False
    assert acting.sheet(web, message_id).message.edits == {}
    shown = html.read(officer.get(page).text)
    assert "You were changing texts here" in shown.text
    assert {"Snow. Stay at home.", "Snow."} <= set(shown.fields["text"])
    assert "You were changing" not in browser("colleague").get(page).text
    officer.post(f"{page}/mastodon", {"version": "1", "text": "Snow. Stay at home."})
    shown = html.read(officer.get(page).text)
    assert "You were changing a text here" in shown.text
    officer.post(keep)
    assert kept(web) == 0
    officer.post(keep, {"text:bluesky": "Snow."})
    officer.post(f"/messages/{message_id}/submit", {"version": "2"})
    assert kept(web) == 0
