"""The record taken away: each form is whole, is on the record itself, and proves what it says."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from console.actions import history
from console.domain.audit import Entry
from console.domain.incident import Mode
from console.domain.record_csv import read
from console.store import append_only, audit
from console.web import bundle, pdf_parts
from console.web.context import Web
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
FORMULA = '=HYPERLINK("https://press.example")'


@pytest.fixture
def auditor(browser: Open) -> Browser:
    return browser("auditor")


@pytest.fixture
def asked(web: Web) -> Asked:
    return acting.asked(web, title=FORMULA, picture=acting.picture(web), alt="A map of the Glen")


def take(auditor: Browser, asked: Asked | None, form: str) -> TestResponse:
    where = f"/incidents/{asked.incident}" if asked else ""
    answer = auditor.post(f"{where}/record/export", {"form": form})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer


def entries(web: Web, incident: str | None = None) -> list[Entry]:
    with web.sessions.read() as db:
        return list(audit.entries(db, incident=incident))


def test_the_csv_is_read_back_into_the_same_entries(
    web: Web, auditor: Browser, asked: Asked
) -> None:
    answer = take(auditor, asked, "csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert list(read(io.StringIO(answer.text, newline=""))) == entries(web, asked.incident)
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert FORMULA in answer.text.replace('""', '"')


def test_each_export_is_on_the_record_and_in_itself(
    web: Web, auditor: Browser, asked: Asked
) -> None:
    for form in ("csv", "jsonl", "html", "pdf", "zip"):
        take(auditor, asked, form)
        last = entries(web)[-1]
        assert (last.action, last.actor, last.incident) == (
            "record exported", "Rab Tulloch", asked.incident,
        )  # fmt: skip
        assert json.loads(last.detail) == {"form": form}
    assert "record exported" in take(auditor, asked, "csv").text.splitlines()[-1]


def test_looking_takes_nothing_away(auditor: Browser, asked: Asked) -> None:
    assert auditor.get(f"/incidents/{asked.incident}/record/export").status_code == 405
    assert auditor.get("/record/export").status_code == 200
    for form in ("", "exe"):
        answer = auditor.post(f"/incidents/{asked.incident}/record/export", {"form": form})
        assert answer.status_code == 400
    assert auditor.post("/record/export", {"form": "pdf"}).status_code == 400


def test_the_page_to_print_needs_nothing_else_and_numbers_its_lines(
    web: Web, auditor: Browser, asked: Asked
) -> None:
    page = take(auditor, asked, "html").text
    assert "<script" not in page
    assert "http-equiv" not in page
    assert "src=" not in page
    assert "&lt;" not in page.split("<style>")[1].split("</style>")[0]
    assert page.count("<tr><td>") == len(entries(web, asked.incident))
    assert "heavy snow in Cairn Pass" in page
    assert "EXERCISE" not in page


def test_an_exercises_exports_say_so(web: Web, auditor: Browser) -> None:
    asked = acting.asked(web, mode=Mode.EXERCISE)
    answer = auditor.post(f"/exercise/incidents/{asked.incident}/record/export", {"form": "html"})
    assert "EXERCISE. Nothing here reached the public." in answer.text
    assert f"record-exercise-{asked.incident}" in answer.headers["Content-Disposition"]


def test_the_report_has_pages_and_letters_of_wales_and_poland(
    web: Web, auditor: Browser, asked: Asked
) -> None:
    content = take(auditor, asked, "pdf").data
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    letters = "ŵŷŴŶâêîôûŵ ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ Gàidhlig ’“”–…✓"
    assert pdf_parts.shown(letters) == letters
    assert pdf_parts.shown("\U0001f6a8 snow") == "[U+1F6A8] snow"


@pytest.mark.parametrize("whole", [True, False])
def test_a_stranger_proves_the_bundle_with_what_is_in_it(
    web: Web, auditor: Browser, asked: Asked, tmp_path: Path, whole: bool
) -> None:
    acting.drafted(web, title="Another incident")
    answer = take(auditor, None if whole else asked, "zip")
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert packed.testzip() is None
    packed.extractall(tmp_path)
    said = verified(tmp_path)
    assert said.startswith("Unbroken: ")
    assert "Another incident" in (tmp_path / "record.jsonl").read_text() or not whole
    with (tmp_path / "record.csv").open(newline="") as file:
        assert list(read(file)) == entries(web, None if whole else asked.incident)
    if whole:
        return
    assert "Another incident" not in (tmp_path / "record.jsonl").read_text()
    texts = list((tmp_path / "texts").rglob("*.txt"))
    assert any("heavy snow in Cairn Pass" in one.read_text() for one in texts)
    (picture,) = (tmp_path / "pictures").iterdir()
    assert picture.read_bytes().startswith(b"\xff\xd8\xff")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_bundle_of_a_changed_record_names_the_entry(
    web: Web, auditor: Browser, asked: Asked, tmp_path: Path
) -> None:
    with web.sessions.engine.begin() as db:
        for statement in append_only.undone("sqlite"):
            db.execute(text(statement))
        db.execute(text("update audit set actor = 'Nobody' where number = 3"))
    answer = take(auditor, asked, "zip")
    zipfile.ZipFile(io.BytesIO(answer.data)).extractall(tmp_path)
    with web.sessions.read() as db:
        assert history.verify(db).broken
    whole = take(auditor, None, "zip")
    zipfile.ZipFile(io.BytesIO(whole.data)).extractall(tmp_path)
    assert "entry 3" in verified(tmp_path)


def test_a_bundle_is_written_while_it_is_read() -> None:
    read_now: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(50):
            read_now.append(number)
            yield bytes([number]) * 200_000

    pieces = bundle.zipped({"a": parts(), "b": parts()}, datetime(2026, 1, 16, tzinfo=UTC))
    next(pieces)
    assert len(read_now) == 1
    assert max(len(piece) for piece in pieces) < 400_000


def verified(folder: Path) -> str:
    """What the verifier says, run as a stranger runs it: with Python and cryptography alone."""
    key = json.loads((folder / "record.jsonl").read_text().splitlines()[0])["public_key"]
    command = [
        sys.executable, "-I", "verify.py", "record.jsonl", "--checkpoints", "checkpoints.txt",
        "--public-key", key,
    ]  # fmt: skip
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    return ran.stdout
