"""The texts of every channel while one types: a fragment that the form puts under itself."""

from dataclasses import dataclass

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.actions import cards, previews
from console.actions.compose import Proposals
from console.channels import ConfiguredChannel
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind
from console.web import channel_warnings, draft_form, lint_words, side_by_side
from console.web.access import me
from console.web.context import web
from console.web.draft_form import Typed
from console.web.sheets import sheet_of, type_of
from console.web.worlds import both

blueprint = Blueprint("previews", __name__)


@dataclass(frozen=True)
class Form:
    """The form that is being filled in."""

    type: IncidentType
    kind: Kind
    mode: Mode
    typed: Typed
    message: cards.Message | None = None


@both(blueprint, "/incidents/new/<type_>/preview", methods=["POST"])
def of_new(mode: Mode, type_: str) -> Response:
    """Of an incident that is not opened yet. Nothing is saved."""
    found = type_of(type_)
    typed, _ = draft_form.read(found, Kind.ALERT)
    new = previews.New(found.slug, typed.title.strip() or found.title, mode)
    with web().sessions.read() as db:
        proposals = previews.of_new(
            db, web().desk, new, draft_form.as_words(typed, mode), by=me(), now=web().now
        )
    return _fragment(Form(found, Kind.ALERT, mode, typed), proposals)


@both(blueprint, "/messages/<message_id>/edit/preview", methods=["POST"])
def of_draft(mode: Mode, message_id: str) -> Response:
    """Of a draft that is there: with the texts that were changed by hand."""
    sheet = sheet_of(mode, message_id)
    type_, kind = web().desk.types[sheet.incident.type], sheet.message.kind
    typed, _ = draft_form.read(type_, kind)
    words = draft_form.as_words(typed, mode, sheet.message)
    with web().sessions.read() as db:
        proposals = previews.of_draft(db, web().desk, message_id, words, by=me(), now=web().now)
    return _fragment(Form(type_, kind, mode, typed, sheet.message), proposals)


def _fragment(form: Form, proposals: Proposals) -> Response:
    first = web().desk.settings.council.language
    rows = side_by_side.rows(proposals, first)
    names = sorted({one.channel.name for one in proposals.channels})
    missing = draft_form.wrong(
        form.typed, form.type, form.kind, form.mode, titled=form.message is None
    )
    answer = make_response(
        render_template(
            "pages/preview.html",
            rows=rows,
            exercise=form.mode is Mode.EXERCISE,
            unnamed=form.message is None,
            missing=missing,
            too_long=_too_long(proposals),
            unspoken=side_by_side.unspoken(proposals),
            pictureless=[one.title for one in proposals.pictureless],
            warned={one.name: one for one in channel_warnings.warnings(names, form.mode)},
            hints=hints(proposals, form.typed.picture, form.typed.alt),
            picture=form.typed.picture,
            alt=form.typed.alt,
            shown_on=[one.title for one in _channels(proposals) if one.shows_pictures],
            said=_said(proposals, missing),
        )
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def hints(proposals: Proposals, picture: str, alt: str) -> list[lint_words.Hinted]:
    """What could be better about the words that are shown. Nothing of it is in anybody's way."""
    texts = [(one.variant.language, one.variant.text) for one in proposals.channels]
    council = web().desk.settings.council.name
    return lint_words.hints(texts, council.split(), alt if picture else None)


def _channels(proposals: Proposals) -> list[ConfiguredChannel]:
    return list({one.channel.name: one.channel for one in proposals.channels}.values())


def _too_long(proposals: Proposals) -> list[tuple[str, int]]:
    """The channels that no text could be made for, and by how much."""
    shown = {one.key for one in proposals.channels}
    found = []
    for one in proposals.troubles:
        where, _, key = one.field.partition(":")
        if where == "channel" and one.reason == "too long" and key not in shown:
            channel = web().desk.channel(key.partition("/")[0])
            found.append((channel.title if channel else key, one.over))
    return found


def _said(proposals: Proposals, missing: draft_form.Errors) -> str:
    """For those who do not see it change: what the whole of it comes to."""
    many = len({one.channel.name for one in proposals.channels})
    over = sum(not one.count.fits for one in proposals.channels) + len(_too_long(proposals))
    said = f"Texts for {many} channel{'s' if many != 1 else ''}"
    said += f", {over} too long" if over else ", all fit" if many else ""
    return f"{said}. {len(missing)} still to fill in." if missing else f"{said}."
