"""Releasing alone where life is in danger, and looking back at it afterwards."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import alone, policies
from console.actions.alone import Changed, LookedAlready, NoDanger, NotWaiting
from console.actions.cards import MessageSheet
from console.actions.errors import Expired, NotFound, NotPermitted, ReasonMissing
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.domain.policy import Act
from console.store.messages import MessageRow
from console.web import proving
from console.web.access import me, session_of
from console.web.context import web
from console.web.sheets import sheet_of
from console.web.worlds import both

blueprint = Blueprint("alone", __name__)
Page = str | Response | tuple[str, int]
CONFIRMED = "release alone"
"""What is typed, so that nobody does it by habit."""


@both(blueprint, "/messages/<message_id>/alone")
def ask(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    if sheet.message.state is not MessageState.AWAITING:
        return _back(sheet)
    return _asking(sheet, {})


@both(blueprint, "/messages/<message_id>/alone", methods=["POST"])
def send(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    typed = " ".join(request.form.get("confirm", "").casefold().split())
    if typed != CONFIRMED:
        return _asking(sheet, {"confirm": f"Type {CONFIRMED} here"}), 400
    if (page := proving.second_factor()) is not None:
        return page
    try:
        with web().sessions.begin() as db:
            alone.send(
                db,
                web().desk,
                message_id=message_id,
                digest=request.form.get("digest", ""),
                danger=request.form.get("danger") == "yes",
                reason=request.form.get("reason", ""),
                strong_at=session_of().strong_at,
                by=me(),
                now=web().now,
            )
    except NoDanger:
        wrong = "Only danger to life is a reason to release alone. Tick it if it is so"
        return _asking(sheet, {"danger": wrong}), 400
    except ReasonMissing:
        return _asking(sheet, {"reason": "Say why it cannot wait for an approver"}), 400
    except (NotWaiting, Expired, Changed):
        return _back(sheet)  # the page says what has become of it
    web().ring()
    return _back(sheet)


@both(blueprint, "/messages/<message_id>/look-back")
def look(mode: Mode, message_id: str) -> Page:
    return _looking(sheet_of(mode, message_id), {})


@both(blueprint, "/messages/<message_id>/look-back", methods=["POST"])
def look_back(mode: Mode, message_id: str) -> Page:
    sheet, verdict = sheet_of(mode, message_id), request.form.get("verdict", "")
    if verdict not in ("right", "wrong"):
        return _looking(sheet, {"verdict": "Choose one of the two"})
    try:
        with web().sessions.begin() as db:
            alone.look_back(
                db,
                message_id=message_id,
                right=verdict == "right",
                words=request.form.get("words", ""),
                by=me(),
                now=web().now,
            )
    except ReasonMissing:
        return _looking(sheet, {"words": "Say what should have been done instead"})
    except LookedAlready:
        pass  # the page says who did, and what they said
    return _back(sheet)


def _asking(sheet: MessageSheet, wrong: dict[str, str]) -> str:
    with web().sessions.read() as db:
        rules = policies.of(db, web().desk, db.get_one(MessageRow, sheet.message.id))
    if not alone.may(rules, me()):
        raise NotPermitted(Act.ALONE)
    return render_template(
        "pages/alone.html", **_shown(sheet), confirmed=CONFIRMED, **_wrong(wrong)
    )


def _looking(sheet: MessageSheet, wrong: dict[str, str]) -> Response | tuple[str, int]:
    with web().sessions.read() as db:
        found = alone.of(db, sheet.message.id)
    if found is None:
        raise NotFound("message", sheet.message.id)
    if not found.open:
        return _back(sheet)
    page = render_template("pages/look_back.html", **_shown(sheet), look=found, **_wrong(wrong))
    return page, 400 if wrong else 200


def _shown(sheet: MessageSheet) -> dict[str, object]:
    titles = {one.name: one.title for one in web().desk.channels}
    return {
        "incident": sheet.incident,
        "message": sheet.message,
        "sheet": sheet,
        "titles": titles,
        "typed": request.form,
    }


def _wrong(wrong: dict[str, str]) -> dict[str, object]:
    errors = [{"text": text, "href": f"#{field}"} for field, text in wrong.items()]
    return {"wrong": wrong, "errors": errors}


def _back(sheet: MessageSheet) -> Response:
    mode, message_id = sheet.incident.mode, sheet.message.id
    return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)
