"""The facts form: what is typed stays typed, whatever is wrong with it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from console.actions import messages
from console.actions.draft_words import Words
from console.domain.incident import Mode
from console.store.messages import MessageRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]
NEW = "/incidents/new/snow-ice"
TYPED: dict[str, Any] = {
    "title": "Snow on Friday",
    "facts-hazard": "Heavy snow",
    "facts-where": ["inverbrae", "cairn-pass"],
    "facts-effect": "Some roads are blocked",
    "facts-routes": "main roads first",
    "facts-next_update": "07:30",
    "channels": ["public-page", "mastodon", "bluesky", "residents-email", "radio"],
}


def picture(kind: str = "JPEG") -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(out, kind)
    out.seek(0)
    return out


def drafts(web: Web) -> int:
    with web.sessions.read() as db:
        return db.query(MessageRow).count()


def test_home_facts_check_is_two_pages_after_home(browser: Open, web: Web) -> None:
    officer = browser("officer")
    assert NEW in html.read(officer.get("/").text).links
    answer = officer.post(NEW, TYPED, seen_at=NEW)
    assert answer.status_code == 303
    page = html.read(officer.get(answer.headers["Location"]).text)
    assert page.headings == ["Check the texts"]
    assert "heavy snow in Inverbrae and the Cairn Pass" in page.text
    assert "of 300" in page.text


def test_actual_and_exercise_begin_on_separate_pages(browser: Open, web: Web) -> None:
    officer = browser("officer")
    for path, words in (
        ("/incidents/new", "has happened"),
        ("/exercise/incidents/new", "rehearse"),
    ):
        page = html.read(officer.get(path).text)
        assert words in page.headings[0]
    rehearsed = officer.post(f"/exercise{NEW}", TYPED, seen_at=f"/exercise{NEW}")
    assert rehearsed.headers["Location"].startswith("/exercise/messages/")
    page = html.read(officer.get(rehearsed.headers["Location"]).text)
    assert page.title.startswith("Exercise: ")
    assert "nothing here reaches the public" in page.text
    assert "Rehearse: send for approval" in page.text


def test_choosing_no_type_says_so(browser: Open) -> None:
    page = html.read(browser("officer").get("/incidents/new?chosen=").text)
    assert page.errors == {"#type": "Choose what has happened"}
    assert page.title.startswith("Error: ")


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        ({"title": "  "}, "#title", "Fill in “Title”"),
        ({"title": "x" * 121}, "#title", "1 characters too long"),
        ({"facts-hazard": ""}, "#facts-hazard", "Fill in “What it is”"),
        ({"facts-hazard": "Lava"}, "#facts-hazard", "Choose one of the answers"),
        ({"facts-where": []}, "#facts-where", "Fill in “Where”"),
        ({"facts-where": ["atlantis"]}, "#facts-where", "“atlantis” is not in the list"),
        ({"facts-routes": "m" * 61}, "#facts-routes", "1 characters too long"),
        ({"facts-routes": "the [blank] road"}, "#facts-routes", "a gap that nobody filled"),
        ({"facts-routes": "main\u202eroads"}, "#facts-routes", "turns the direction"),
        ({"facts-next_update": "soon"}, "#facts-next_update", "“soon” is not a time"),
        ({"text": "See https://council@evil.example/"}, "#text", "name before an @"),
        ({"text": "w" * 10_001}, "#text", "1 characters too long"),
        ({"channels": []}, "#channels", "at least one channel"),
        ({"expires": "05:00, Fri 16 Jan"}, "#expires", "has passed"),
        ({"expires": "never"}, "#expires", "“never” is not a time"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_is_kept(
    browser: Open, web: Web, change: dict[str, Any], where: str, says: str
) -> None:
    sent = {**TYPED, **change}
    answer = browser("officer").post(NEW, sent, seen_at=NEW)
    assert answer.status_code == 400
    page = html.read(answer.text)
    assert says in page.errors[where]
    assert page.title.startswith("Error: ")
    assert where.removeprefix("#") in page.ids
    assert drafts(web) == 0
    for name, value in sent.items():
        kept = [value] if isinstance(value, str) else value
        options = {"facts-hazard": ["Lava"], "facts-where": ["atlantis"]}
        if kept and value and kept != options.get(name):
            assert sorted(page.fields[name]) == sorted(kept)


def test_the_same_form_sent_twice_opens_one_incident(browser: Open, web: Web) -> None:
    officer = browser("officer")
    once = html.read(officer.get(NEW).text).fields["once"][0]
    first = officer.post(NEW, {**TYPED, "once": once})
    second = officer.post(NEW, {**TYPED, "once": once})
    assert first.headers["Location"] == second.headers["Location"]
    assert drafts(web) == 1


def test_a_picture_stays_when_something_else_is_wrong(browser: Open, web: Web) -> None:
    officer = browser("officer")
    wrong = {**TYPED, "title": "", "picture_file": (picture(), "map.jpg"), "alt": "A map"}
    page = html.read(officer.post(NEW, wrong, content_type="multipart/form-data").text)
    [kept] = page.fields["picture"]
    assert page.fields["alt"] == ["A map"]
    assert officer.get(f"/pictures/{kept}").content_type == "image/jpeg"
    done = officer.post(NEW, {**TYPED, "picture": kept, "alt": "A map"})
    message_id = done.headers["Location"].split("/")[2]
    assert acting.sheet(web, message_id).message.picture == kept


@pytest.mark.parametrize(
    ("upload", "alt", "status", "where", "says"),
    [
        (
            (lambda: picture("GIF"), "map.jpg"),
            "Map",
            415,
            "#picture_file",
            "not what its name says",
        ),
        ((lambda: picture("GIF"), "map.gif"), "Map", 415, "#picture_file", "not taken"),
        ((lambda: BytesIO(b"words"), "map.jpg"), "Map", 415, "#picture_file", "not a picture"),
        ((picture, "map.jpg"), " ", 400, "#alt", "what the picture shows"),
    ],
)
def test_a_picture_that_does_not_do(
    browser: Open,
    upload: tuple[Callable[[], BytesIO], str],
    alt: str,
    status: int,
    where: str,
    says: str,
) -> None:
    form = {**TYPED, "picture_file": (upload[0](), upload[1]), "alt": alt}
    answer = browser("officer").post(NEW, form, content_type="multipart/form-data")
    assert answer.status_code == status
    page = html.read(answer.text)
    assert says in page.errors[where]
    assert page.fields["title"] == ["Snow on Friday"]
    assert page.fields["alt"] == [alt]


def test_a_made_up_picture_is_no_picture(browser: Open, web: Web) -> None:
    done = browser("officer").post(NEW, {**TYPED, "picture": "f" * 64, "alt": "A map"})
    message_id = done.headers["Location"].split("/")[2]
    assert acting.sheet(web, message_id).message.picture == ""


@pytest.mark.parametrize("size", [1_100_000, 10_000_000])
def test_ten_megabytes_of_text_get_a_page_that_says_what_to_do(browser: Open, size: int) -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    body = part + b"a" * size + b"\r\n--edge--\r\n"
    officer = browser("officer")
    answer = officer.client.post(NEW, data=body, content_type="multipart/form-data; boundary=edge")
    assert answer.status_code == 413
    assert "Back button: what you typed is still there" in " ".join(answer.text.split())


def test_lines_are_lines_whatever_the_browser_sends(browser: Open, web: Web) -> None:
    sent = {**TYPED, "text": "Snow.\r\n\r\nStay at home.\tPlease."}
    done = browser("officer").post(NEW, sent)
    saved = acting.sheet(web, done.headers["Location"].split("/")[2]).message
    assert saved.text == "Snow.\n\nStay at home. Please."


def test_a_draft_can_be_changed_and_an_end_taken_away(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    form = html.read(officer.get(edit).text).fields
    answer = officer.post(edit, {**form, "expires": "18:00", "channels": ["mastodon"]})
    assert answer.status_code == 303
    saved = acting.sheet(web, message_id).message
    assert (saved.channels, saved.expires_at and saved.expires_at.hour) == (("mastodon",), 18)
    form = html.read(officer.get(edit).text).fields
    assert form["channels"] == ["mastodon"]
    officer.post(edit, {**form, "expires": "", "channels": TYPED["channels"]})
    saved = acting.sheet(web, message_id).message
    assert (len(saved.channels or ()), saved.expires_at) == (5, None)


def test_a_stale_form_shows_both_texts_and_overwrites_nothing(
    browser: Open, web: Web, clock: Clock
) -> None:
    officer = browser("officer")
    message_id = acting.drafted(web)
    edit = f"/messages/{message_id}/edit"
    form = html.read(officer.get(edit).text).fields
    with web.sessions.begin() as db:
        theirs = Words(facts={**acting.FACTS, "routes": "the Coast Road"})
        messages.save(
            db,
            web.desk,
            message_id=message_id,
            version=None,
            words=theirs,
            by=acting.person(web, "colleague"),
            now=web.now,
        )
    answer = officer.post(edit, {**form, "facts-routes": "the Moss Road"})
    assert answer.status_code == 409
    page = html.read(answer.text)
    assert "the Coast Road" in page.text
    assert "the Moss Road" in page.text
    assert ("post", f"/writings/{form['once'][0]}/throw-away") in page.forms
    assert acting.sheet(web, message_id).message.facts["routes"] == "the Coast Road"
    kept = officer.post(edit, page.fields | {"csrf_token": officer.token()})
    assert kept.status_code == 303
    assert acting.sheet(web, message_id).message.facts["routes"] == "the Moss Road"


def test_a_form_that_is_stale_but_says_the_same_just_goes_on(browser: Open, web: Web) -> None:
    officer = browser("officer")
    edit = f"/messages/{acting.drafted(web)}/edit"
    form = html.read(officer.get(edit).text).fields
    changed = {**form, "facts-routes": "the Moss Road"}
    assert officer.post(edit, changed).status_code == 303
    assert officer.post(edit, changed).status_code == 303


def test_what_is_no_draft_any_more_cannot_be_edited(browser: Open, web: Web) -> None:
    message_id = acting.submitted(web, acting.drafted(web))
    officer = browser("officer")
    answer = officer.get(f"/messages/{message_id}/edit")
    assert answer.headers["Location"] == f"/messages/{message_id}"
    late = officer.post(f"/messages/{message_id}/edit", TYPED)
    assert late.status_code == 409
    assert "cannot be done any more" in late.text


@pytest.mark.parametrize("what", ["edit", "check", ""])
def test_the_wrong_world_leads_to_the_right_one(browser: Open, web: Web, what: str) -> None:
    message_id = acting.drafted(web, mode=Mode.EXERCISE)
    path = f"/messages/{message_id}/{what}".rstrip("/")
    answer = browser("officer").get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/exercise{path}"


def test_a_form_for_the_wrong_world_does_nothing(browser: Open, web: Web) -> None:
    message_id = acting.drafted(web)
    answer = browser("officer").post(f"/exercise/messages/{message_id}/withdraw")
    assert answer.status_code == 303
    assert acting.sheet(web, message_id).message.state == "draft"
