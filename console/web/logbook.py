"""The incident's log on the web: one field and one press; an entry of the record, and its wrong."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import logbook, reading
from console.actions.errors import NotReady
from console.actions.logbook import Note, NoteKind
from console.domain.incident import Mode
from console.domain.moment import moment
from console.store.engine import Transaction
from console.web import record_words
from console.web.access import me
from console.web.context import web
from console.web.once import new_key, once
from console.web.worlds import both, must_be_here

blueprint = Blueprint("logbook", __name__)

Errors = list[dict[str, str]]
_FAULTS = {
    ("note", "blank"): "Write what happened",
    ("note", "too long"): "Shorten it by {over} characters",
    ("party", "too long"): "Shorten the name by {over} characters",
    ("because", "too long"): "Shorten the reason by {over} characters",
    ("at", "to come"): "That is still to come. Write when it happened",
    ("at", "not a time"): "Write the time like 05:20, or 05:20, Fri 16 Jan",
}


class _Unclear(Exception):
    """A time that was not understood."""


@both(blueprint, "/incidents/<incident_id>/log")
def page(mode: Mode, incident_id: str) -> str:
    return _form(mode, incident_id, {}, [])


@both(blueprint, "/incidents/<incident_id>/log", methods=["POST"])
def add(mode: Mode, incident_id: str) -> Response | tuple[str, int]:
    with web().sessions.read() as db:
        must_be_here(reading.incident(db, incident_id).incident, mode)
    try:
        note = _note()
        once(lambda db: _added(db, incident_id, note))
    except NotReady as error:
        return _form(mode, incident_id, request.form, _errors(error)), 400
    except _Unclear:
        wrong = [{"text": _FAULTS["at", "not a time"], "href": "#at"}]
        return _form(mode, incident_id, request.form, wrong), 400
    return redirect(url_for("logbook.page", mode=mode, incident_id=incident_id) + "#log", 303)


@blueprint.get("/record/entries/<int:number>")
def entry(number: int) -> str:
    return _entry(number, {}, [])


@blueprint.post("/record/entries/<int:number>")
def correct(number: int) -> Response | tuple[str, int]:
    text = request.form.get("note", "")
    try:
        once(lambda db: str(_corrected(db, number, text)))
    except NotReady as error:
        return _entry(number, request.form, _errors(error)), 400
    return redirect(url_for("logbook.entry", number=number) + "#right", 303)


def log_of(incident_id: str) -> tuple[logbook.Written, ...]:
    """The newest first."""
    with web().sessions.read() as db:
        return logbook.written(db, incident_id)[::-1]


def _form(mode: Mode, incident_id: str, typed: Mapping[str, str], errors: Errors) -> str:
    with web().sessions.read() as db:
        incident = reading.incident(db, incident_id).incident
    must_be_here(incident, mode)
    return render_template(
        "pages/log.html",
        incident=incident,
        log=log_of(incident_id),
        typed=typed,
        errors=errors,
        wrong={one["href"][1:]: {"text": one["text"]} for one in errors},
        kinds=NoteKind,
        once=new_key(),
        **record_words.for_pages(web().desk.settings.zone),
    )


def _entry(number: int, typed: Mapping[str, str], errors: Errors) -> str:
    with web().sessions.read() as db:
        found = logbook.entry(db, number)
        right = logbook.corrections(db, number)
        incident = reading.incident(db, found.incident).incident if found.incident else None
    return render_template(
        "pages/record_entry.html",
        entry=found,
        about=incident,
        exercise=bool(incident and incident.exercise),
        right=right,
        typed=typed,
        errors=errors,
        wrong={one["href"][1:]: {"text": one["text"]} for one in errors},
        once=new_key(),
        **record_words.for_pages(web().desk.settings.zone),
    )


def _note() -> Note:
    """Raises `_Unclear`."""
    form = request.form
    known = {str(one): one for one in NoteKind}
    at, when = None, form.get("at", "").strip()
    if when:
        at = moment(when, web().now.astimezone(web().desk.settings.zone), future=False)
        if at is None:
            raise _Unclear
    return Note(
        text=form.get("note", ""),
        kind=known.get(form.get("kind", ""), NoteKind.NOTE),
        party=form.get("party", ""),
        at=at,
        because=form.get("because", ""),
    )


def _added(db: Transaction, incident_id: str, note: Note) -> str:
    logbook.add(db, incident_id=incident_id, note=note, by=me(), now=web().now)
    return incident_id


def _corrected(db: Transaction, number: int, text: str) -> int:
    return logbook.correct(db, number=number, text=text, by=me(), now=web().now).number


def _errors(error: NotReady) -> Errors:
    return [
        {
            "text": _FAULTS.get(
                (one.field, one.reason), "Remove {found}: it could not be read on the record"
            ).format(over=one.over, found=one.found),
            "href": f"#{one.field}",
        }
        for one in error.troubles
    ]
