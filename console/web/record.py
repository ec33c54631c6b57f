"""The record: who did what, when, to which words; and the proof that it is whole."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from console.actions import history, logbook
from console.actions.same_words import grouped
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.moment import moment
from console.store.search import Wanted
from console.web import record_words
from console.web.context import web
from console.web.timeline import timeline
from console.web.version_diff import changes
from console.web.worlds import both, must_be_here

blueprint = Blueprint("record", __name__)

_LONGEST = 200
"""Characters of what is looked for."""
_TIME = "Write the time like 05:20, Fri 16 Jan, or 2026-01-16T05:20"


@blueprint.get("/record")
def page() -> str:
    typed = {one.name: request.args.get(one.name, "").strip()[:_LONGEST] for one in fields(Wanted)}
    errors: list[dict[str, str]] = []
    begin, until = _time(typed, "begin", errors), _time(typed, "until", errors)
    asked: dict[str, Any] = {**typed, "begin": begin, "until": until}
    wanted = Wanted(**asked)
    before = request.args.get("before", "")
    with web().sessions.read() as db:
        # A number that no column holds would be an error of the database, not an empty page.
        found = history.page(
            db, wanted, before=int(before) if before.isdecimal() and len(before) < 10 else None
        )
        people, actions = history.people_and_actions(db)
    given = {name: value for name, value in typed.items() if value}
    return render_template(
        "pages/record.html",
        found=found,
        typed=typed,
        errors=errors,
        wrong={one["href"][1:]: {"text": one["text"]} for one in errors},
        narrowed=not wanted.everything,
        people=people,
        actions=actions,
        channels=[(one.name, one.title) for one in web().desk.channels],
        states=[str(one) for one in DeliveryState],
        twice=lambda names: [(one, one) for one in names],
        older=found.older and _address({**given, "before": str(found.older)}),
        newest=_address(given) if before else "",
        only=lambda **more: _address({**given, **more}),
        **_words(),
    )


@blueprint.get("/record/verify")
def verify() -> str:
    with web().sessions.read() as db:
        extent = history.extent(db)
    return render_template("pages/record_verify.html", extent=extent)


@blueprint.post("/record/verify")
def verified() -> str:
    with web().sessions.read() as db:
        verified = history.verify(db)
    return render_template("pages/record_verified.html", verified=verified, now=web().now)


@both(blueprint, "/incidents/<incident_id>/record")
def incident(mode: Mode, incident_id: str) -> str:
    desk = web().desk
    with web().sessions.read() as db:
        found = history.of_incident(db, desk, incident_id)
        log = logbook.written(db, incident_id)
    must_be_here(found.incident, mode)
    return render_template(
        "pages/record_incident.html",
        incident=found.incident,
        found=found,
        log=log,
        timeline=timeline(found, log),
        changed=_changed,
        title_of=_title_of,
        grouped=lambda variants: grouped(desk, variants),
        groups_listed=lambda one: tuple(line for group in one.groups for line in group.listed),
        **_words(),
    )


def _changed(revisions: tuple[history.Revision, ...], number: int) -> Any:
    """What a version changed of the one before it; nothing for the first."""
    if number < 2:
        return ()
    return changes(revisions[number - 2].variants, revisions[number - 1].variants)


def _title_of(channel: str) -> str:
    known = web().desk.channel(channel)
    return known.title if known else channel


def _time(typed: dict[str, str], field: str, errors: list[dict[str, str]]) -> datetime | None:
    """A time that is not understood narrows nothing, and is said."""
    if not typed[field]:
        return None
    found = moment(typed[field], web().now.astimezone(web().desk.settings.zone), future=False)
    if found is None:
        errors.append({"text": _TIME, "href": f"#{field}"})
    return found


def _address(given: dict[str, str]) -> str:
    values: dict[str, Any] = dict(given)
    return url_for("record.page", **values)


def _words() -> dict[str, Any]:
    return record_words.for_pages(web().desk.settings.zone)
