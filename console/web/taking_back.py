"""Taking a message back: the words that are ready, and one press that sends them for approval."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import policy_words
from console.actions import taking_back
from console.actions.cards import MessageSheet
from console.actions.errors import NobodyToAsk, NotReady
from console.domain.incident import Mode
from console.store.engine import Transaction
from console.web import words
from console.web.access import me
from console.web.context import web
from console.web.once import new_key, once
from console.web.sheets import sheet_of
from console.web.worlds import both

blueprint = Blueprint("taking_back", __name__)
Page = str | Response | tuple[str, int]


@both(blueprint, "/messages/<message_id>/take-back")
def ask(mode: Mode, message_id: str) -> Page:
    return _page(sheet_of(mode, message_id))


@both(blueprint, "/messages/<message_id>/take-back", methods=["POST"])
def send(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)

    def act(db: Transaction) -> str:
        return taking_back.send(db, web().desk, message_id=message_id, by=me(), now=web().now)

    try:
        back = once(act)
    except (NotReady, NobodyToAsk):
        return _page(sheet, status=409)
    web().ring()
    return redirect(url_for("messages.page", mode=mode, message_id=back), 303)


def _page(sheet: MessageSheet, *, status: int = 200) -> Page:
    try:
        with web().sessions.read() as db:
            found = taking_back.ready(
                db, web().desk, message_id=sheet.message.id, by=me(), now=web().now
            )
    except NotReady:
        mode = sheet.incident.mode
        return redirect(url_for("messages.page", mode=mode, message_id=sheet.message.id), 303)
    nobody = len(found.asked) < found.rules.sign_offs
    return render_template(
        "pages/take_back.html",
        incident=sheet.incident,
        message=sheet.message,
        sheet=sheet,
        ready=found,
        needs=policy_words.needs(found.rules),
        nobody=words.nobody_to_ask(found.rules.sign_offs, len(found.asked)) if nobody else "",
        once=request.form.get("once") or new_key(),
    ), status
