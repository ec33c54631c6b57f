"""Schools on the pages: statuses, read-back, the count over half, the rolling list, all open."""

from collections.abc import Callable
from typing import Any

import pytest

from console.domain.message import Kind
from console.store.messages import MessageRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]
NEW = "/incidents/new/school-closures"
CHANNELS = ["public-page", "mastodon", "bluesky", "residents-email", "radio"]
TYPED: dict[str, Any] = {
    "title": "Schools on Friday",
    "facts-schools": ["burnside-kirkbrae", "corrie-school"],
    "facts-late": ["burnside-portlaw"],
    "facts-opens": "10:00",
    "facts-no_transport": ["ardell-nursery"],
    "facts-day": "Friday 16 January",
    "facts-reason": "snow and ice",
    "facts-next_update": "07:30",
    "channels": CHANNELS,
}


def begun(officer: Browser, **typed: Any) -> str:
    """The message's id."""
    answer = officer.post(NEW, {**TYPED, **typed}, seen_at=NEW)
    assert answer.status_code == 303, html.read(answer.text).errors
    return answer.headers["Location"].split("/")[2]


def check(officer: Browser, message: str) -> html.Page:
    return html.read(officer.get(f"/messages/{message}/check").text)


def most(web: Web, many: int) -> list[str]:
    return [*web.desk.places["schools"]][:many]


def closed(web: Web, many: int) -> dict[str, Any]:
    return {"facts-schools": most(web, many), "facts-late": [], "facts-no_transport": []}


def send(officer: Browser, message: str) -> Any:
    version = check(officer, message).fields["version"][0]
    return officer.post(f"/messages/{message}/submit", {"version": version})


def test_the_check_page_reads_every_status_back(browser: Open) -> None:
    officer = browser("officer")
    page = check(officer, begun(officer))
    assert "2 of 42 closed" in page.text
    assert "1 of 42 opening late" in page.text
    assert "1 of 42 without transport" in page.text
    assert "38 of 42 open as normal" in page.text
    assert "Burnside Primary School Kirkbrae" in page.text


def test_two_schools_of_one_name_are_told_apart_by_town(browser: Open) -> None:
    page = html.read(browser("officer").get(NEW).text)
    assert "Burnside Primary School Kirkbrae, 01632 960 106" in page.text
    assert "Burnside Primary School Portlaw, 01632 960 107" in page.text


def test_a_school_in_two_lists_is_sent_back_with_everything_in_it(browser: Open) -> None:
    officer = browser("officer")
    sent = {**TYPED, "facts-late": ["corrie-school", "burnside-portlaw"]}
    answer = officer.post(NEW, sent, seen_at=NEW)
    assert answer.status_code == 400
    page = html.read(answer.text)
    assert "“Corrie School (Kirkbrae)” is in two lists" in page.errors["#facts-late"]
    for name in ("facts-schools", "facts-late", "facts-no_transport"):
        assert sorted(page.fields[name]) == sorted(sent[name])


def test_a_late_school_without_a_time_is_named(browser: Open) -> None:
    answer = browser("officer").post(NEW, {**TYPED, "facts-opens": ""}, seen_at=NEW)
    assert "Schools that are late open at" in html.read(answer.text).errors["#facts-opens"]


def test_a_long_list_has_its_letters_without_script(browser: Open) -> None:
    page = html.read(browser("officer").get(NEW).text)
    for link in ("#facts-schools", "#facts-late", "#facts-no_transport-42"):
        assert link in page.links
    for link in page.links:
        if link.startswith("#facts"):
            assert link.removeprefix("#") in page.ids


def test_half_goes_without_another_question(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = begun(officer, **closed(web, 21))
    assert send(officer, message).headers["Location"] == f"/messages/{message}"
    assert acting.sheet(web, message).message.state == "awaiting approval"


def test_over_half_asks_for_the_number_on_a_page_of_its_own(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = begun(officer, **closed(web, 22))
    count = f"/messages/{message}/count"
    assert send(officer, message).headers["Location"] == count
    page = html.read(officer.get(count).text)
    assert page.headings == ["22 of 42 schools closed"]
    for typed in ("", "21", "42", "-22", "22.0", "twenty-two", "9" * 40):
        answer = officer.post(count, {**page.fields, "counted": typed})
        again = html.read(answer.text)
        assert answer.status_code == 400
        assert again.title.startswith("Error: ")
        assert "#counted" in again.errors
        assert again.fields["counted"] == [typed]
        assert acting.sheet(web, message).message.state == "draft"
    done = officer.post(count, {**page.fields, "counted": " 22 "})
    assert done.headers["Location"] == f"/messages/{message}"
    assert acting.sheet(web, message).message.state == "awaiting approval"
    twice = officer.post(count, {**page.fields, "counted": "22"})
    assert twice.headers["Location"] == f"/messages/{message}"


def test_nothing_is_counted_that_somebody_changed_meanwhile(browser: Open, web: Web) -> None:
    officer = browser("officer")
    message = begun(officer, **closed(web, 22))
    stale = {"version": "7", "counted": "22"}
    answer = officer.post(f"/messages/{message}/count", stale)
    assert answer.headers["Location"] == f"/messages/{message}/check"
    assert acting.sheet(web, message).message.state == "draft"


def test_where_there_is_nothing_to_count_nobody_is_asked(browser: Open) -> None:
    officer = browser("officer")
    message = begun(officer)
    answer = officer.get(f"/messages/{message}/count")
    assert answer.headers["Location"] == f"/messages/{message}/check"


@pytest.fixture
def out(browser: Open, web: Web, clock: Clock) -> str:
    """A list of schools that is out since 06:10; it is 07:25 now. The incident's id."""
    message = begun(browser("officer"))
    acting.released(web, message)
    clock.later(minutes=75)
    return acting.sheet(web, message).incident.id


def followed(officer: Browser, incident: str, kind: Kind) -> str:
    """Where the button leads."""
    answer = officer.post(f"/incidents/{incident}/messages", {"kind": str(kind)})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_an_update_begins_with_the_list_as_it_is(browser: Open, web: Web, out: str) -> None:
    officer = browser("officer")
    edit = followed(officer, out, Kind.UPDATE)
    form = html.read(officer.get(edit).text).fields
    for name in ("facts-schools", "facts-late", "facts-opens", "facts-no_transport"):
        before = TYPED[name] if isinstance(TYPED[name], list) else [TYPED[name]]
        assert sorted(form[name]) == sorted(before)
    assert form["facts-next_update"] == [""]
    more = [*form["facts-schools"], "wardhill-primary"]
    officer.post(edit, {**form, "facts-schools": more, "facts-next_update": "08:30"})
    page = check(officer, edit.split("/")[2])
    assert "as at 07:25, Fri 16 Jan: 3 of 42 schools closed" in page.text
    assert "Burnside Primary School (Kirkbrae), Corrie School (Kirkbrae) and Wardhill" in page.text


def test_all_open_again_is_one_press_to_the_texts(browser: Open, web: Web, out: str) -> None:
    officer = browser("officer")
    assert "All schools are open again" in officer.get(f"/incidents/{out}").text
    check_page = followed(officer, out, Kind.ALL_CLEAR)
    assert check_page.endswith("/check")
    page = html.read(officer.get(check_page).text)
    assert "07:25, Fri 16 Jan: all our schools are open as normal again." in page.text
    assert "closed" not in page.text
    message = check_page.split("/")[2]
    assert send(officer, message).headers["Location"] == f"/messages/{message}"


def test_an_all_clear_that_lacks_a_fact_asks_for_it(browser: Open, web: Web) -> None:
    facts = web.desk.types["water-off"].examples(Kind.ALERT)
    message = acting.drafted(web, type_="water-off", facts=facts)
    acting.released(web, message)
    edit = followed(browser("officer"), acting.sheet(web, message).incident.id, Kind.ALL_CLEAR)
    assert edit.endswith("/edit")


def drafts(web: Web) -> int:
    with web.sessions.read() as db:
        return db.query(MessageRow).count()


class TestRelay:
    """Missing person: the form has nowhere to write freely."""

    NEW = "/incidents/new/missing-person"

    def typed(self, web: Web, **more: Any) -> dict[str, Any]:
        facts = web.desk.types["missing-person"].examples(Kind.ALERT)
        form = {f"facts-{name}": answer for name, answer in facts.items()}
        return {**form, "channels": CHANNELS, **more}

    def test_it_asks_for_no_title_words_or_picture(self, browser: Open) -> None:
        page = html.read(browser("officer").get(self.NEW).text)
        for one in ("title", "text", "picture_file", "alt"):
            assert one not in page.ids

    def test_it_opens_with_a_title_of_its_own(self, browser: Open, web: Web) -> None:
        sent = self.typed(web, title="Jo Bloggs")
        answer = browser("officer").post(self.NEW, sent, seen_at=self.NEW)
        message = answer.headers["Location"].split("/")[2]
        assert acting.sheet(web, message).incident.title == (
            "Missing person (police relay), Fri 16 Jan"
        )
        page = browser("officer").get(f"/messages/{message}/check").text
        assert "Change this text" not in page
        assert "Kirsty Muir" in html.read(page).text
        assert "on the record, not published" in page

    def test_the_approver_reads_who_confirmed_it(self, browser: Open, web: Web) -> None:
        sent = self.typed(web)
        answer = browser("officer").post(self.NEW, sent, seen_at=self.NEW)
        message = acting.submitted(web, answer.headers["Location"].split("/")[2])
        _, token = acting.link(web, message, "approver")
        page = html.read(browser("").get(f"/sign-off/{token}").text)
        assert "Kirsty Muir, duty controller (not published)" in page.text
        assert page.text.count("Kirsty") == 1

    def test_words_that_come_all_the_same_stop_it(self, browser: Open, web: Web) -> None:
        officer = browser("officer")
        sent = self.typed(web, text="Jo Bloggs is missing")
        answer = officer.post(self.NEW, sent, seen_at=self.NEW)
        if answer.status_code == 303:
            page = check(officer, answer.headers["Location"].split("/")[2])
        else:
            page = html.read(answer.text)
            assert drafts(web) == 0
        assert any("passes on others' words alone" in one for one in page.errors.values())
