"""Over half of all schools in one status: a page of its own that asks for their number."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import majority, messages
from console.actions.cards import MessageSheet
from console.actions.errors import NobodyToAsk, NotCounted, NotReady, Stale
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.domain.read_back import Listed
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow
from console.web.access import me
from console.web.context import web
from console.web.sheets import sheet_of
from console.web.worlds import both

blueprint = Blueprint("counting", __name__)
Page = str | Response | tuple[str, int]


@both(blueprint, "/messages/<message_id>/count")
def ask(mode: Mode, message_id: str) -> Page:
    """Nothing is asked where there is nothing to count: then the texts are what to look at."""
    sheet = sheet_of(mode, message_id)
    found = _to_count(message_id) if sheet.message.state is MessageState.DRAFT else None
    return _page(sheet, found) if found else _texts(sheet)


@both(blueprint, "/messages/<message_id>/count", methods=["POST"])
def send(mode: Mode, message_id: str) -> Page:
    """Sends it for approval if the number is right; the draft stays as it is if not."""
    sheet, typed = sheet_of(mode, message_id), request.form.get("counted", "").strip()
    counted = int(typed) if re.fullmatch(r"[0-9]{1,6}", typed) else None
    try:
        with web().sessions.begin() as db:
            row = messages.locked(db, message_id)
            if row.state == MessageState.DRAFT and row.version != request.form.get(
                "version", type=int
            ):
                raise Stale(row.version)
            messages.submit(
                db, web().desk, message_id=message_id, by=me(), now=web().now, counted=counted
            )
    except NotCounted as refused:
        return _page(sheet, refused.listed, typed=typed, wrong=_wrong(typed)), 400
    except (Stale, NotReady, NobodyToAsk):
        return _texts(sheet)  # that page says what is wrong, or what has changed
    web().ring()
    return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)


def _wrong(typed: str) -> str:
    if not typed:
        return "Type how many there are"
    return f"“{typed[:20]}” is not how many the list has. Count again, or change the list"


def _to_count(message_id: str) -> Listed | None:
    with web().sessions.read() as db:
        row = db.get_one(MessageRow, message_id)
        return majority.to_count(web().desk, db.get_one(IncidentRow, row.incident_id), row)


def _page(sheet: MessageSheet, listed: Listed, *, typed: str = "", wrong: str = "") -> str:
    return render_template(
        "pages/count.html",
        incident=sheet.incident,
        message=sheet.message,
        listed=listed,
        typed=typed,
        wrong=wrong,
        errors=[{"text": wrong, "href": "#counted"}] if wrong else [],
    )


def _texts(sheet: MessageSheet) -> Response:
    mode, message_id = sheet.incident.mode, sheet.message.id
    return redirect(url_for("checks.page", mode=mode, message_id=message_id), 303)
