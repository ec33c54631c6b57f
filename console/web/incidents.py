"""One incident: its messages in order, what can follow, and where its record is."""

from flask import Blueprint, render_template

from console.actions import reading
from console.domain.incident import Mode
from console.web.context import web
from console.web.worlds import both, must_be_here

blueprint = Blueprint("incidents", __name__)


@both(blueprint, "/incidents/<incident_id>")
def page(mode: Mode, incident_id: str) -> str:
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
    must_be_here(sheet.incident, mode)
    return render_template("pages/incident.html", incident=sheet.incident, sheet=sheet)
