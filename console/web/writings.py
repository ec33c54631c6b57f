"""Keeps what is being written, while it is written, and throws it away where that is wanted."""

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from console.domain.incident import Mode
from console.web import draft_form, held, kept
from console.web.context import web
from console.web.sheets import sheet_of, title_of, type_of
from console.web.worlds import both

blueprint = Blueprint("writings", __name__)


@both(blueprint, "/incidents/new/<type_>/keep", methods=["POST"])
def keep_new(mode: Mode, type_: str) -> Response:
    """Of an incident that is not opened yet."""
    found = type_of(type_)
    path = url_for("drafts.begin", mode=mode, type_=found.slug)
    picture, errors = draft_form.picture()
    title = request.form.get("title", "").strip() or found.title
    return _answer(kept.keep(path, title, picture), picture, errors)


@both(blueprint, "/messages/<message_id>/edit/keep", methods=["POST"])
def keep_draft(mode: Mode, message_id: str) -> Response:
    """Of a draft that is there. Its words stay as they are until somebody saves it."""
    sheet = sheet_of(mode, message_id)
    path = url_for("drafts.edit", mode=mode, message_id=message_id)
    picture, errors = draft_form.picture()
    going_on = kept.keep(path, title_of(sheet), picture)
    overtaken = request.form.get("version", type=int) != sheet.message.version
    return _answer(going_on, picture, errors, overtaken=overtaken)


@both(blueprint, "/messages/<message_id>/texts/keep", methods=["POST"])
def keep_texts(mode: Mode, message_id: str) -> Response:
    """Of the check page: what is being changed for single channels."""
    sheet = sheet_of(mode, message_id)
    path = url_for("checks.page", mode=mode, message_id=message_id)
    return _answer(kept.keep_texts(message_id, path, title_of(sheet)), "", {})


@blueprint.post("/writings/<key>/throw-away")
def throw_away(key: str) -> Response:
    kept.forget(key)
    return redirect(held.own_path(request.form.get("next", "/")), 303)


def _answer(
    going_on: bool, picture: str, errors: draft_form.Errors, *, overtaken: bool = False
) -> Response:
    answer = jsonify(
        at=f"{web().now.astimezone(web().desk.settings.zone):%H:%M}",
        sent=not going_on,
        picture=picture,
        wrong=errors.get("picture_file", ""),
        overtaken=overtaken,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
