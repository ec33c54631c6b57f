"""The record: who did what, when, to which words; and the proof that it is whole."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import history, reading
from console.actions.same_words import grouped
from console.domain.audit import Entry
from console.domain.incident import Mode
from console.web import record_words
from console.web.context import web
from console.web.worlds import both, must_be_here

blueprint = Blueprint("record", __name__)

ENTRIES_SHOWN = 500
"""Of one incident on its page; a download has all of them."""
COLUMNS = (
    "number",
    "time",
    "at (UTC)",
    "who",
    "who (id)",
    "action",
    "what",
    "subject",
    "incident",
    "detail",
    "previous",
    "digest",
)


@blueprint.get("/record")
def page() -> str:
    wanted = history.Wanted(
        person=request.args.get("person", ""),
        action=request.args.get("action", ""),
        incident=request.args.get("incident", "").strip(),
    )
    before = request.args.get("before", "")
    with web().sessions.read() as db:
        # A number that no column holds would be an error of the database, not an empty page.
        found = history.page(
            db, wanted, before=int(before) if before.isdecimal() and len(before) < 10 else None
        )
        people, actions = history.people_and_actions(db)
    older = found.older and url_for("record.page", **_given(wanted), before=found.older)
    return render_template(
        "pages/record.html",
        found=found,
        wanted=wanted,
        people=people,
        actions=actions,
        older=older,
        newest=url_for("record.page", **_given(wanted)) if before else "",
        **_words(),
    )


@blueprint.get("/record/verify")
def verify() -> str:
    with web().sessions.read() as db:
        verified = history.verify(db)
    return render_template("pages/record_verified.html", verified=verified, now=web().now)


@both(blueprint, "/incidents/<incident_id>/record")
def incident(mode: Mode, incident_id: str) -> str:
    desk = web().desk
    with web().sessions.read() as db:
        found = history.of_incident(db, desk, incident_id)
    must_be_here(found.incident, mode)
    return render_template(
        "pages/record_incident.html",
        incident=found.incident,
        found=found,
        entries_shown=ENTRIES_SHOWN,
        grouped=lambda variants: grouped(desk, variants),
        groups_listed=lambda one: tuple(line for group in one.groups for line in group.listed),
        **_words(),
    )


@both(blueprint, "/incidents/<incident_id>/record.csv")
def as_csv(mode: Mode, incident_id: str) -> Response:
    return _export(incident_id, mode, "csv", "text/csv; charset=utf-8", _csv)


@both(blueprint, "/incidents/<incident_id>/record.jsonl")
def as_jsonl(mode: Mode, incident_id: str) -> Response:
    return _export(incident_id, mode, "jsonl", "application/jsonl; charset=utf-8", _jsonl)


def _export(
    incident_id: str,
    mode: Mode,
    ending: str,
    media_type: str,
    write: Callable[[Iterable[Entry]], str],
) -> Response:
    with web().sessions.read() as db:
        must_be_here(reading.incident(db, incident_id).incident, mode)
        answer = make_response(write(history.entries(db, incident_id)))
    answer.content_type = media_type
    name = f"record-{mode}-{incident_id}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _csv(entries: Iterable[Entry]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in entries:
        row = (
            one.number,
            record_words.exact_time(one.at, web().desk.settings.zone),
            one.at,
            one.actor,
            one.actor_id,
            one.action,
            record_words.said(one),
            one.subject,
            one.incident,
            one.detail,
            one.previous,
            one.digest,
        )
        writer.writerow([record_words.harmless(cell) for cell in row])
    return out.getvalue()


def _jsonl(entries: Iterable[Entry]) -> str:
    """Every field as it was digested, so that each entry can be checked from this file alone."""
    return "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in entries)


def _given(wanted: history.Wanted) -> dict[str, Any]:
    return {name: value for name, value in asdict(wanted).items() if value}


def _words() -> dict[str, Any]:
    zone = web().desk.settings.zone
    return {
        "said": record_words.said,
        "red": record_words.RED,
        "outcomes": record_words.OUTCOMES,
        "lasted": record_words.lasted,
        "exact_time": lambda at: record_words.exact_time(at, zone),
        "stamped": lambda at: record_words.stamped(at, zone) if at else "",
    }
