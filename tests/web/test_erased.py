"""Whoever reads the record, or takes it away, sees what was erased, by whom and why."""

import io
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from console.actions import erasing, history, people
from console.actions.history import IncidentHistory
from console.actions.logbook import GONE, Note, add
from console.domain.audit import Entry
from console.domain.policy import Role
from console.domain.record_csv import read
from console.store import audit
from console.store.audit import Actor
from console.web import record_pdf
from console.web.context import Web
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PASSWORD, Browser

Open = Callable[[str], Browser]
WORDS = "Mrs Xanthippe Moss fell"


@pytest.fixture
def asked(web: Web) -> Asked:
    """Its incident has a note in its log whose words were erased."""
    made = acting.asked(web, title="Snow")
    with web.sessions.begin() as db:
        by = people.known(db, "officer@northbrae.example")
        add(db, incident_id=made.incident, note=Note(WORDS), by=by, now=web.now)
    with web.sessions.begin() as db:
        boss = people.add(
            db,
            email="chief@northbrae.example",
            name="Chief",
            roles=[Role.ADMINISTRATOR],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=web.now,
        )
        auditor = people.known(db, "auditor@northbrae.example")
        number, _ = audit.head(db)
        erasing.erase(
            db, numbers=[number], reason="was asked for", by=boss, second=auditor, now=web.now
        )
    return made


def left(web: Web) -> Entry:
    with web.sessions.read() as db:
        return next(one for one in audit.entries(db) if one.erased)


def test_every_page_says_by_whom_and_why_and_has_no_words(
    web: Web, browser: Open, asked: Asked
) -> None:
    entry, auditor = left(web), browser("auditor")
    said = f"by Chief (entry {entry.erased}), because was asked for"
    for address in (
        "/record",
        f"/record/entries/{entry.number}",
        f"/incidents/{asked.incident}/record",
        f"/incidents/{asked.incident}/log",
    ):
        page = auditor.get(address).text
        assert said in page, address
        assert "Xanthippe" not in page
    assert GONE in page
    page = auditor.get(f"/record/entries/{entry.number}").text
    assert "Its words were erased." in page
    assert f'href="/record/entries/{entry.erased}"' in page
    page = auditor.post("/record/verify").text
    assert "The words of 1 of them were erased" in page
    assert auditor.get("/record?text=xanthippe").text.count("/record/entries/") == 0


def test_every_export_says_so_too(web: Web, browser: Open, asked: Asked) -> None:
    entry, auditor = left(web), browser("auditor")
    where = f"/incidents/{asked.incident}/record/export"
    table = auditor.post(where, {"form": "csv"}).text
    (found,) = [one for one in read(io.StringIO(table, newline="")) if one.erased]
    assert found == entry
    for form in ("csv", "html"):
        text = auditor.post(where, {"form": form}).text
        assert f"by Chief (entry {entry.erased}), because was asked for" in text
        assert "Xanthippe" not in text
    assert "Xanthippe" not in auditor.post(where, {"form": "jsonl"}).text


def test_a_report_that_leaves_entries_out_says_so_and_where_they_are(
    web: Web, asked: Asked
) -> None:
    with web.sessions.read() as db:
        found = history.of_incident(db, web.desk, asked.incident)
    assert "This report has" not in said(found)
    many = found.entries * 200
    told = said(replace(found, entries=many, count=12_345))
    assert told.count("This report has the first 500 of 12,345 entries. The other 11,845") == 2
    assert "The list is cut here." in told


def said(of: IncidentHistory) -> str:
    story = record_pdf._entries(of, ZoneInfo("Europe/London"))
    return " ".join(one.text for one in story if hasattr(one, "text"))
