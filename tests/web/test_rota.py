"""The rota's pages: who may change it, what is typed and what it becomes, gaps in plain sight."""

from collections.abc import Callable

import pytest

from console.actions import duty
from console.actions.duty import Duty
from console.domain.policy import Role
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]


def shift(web: Web, name: str = "approver", **changed: object) -> dict[str, object]:
    return {
        "person": acting.person(web, name).id,
        "begin": "2026-01-16T06:00",
        "until": "2026-01-16T18:00",
        "every": "1",
        "days": ["0", "1", "2", "3", "4", "5"],
        "rank": "1",
        "last": "",
        **changed,
    }


def kept(web: Web) -> Duty:
    with web.sessions.read() as db:
        return duty.duty(db, web.desk, web.now)


def add(browser: Open, web: Web, name: str = "approver", **changed: object) -> None:
    form = shift(web, name, **changed)
    answer = browser("administrator").post("/rota/shifts/new", form)
    assert answer.headers["Location"] == "/rota", answer.text


def test_without_a_rota_the_page_says_what_happens_instead(browser: Open) -> None:
    page = html.read(browser("auditor").get("/rota").text)
    assert "No rota is kept. Whatever is sent for approval asks everybody at once" in page.text
    assert "gap" not in page.text
    assert "/rota/shifts/new" not in page.links
    assert "/rota/shifts/new" in html.read(browser("administrator").get("/rota").text).links


def test_a_shift_is_added_and_every_gap_stands_in_plain_sight(browser: Open, web: Web) -> None:
    add(browser, web)
    page = html.read(browser("officer").get("/rota").text).text
    assert "On duty now: Isla Grant until 18:00" in page
    assert "Nobody is on duty Fri 16 Jan 18:00 to Sat 17 Jan 06:00" in page
    assert "Mon to Sat 06:00 to 18:00, every week, from 16 Jan 2026" in page
    assert "18:00–24:00 Nobody is on duty" in page


def test_it_is_changed_and_taken_off(browser: Open, web: Web) -> None:
    add(browser, web)
    administrator = browser("administrator")
    where = f"/rota/shifts/{kept(web).shifts[0].id}"
    shown = html.read(administrator.get(where).text).fields
    assert (shown["begin"], shown["days"]) == (["2026-01-16T06:00"], list("012345"))
    form = shift(web, begin="2026-01-16T05:00", rank="2")
    assert administrator.post(where, form).status_code == 303
    assert kept(web).shifts[0].shift.rank == 2
    for _ in range(2):  # a second press finds it done
        assert administrator.post(f"{where}/end").status_code == 303
    assert not kept(web).kept
    assert administrator.get(where).status_code == 404


def test_a_form_that_is_sent_twice_adds_one_shift(browser: Open, web: Web) -> None:
    administrator = browser("administrator")
    form = shift(web, once="a-name-of-this-form")
    for _ in range(2):
        assert administrator.post("/rota/shifts/new", form).status_code == 303
    assert len(kept(web).shifts) == 1


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"person": ""}, "#person", "Choose a person"),
        ({"person": "nobody"}, "#person", "Choose a person"),
        ({"begin": "soon"}, "#begin", "Write the day and time like"),
        ({"until": ""}, "#until", "Write the day and time like"),
        ({"until": "2026-01-16T05:59"}, "#until", "It has to end after it begins"),
        ({"until": "2026-03-16T05:59"}, "#until", "31 days at most"),
        ({"every": "9999999999999999999999"}, "#every", "Choose one of the list"),
        ({"rank": "²"}, "#rank", "Choose one of the list"),
        ({"last": "some day"}, "#last", "Write the day like"),
        ({"last": "2026-01-15"}, "#last", "before the shift first begins"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    browser: Open, web: Web, changed: dict[str, str], field: str, says: str
) -> None:
    form = shift(web, **changed)
    answer = browser("administrator").post("/rota/shifts/new", form)
    assert answer.status_code == 400
    page = html.read(answer.text)
    assert says in page.errors[field]
    for name in ("begin", "until", "last"):
        assert page.fields[name] == [form[name]]
    assert page.fields["days"] == form["days"]
    assert not kept(web).kept


def test_an_approver_is_away_and_back(browser: Open, web: Web, clock: Clock) -> None:
    add(browser, web)
    approver = browser("approver")
    assert "select" not in approver.get("/rota/away").text
    answer = approver.post("/rota/away", {"begin": "", "until": "12:00, Mon 19 Jan"})
    assert answer.headers["Location"] == "/rota#away"
    page = html.read(approver.get("/rota").text)
    assert "Isla Grant Until 12:00, Mon 19 Jan" in page.text
    assert "Nobody is on duty now" in page.text
    (one,) = kept(web).absences
    for _ in range(2):
        assert approver.post(f"/rota/absences/{one.id}/back").status_code == 303
    assert "Nobody has said so" in approver.get("/rota").text


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        ({"until": ""}, "#until", "Write the day and time like"),
        ({"until": "2026-01-16T06:00"}, "#until", "over already"),
        ({"begin": "2026-01-18T06:00", "until": "2026-01-17T06:00"}, "#until", "after it begins"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_in_a_sentence(
    browser: Open, form: dict[str, str], field: str, says: str
) -> None:
    answer = browser("approver").post("/rota/away", form)
    assert answer.status_code == 400
    page = html.read(answer.text)
    assert says in page.errors[field]
    assert page.fields["until"] == [form["until"]]


def test_an_approver_says_it_of_nobody_else(browser: Open, web: Web) -> None:
    other = acting.add(web, "second", Role.APPROVER)
    form = {"person": other.id, "until": "2026-01-19T12:00"}
    assert browser("approver").post("/rota/away", form).status_code == 403
    assert kept(web).absences == ()
    assert browser("administrator").post("/rota/away", form).status_code == 303
    (one,) = kept(web).absences
    assert browser("approver").post(f"/rota/absences/{one.id}/back").status_code == 403


def test_the_first_page_says_who_is_on_duty_and_until_when(
    browser: Open, web: Web, clock: Clock
) -> None:
    assert "on duty" not in browser("officer").get("/").text
    assert "No rota of approvers is kept" in browser("administrator").get("/").text
    second = acting.add(web, "second", Role.APPROVER)
    add(browser, web)
    add(browser, web, "second", until="2026-01-16T09:00", rank="2")
    mine = html.read(browser("approver").get("/").text).text
    assert "You are on duty until 18:00 , asked first. Also on duty: Second until 09:00" in mine
    theirs = html.read(browser("second").get("/").text).text
    assert "You are on duty until 09:00 , after Isla Grant" in theirs
    officer = html.read(browser("officer").get("/").text).text
    assert "On duty: Isla Grant until 18:00, then Second until 09:00" in officer
    clock.later(hours=12)
    assert second.id in kept(web).names
    gap = html.read(browser("officer").get("/").text).text
    assert "Nobody is on duty until 06:00, Sat 17 Jan." in gap
