"""What was erased, and a record that does not verify, shut nobody out either: axe, both schemes, on
a small phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from console.actions import erasing, incidents, logbook, people
from console.domain.incident import Mode
from console.domain.policy import Role
from console.store import append_only, audit
from console.store.audit import Actor
from console.web.context import Web
from tests.journeys.browser import chromium, phone
from tests.journeys.served import PASSWORD, served
from tests.journeys.shut_out import SMALL, sideways, violations


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def console(tmp_path: Path) -> Iterator[tuple[str, Web]]:
    """Its address. One entry in an incident's log was erased."""
    with served(tmp_path) as (base, web):
        with web.sessions.begin() as db:
            boss, auditor = (
                people.add(
                    db,
                    email=f"{role}@northbrae.example",
                    name=str(role).title(),
                    roles=[role],
                    password=PASSWORD,
                    pin="",
                    by=Actor("tests"),
                    now=web.now,
                )
                for role in (Role.ADMINISTRATOR, Role.AUDITOR)
            )
            officer = people.known(db, "officer@northbrae.example")
            incident = incidents.open_incident(
                db, web.desk, type_="snow-ice", title="Snow on Glen Road", mode=Mode.ACTUAL,
                by=officer, now=web.now,
            )  # fmt: skip
        with web.sessions.begin() as db:
            note = logbook.Note("Mrs Moss of Glen Road fell")
            logbook.add(db, incident_id=incident, note=note, by=officer, now=web.now)
        with web.sessions.begin() as db:
            number, _ = audit.head(db)
            erasing.erase(
                db, numbers=[number], reason="asked for, case 4711", by=boss, second=auditor,
                now=web.now,
            )  # fmt: skip
        yield base, web


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail address").fill(f"{Role.AUDITOR}@northbrae.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_erased_or_changed_shuts_nobody_out(
    console: tuple[str, Web], browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    base, web = console
    with web.sessions.read() as db:
        entry = next(one for one in audit.entries(db) if one.erased)
    page = phone(browser, scheme=scheme, size=SMALL).new_page()
    sign_in(page, base)
    for path, says in {
        "/record": "asked for, case 4711",
        f"/record/entries/{entry.number}": "asked for, case 4711",
        f"/record/entries/{entry.erased}": "asked for, case 4711",
        f"/incidents/{entry.incident}/record": "asked for, case 4711",
        f"/incidents/{entry.incident}/log": "asked for, case 4711",
        "/record/verify": "Check that the record is whole",
    }.items():
        page.goto(base + path)
        assert says in page.locator("main").inner_text(), path
        assert violations(page) + sideways(page) == [], path
    page.get_by_role("button", name="Check every entry").click()
    expect(page.locator("main")).to_contain_text("unbroken")
    assert violations(page) + sideways(page) == []
    with web.sessions.engine.begin() as db:
        for statement in append_only.undone("sqlite"):
            db.exec_driver_sql(statement)
        db.exec_driver_sql("UPDATE audit SET actor = 'Nobody' WHERE number = 2")
    page.goto(f"{base}/record/verify")
    page.get_by_role("button", name="Check every entry").click()
    expect(page.locator("main")).to_contain_text("broken at entry 2")
    assert violations(page) + sideways(page) == []
