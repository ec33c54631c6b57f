"""The log on the web: one field, one press, at any time; nothing that was typed is lost."""

from collections.abc import Callable

import pytest

from console.actions import incidents, logbook
from console.domain.incident import Mode
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser
from tests.web.html import read

Open = Callable[[str], Browser]


def where(web: Web, mode: Mode = Mode.ACTUAL) -> tuple[str, str]:
    message = acting.drafted(web, mode=mode)
    incident = acting.sheet(web, message).incident.id
    return incident, f"{'/exercise' if mode is Mode.EXERCISE else ''}/incidents/{incident}"


def log(web: Web, incident: str) -> list[str]:
    with web.sessions.read() as db:
        return [one.note for one in logbook.written(db, incident)]


def test_one_field_and_one_press_on_the_incidents_page(web: Web, browser: Open) -> None:
    incident, path = where(web)
    officer = browser("officer")
    page = read(officer.get(path).text)
    assert ("post", f"{path}/log") in page.forms
    answer = officer.post(f"{path}/log", {"note": "The gritter is stuck.", "once": "a"})
    assert answer.status_code == 303
    assert log(web, incident) == ["The gritter is stuck."]
    assert "The gritter is stuck." in officer.get(path).text
    assert "Note added" in officer.get(f"{path}/record").text


def test_two_presses_are_one_entry(web: Web, browser: Open) -> None:
    incident, path = where(web)
    officer = browser("officer")
    for _ in range(2):
        officer.post(f"{path}/log", {"note": "Once.", "once": "same"})
    assert log(web, incident) == ["Once."]


def test_a_telephone_call_with_whom_and_when(web: Web, browser: Open) -> None:
    _, path = where(web)
    form = {"note": "Road shut.", "kind": "telephone call", "party": "Sgt Ross", "at": "05:20"}
    browser("approver").post(f"{path}/log", form)
    page = browser("auditor").get(f"{path}/log").text
    assert "telephone call noted" in page
    assert "with Sgt Ross" in page
    assert "2026-01-16T05:20" in page


@pytest.mark.parametrize(
    ("form", "where_to"),
    [({"note": " "}, "#note"), ({"note": "Fine.", "at": "soonish"}, "#at"),
     ({"note": "Fine.", "at": "23:59, Sat 17 Jan"}, "#at")],
)  # fmt: skip
def test_what_was_typed_comes_back_on_a_fault(
    web: Web, browser: Open, form: dict[str, str], where_to: str
) -> None:
    incident, path = where(web)
    answer = browser("officer").post(f"{path}/log", {**form, "party": "Sgt Ross"})
    page = read(answer.text)
    assert answer.status_code == 400
    assert where_to in page.errors
    assert page.fields["party"] == ["Sgt Ross"]
    assert log(web, incident) == []


def test_an_entry_is_corrected_on_its_own_page(web: Web, browser: Open) -> None:
    incident, path = where(web)
    officer = browser("officer")
    officer.post(f"{path}/log", {"note": "Six schools."})
    with web.sessions.read() as db:
        number = logbook.written(db, incident)[0].entry.number
    assert officer.post(f"/record/entries/{number}", {"note": ""}).status_code == 400
    officer.post(f"/record/entries/{number}", {"note": "Seven <schools>."})
    page = officer.get(f"/record/entries/{number}").text
    assert "Corrected since" in page
    assert "Seven &lt;schools&gt;." in page
    assert "Six schools." in page
    assert f"corrects entry {number}" in officer.get("/record").text


def test_the_log_stays_open_after_the_incident(web: Web, browser: Open) -> None:
    incident, path = where(web)
    with web.sessions.begin() as db:
        incidents.stand_down(
            db, incident_id=incident, by=acting.person(web, "officer"), now=web.now, withdraw=True
        )
    browser("officer").post(f"{path}/log", {"note": "Looking back."})
    assert log(web, incident) == ["Looking back."]


def test_an_exercises_log_is_in_its_world(web: Web, browser: Open) -> None:
    incident, path = where(web, Mode.EXERCISE)
    officer = browser("officer")
    answer = officer.post(f"/incidents/{incident}/log", {"note": "Nothing."})
    assert answer.location == path
    assert log(web, incident) == []
    assert "<title>Exercise: " in officer.get(f"{path}/log").text


@pytest.mark.parametrize("number", [0, 10**12])
def test_an_entry_that_is_not_there_is_not_found(browser: Open, number: int) -> None:
    assert browser("auditor").get(f"/record/entries/{number}").status_code == 404


def test_who_only_reads_has_no_form(web: Web, browser: Open) -> None:
    _, path = where(web)
    auditor = browser("auditor")
    assert "Put it on the record" not in auditor.get(path).text
    assert auditor.post(f"{path}/log", {"note": "I."}).status_code == 403
