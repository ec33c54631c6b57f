"""Checks 26 to 33 of the scoring sheet: the board says what is so, and the record proves it."""

import csv
import io
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from console.domain import record_csv
from console.store import append_only
from console.store.deliveries import DeliveryRow
from tests.scoring.conftest import Measured
from tests.scoring.hand import Hand, hand, heading, sign_in
from tests.scoring.town import Town

FORMULA = '=HYPERLINK("https://press.example")'


@pytest.fixture(scope="module")
def officer(browser: Browser, town: Town) -> Iterator[Hand]:
    with hand(browser) as found:
        sign_in(found.page, town, "duty officer")
        yield found


@pytest.fixture(scope="module")
def auditor(browser: Browser, town: Town) -> Iterator[Hand]:
    with hand(browser) as found:
        sign_in(found.page, town, "auditor")
        yield found


@pytest.fixture(autouse=True)
def _networks_work_again(town: Town) -> Iterator[None]:
    yield
    town.mend()


@pytest.fixture(scope="module")
def formula(town: Town) -> str:
    """A message that went out, in an incident whose title a spreadsheet would run; its id."""
    return town.sent(FORMULA, "Snow on Formula Road. Stay at home.")


def row(page: Page, channel: str) -> Locator:
    named = page.get_by_role("heading", name=channel)
    return page.locator(".skellat-board__line").filter(has=named)


def test_26_one_failing_channel_holds_up_no_other(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """One channel fails: the others are sent, and the header says “n−1 of n”."""
    town.fault("mastodon", "401")
    id_ = town.sent("One fails", "One fails. Stay at home.")
    officer.page.goto(f"{town.base}/messages/{id_}")
    expect(heading(officer.page)).to_contain_text("4 of 5 sent")
    states = town.states(id_)
    assert states.pop("mastodon") == "failed"
    assert set(states.values()) == {"sent"}
    measured("“4 of 5 sent”")


def test_27_what_is_unconfirmed_is_checked_and_not_retried(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """An unconfirmed delivery offers a check, never a blind retry."""
    town.fault("mastodon", "drop", times=200)
    town.fault("smtp", "drop")
    id_ = town.sent("Unconfirmed", "Unconfirmed. Stay at home.")
    page = officer.page
    page.goto(f"{town.base}/messages/{id_}")
    for channel in ("Mastodon", "E-mail to residents"):
        line = row(page, channel)
        expect(line.locator(".govuk-tag")).to_have_text("may be public: check")
        expect(line.get_by_role("button", name="It was published")).to_be_visible()
        assert line.get_by_role("button", name="Send again").count() == 0
    expect(row(page, "Mastodon").get_by_role("button", name="Check again")).to_be_visible()
    row(page, "E-mail to residents").get_by_role("link", name="Send again").click()
    expect(heading(page)).to_contain_text("Send again to E-mail to residents?")
    measured("“Check again”, “It was published”; sending again asks first")


def test_28_a_stuck_job_is_late_in_two_minutes(
    officer: Hand, town: Town, measured: Measured
) -> None:
    """A stuck job shows “late” after at most 120 s."""
    town.fault("mastodon", "429", seconds=600)
    id_ = town.submitted("Stuck", "Stuck. Stay at home.")
    town.sign(town.link("Stuck"))
    officer.page.goto(f"{town.base}/messages/{id_}")
    tag = row(officer.page, "Mastodon").locator(".govuk-tag")
    expect(heading(officer.page)).to_contain_text("4 of 5 sent")
    expect(tag).to_have_text("waiting")
    every = int(officer.page.locator("#live").get_attribute("data-every") or 120)
    old = timedelta(seconds=120 - every)  # as at the last look before the two minutes are over
    with town.sessions.begin() as db:
        stuck = db.query(DeliveryRow).filter_by(message_id=id_, channel="mastodon").one()
        stuck.changed_at = stuck.created_at = datetime.now(UTC) - old
    look = officer.page.request.get(f"{town.base}/messages/{id_}")
    assert re.search(r">\s*late\s*</strong>", look.text())
    expect(tag).to_have_text("late")
    measured(f"late at {old.total_seconds():.0f} s; the page looks every {every} s")


def test_29_an_exercise_looks_like_nothing_else(
    officer: Hand, browser: Browser, town: Town, measured: Measured
) -> None:
    """An exercise and the real thing differ in h1, title, button text and URL."""
    seen = {mode: _pages(officer.page, browser, town, mode) for mode in ("actual", "exercise")}
    for name, (url, title, h1, buttons) in seen["actual"].items():
        drilled = seen["exercise"][name]
        assert "/exercise/" in drilled[0], name
        assert "/exercise/" not in url, name
        assert drilled[1].startswith("Exercise: "), name
        assert not title.startswith("Exercise: "), name
        assert h1 != drilled[2], name
        assert re.search("exercise|rehears", drilled[2], re.I), name
        assert not buttons & drilled[3], name
    measured(f"{len(seen['actual'])} pairs of pages")


Seen = tuple[str, str, str, frozenset[str]]
LEAVES = re.compile("publish|send|rehears|stop|correct|take it back", re.I)
"""Buttons by which something leaves, or is kept from it."""


def _pages(page: Page, browser: Browser, town: Town, mode: str) -> dict[str, Seen]:
    """Address, title, heading and dangerous buttons of each page on the way of a message."""
    world, title = "/exercise" if mode == "exercise" else "", "Both worlds"
    draft = town.drafted(title, "Both worlds. Stay at home.", mode=mode)
    waits = town.submitted(f"{title}, {mode}", "Both worlds. Stay at home.", mode=mode)
    link = town.link(f"{title}, {mode}")
    sent = town.sent(f"{title}, sent {mode}", "Both worlds, sent.", mode=mode)
    incident = town.message(sent)["incident"]
    paths = {
        "new": f"{world}/incidents/new/snow-ice",
        "edit": f"{world}/messages/{draft}/edit",
        "draft": f"{world}/messages/{draft}",
        "check": f"{world}/messages/{draft}/check",
        "waiting": f"{world}/messages/{waits}",
        "board": f"{world}/messages/{sent}",
        "incident": f"{world}/incidents/{incident}",
        "log": f"{world}/incidents/{incident}/log",
        "take back": f"{world}/messages/{sent}/take-back",
    }
    found = {name: _seen(page, f"{town.base}{path}") for name, path in paths.items()}
    with hand(browser) as approver:
        found["sign-off"] = _seen(approver.page, link)
        town.sign(link)
        town.settled(waits)
        found["signed"] = _seen(approver.page, link)
    return found


def _seen(page: Page, address: str) -> Seen:
    page.goto(address)
    words = page.locator("main button, main a.govuk-button").all_inner_texts()
    dangerous = frozenset(one for one in words if LEAVES.search(one) and "Send back" not in one)
    return page.url, page.title(), heading(page).inner_text(), dangerous


def test_30_a_persons_entry_is_three_clicks_away(
    auditor: Hand, town: Town, formula: str, measured: Measured
) -> None:
    """Filter by person → an entry in at most three clicks."""
    page = auditor.page
    page.goto(town.base)
    auditor.taps = 0
    auditor.tap(page.get_by_role("link", name="Record", exact=True))
    auditor.tap(page.locator("td").get_by_role("link", name="Demo approver", exact=True).first)
    auditor.tap(page.get_by_role("link", name=re.compile(r"^Entry \d+$")).first)
    expect(page.locator("main")).to_contain_text("Demo approver")
    assert "/record/entries/" in page.url
    measured(f"{auditor.taps} clicks")
    assert auditor.taps <= 3


def test_31_the_plot_has_an_equal_table(
    auditor: Hand, town: Town, formula: str, measured: Measured
) -> None:
    """The plot has an equal data table."""
    incident = town.message(formula)["incident"]
    auditor.page.goto(f"{town.base}/incidents/{incident}/record")
    figure = auditor.page.locator(".record__timeline")
    drawn = figure.locator("rect title").all_text_contents()
    told = [
        f"{cells[1]}: {cells[4]}"
        for cells in (one.locator("th, td").all_text_contents() for one in _rows(figure))
    ]
    assert drawn
    assert drawn == told
    measured(f"{len(drawn)} spans, {len(told)} rows")


def _rows(figure: Locator) -> list[Locator]:
    return figure.locator("tbody tr").all()


def test_32_verify_names_the_altered_row(
    town: Town, formula: str, tmp_path: Path, measured: Measured
) -> None:
    """One row altered: the verification names its number."""
    number = town.entries(formula, "message sent for approval")[0]["number"]
    home = tmp_path / "copy"
    home.mkdir()
    (home / "secret").write_bytes((town.demo.home / "secret").read_bytes())
    with (
        sqlite3.connect(town.demo.home / "skellat.db") as live,
        sqlite3.connect(home / "skellat.db") as copy,
    ):
        live.backup(copy)
    live.close()
    copy.close()
    assert _verified(home)[0] == 0
    with sqlite3.connect(home / "skellat.db") as copy:
        for statement in append_only.undone("sqlite"):
            copy.execute(statement)
        copy.execute("UPDATE audit SET actor = 'Somebody else' WHERE number = ?", (number,))
    copy.close()
    code, said = _verified(home)
    assert code == 1
    assert f"entry {number}:" in said
    measured(f"“{said.partition(':')[0]}”")


def _verified(home: Path) -> tuple[int, str]:
    """What `skellat audit verify` says of this state folder."""
    told = subprocess.run(
        [sys.executable, "-m", "console.cli", "audit", "verify", "--dir", str(home)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    return told.returncode, told.stdout


def test_33_the_csv_comes_back_and_runs_nothing(
    auditor: Hand, town: Town, formula: str, measured: Measured
) -> None:
    """The CSV export is read back; cells that are formulas are neutralised."""
    incident = town.message(formula)["incident"]
    auditor.page.goto(f"{town.base}/incidents/{incident}/record")
    token = auditor.page.locator("[name=csrf_token]").first.input_value()
    answer = auditor.page.request.post(
        f"{town.base}/incidents/{incident}/record/export",
        form={"form": "csv", "csrf_token": token},
    )
    assert answer.ok
    whole = answer.body().decode()
    known = town.demo.api("GET", f"/audit?incident={incident}").json()["entries"]
    back = {one.number: one.digest for one in record_csv.read(io.StringIO(whole, newline=""))}
    assert {one["number"]: one["digest"] for one in known if one["number"] in back} == back
    cells = [cell for line in csv.reader(io.StringIO(whole, newline="")) for cell in line]
    assert any(cell.startswith(f"'{FORMULA}") or FORMULA in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    measured(f"{len(back)} entries with their digests")
