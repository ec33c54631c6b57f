"""The report card of an exercise: for everybody who may read, and made for paper."""

from flask import Blueprint, render_template

from console.actions import report_card
from console.domain.incident import Mode
from console.web import report_words
from console.web.context import web
from console.web.worlds import must_be_here

blueprint = Blueprint("report_card", __name__)


@blueprint.get("/exercise/incidents/<incident_id>/report-card", defaults={"mode": Mode.EXERCISE})
def page(mode: Mode, incident_id: str) -> str:
    with web().sessions.read() as db:
        card = report_card.of(db, web().desk, incident_id)
    must_be_here(card.incident, mode)
    return render_template(
        "pages/report_card.html",
        incident=card.incident,
        type=web().desk.types.get(card.incident.type),
        card=card,
        lessons=[report_words.lesson(one, card) for one in card.lessons],
        compared=report_words.compared(card),
        span=report_words.span,
    )
