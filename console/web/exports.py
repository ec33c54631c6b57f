"""The record taken away: CSV, JSON Lines with proofs, a page to print, a PDF, or all in a bundle.

Each export is itself on the record. All but the PDF are written while they are read, so that a
record of a million entries takes no more memory than one of ten.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import Blueprint, abort, current_app, render_template, request
from jinja2 import Environment
from werkzeug.wrappers import Response

from console.actions import history, logbook, reading
from console.actions.desk import Desk
from console.domain.audit import Entry
from console.domain.incident import Mode
from console.domain.record_csv import COLUMNS, row
from console.store import audit, record_export
from console.store.audit import record
from console.store.engine import Sessions, Transaction
from console.web import bundle, record_pdf, record_words
from console.web.access import me
from console.web.context import web
from console.web.worlds import both, must_be_here

blueprint = Blueprint("exports", __name__)

_LINES = 500
"""How many lines of a table are sent at once."""


class Form(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    HTML = "html"
    PDF = "pdf"
    ZIP = "zip"


MEDIA = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSONL: "application/jsonl; charset=utf-8",
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.ZIP: "application/zip",
}


@dataclass(frozen=True)
class Taken:
    """One export: of what, by whom, when; and what it is read with, after the request has ended."""

    desk: Desk
    sessions: Sessions
    pages: Environment
    incident: str
    """Empty: the whole record."""
    title: str
    by: str
    at: datetime

    def entries(self, db: Transaction) -> Iterator[Entry]:
        return audit.entries(db, incident=self.incident or None)


Write = Callable[[Transaction, Taken], Iterator[bytes]]


@blueprint.get("/record/export")
def choose() -> str:
    with web().sessions.read() as db:
        number, _ = audit.head(db)
    return render_template("pages/export.html", entries=number, incident=None)


@blueprint.post("/record/export")
def whole() -> Response:
    form = _form(Form.CSV, Form.JSONL, Form.HTML, Form.ZIP)
    return _export(form, "", "everything", "whole")


@both(blueprint, "/incidents/<incident_id>/record/export", methods=["POST"])
def incident(mode: Mode, incident_id: str) -> Response:
    with web().sessions.read() as db:
        found = reading.incident(db, incident_id).incident
    must_be_here(found, mode)
    return _export(_form(*Form), incident_id, found.title, f"{mode}-{incident_id}")


def _form(*allowed: Form) -> Form:
    try:
        chosen = Form(request.form.get("form", ""))
    except ValueError:
        abort(400)
    return chosen if chosen in allowed else abort(400)


def _export(form: Form, incident_id: str, title: str, name: str) -> Response:
    at_hand, by = web(), me()
    with at_hand.sessions.begin() as db:
        record(
            db,
            actor=by.actor,
            action="record exported",
            subject=f"incident:{incident_id}" if incident_id else "record",
            incident=incident_id,
            detail={"form": form},
            now=at_hand.now,
        )
    taken = Taken(
        at_hand.desk,
        at_hand.sessions,
        current_app.jinja_env,
        incident_id,
        title,
        by.name,
        at_hand.now,
    )
    answer = Response(_read(taken, WRITE[form]), content_type=MEDIA[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="record-{name}.{form}"'
    return answer


def _read(taken: Taken, write: Write) -> Iterator[bytes]:
    """One snapshot of the record for the whole of the export."""
    with taken.sessions.read() as db:
        yield from write(db, taken)


class _Line:
    """What the csv module writes to: keeps one line."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def as_csv(db: Transaction, taken: Taken) -> Iterator[bytes]:
    line = _Line()
    writer = csv.writer(line)
    zone = taken.desk.settings.zone

    def lines() -> Iterator[str]:
        writer.writerow(COLUMNS)
        yield line.text
        for one in taken.entries(db):
            time = record_words.exact_time(one.at, zone)
            writer.writerow(row(one, time=time, what=record_words.said(one)))
            yield line.text

    return _gathered(lines())


def as_jsonl(db: Transaction, taken: Taken) -> Iterator[bytes]:
    found = _proof(db, taken)
    yield from found.lines(db) if found else ()


def as_html(db: Transaction, taken: Taken) -> Iterator[bytes]:
    """One page that needs nothing else, with numbered lines."""
    sheet = (taken.desk.settings.templates / "exports" / "record.css").read_text()
    page = taken.pages.get_template("exports/record.html").generate(
        taken=taken,
        sheet=sheet,
        council=taken.desk.settings.council,
        history=_history(db, taken),
        entries=taken.entries(db),
        **record_words.for_pages(taken.desk.settings.zone),
    )
    return _gathered(page)


def as_pdf(db: Transaction, taken: Taken) -> Iterator[bytes]:
    found = _proof(db, taken)
    notes = list(found.checkpoints(db))[-record_pdf.CHECKPOINTS :] if found else []
    yield record_pdf.report(
        history=history.of_incident(db, taken.desk, taken.incident),
        log=logbook.written(db, taken.incident),
        desk=taken.desk,
        by=taken.by,
        at=taken.at,
        checkpoints=notes,
        public_key=str(found.header["public_key"]) if found else "",
    )


def as_zip(db: Transaction, taken: Taken) -> Iterator[bytes]:
    found = _proof(db, taken)
    files: dict[str, Iterable[bytes]] = {
        "record.csv": as_csv(db, taken),
        "record.html": as_html(db, taken),
    }
    if taken.incident:
        files["report.pdf"] = as_pdf(db, taken)
        files |= bundle.words_and_pictures(db, _must(_history(db, taken)))
    if found:
        files = {
            "record.jsonl": found.lines(db),
            "checkpoints.txt": (note.encode() for note in found.checkpoints(db)),
            "verify.py": [bundle.verifier()],
            **files,
        }
    key = str(found.header["public_key"]) if found else ""
    readme = bundle.readme(taken.title, taken.desk.settings.council.name, taken.at, key)
    return bundle.zipped({"README.txt": [readme.encode()], **files}, taken.at)


WRITE: dict[Form, Write] = {
    Form.CSV: as_csv,
    Form.JSONL: as_jsonl,
    Form.HTML: as_html,
    Form.PDF: as_pdf,
    Form.ZIP: as_zip,
}


def _proof(db: Transaction, taken: Taken) -> record_export.Export | None:
    council = taken.desk.settings.council.name
    return record_export.opened(db, council=council, incident=taken.incident, now=taken.at)


def _history(db: Transaction, taken: Taken) -> history.IncidentHistory | None:
    return history.of_incident(db, taken.desk, taken.incident) if taken.incident else None


def _must(found: history.IncidentHistory | None) -> history.IncidentHistory:
    assert found is not None
    return found


def _gathered(lines: Iterable[str]) -> Iterator[bytes]:
    """Some hundred lines at a time: each piece costs a turn of the server."""
    kept: list[str] = []
    for line in lines:
        kept.append(line)
        if len(kept) == _LINES:
            yield "".join(kept).encode()
            kept.clear()
    yield "".join(kept).encode()
