"""One message: where it stands, who was asked, what became of it on every channel."""

from flask import Blueprint, render_template

from console.actions import reading
from console.domain.incident import Mode
from console.web.context import web
from console.web.worlds import both, must_be_here

blueprint = Blueprint("messages", __name__)


@both(blueprint, "/messages/<message_id>")
def page(mode: Mode, message_id: str) -> str:
    with web().sessions.read() as db:
        sheet = reading.message(db, web().desk, message_id)
    must_be_here(sheet.incident, mode)
    return render_template("pages/message.html", incident=sheet.incident, sheet=sheet)
