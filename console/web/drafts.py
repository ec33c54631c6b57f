"""Drafting: choose a type, fill in its facts, save; a stale form never overwrites."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import before, cards, incidents, messages, policies, reading
from console.actions.errors import NotFound, Stale
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind, MessageState
from console.domain.rules import Occasion
from console.domain.severity import Severity
from console.web import channel_warnings, differences, draft_form, held, translations
from console.web.access import me
from console.web.context import web
from console.web.draft_form import Errors, Typed
from console.web.once import new_key, once
from console.web.questions import questions
from console.web.worlds import both, must_be_here

blueprint = Blueprint("drafts", __name__)
Page = str | Response | tuple[str, int]


@both(blueprint, "/incidents/new")
def choose(mode: Mode) -> Page:
    """The types of incident; choosing one leads straight to its facts."""
    chosen = request.args.get("type")
    if chosen in web().desk.types:
        return redirect(url_for("drafts.begin", mode=mode, type_=chosen))
    types = sorted(web().desk.types.values(), key=lambda one: one.title)
    return render_template(
        "pages/choose.html",
        exercise=mode is Mode.EXERCISE,
        mode=mode,
        types=types,
        missed="chosen" in request.args,
    )


@both(blueprint, "/incidents/new/<type_>")
def begin(mode: Mode, type_: str) -> Page:
    """The title and the facts of a new incident, on one page. A link may bring some of the facts,
    and the name of a channel to leave out: see `finding_words.not_ours`."""
    found = _type(type_)
    title = f"{found.title}, {_today()}"
    typed = Typed(title=title, facts=draft_form.brought(found, request.args))
    return _new_form(
        mode, found, draft_form.all_channels(typed, mode, without=request.args.get("without")), {}
    )


@both(blueprint, "/incidents/new/<type_>", methods=["POST"])
def open_(mode: Mode, type_: str) -> Page:
    """Opens the incident with its first message, in one transaction."""
    found = _type(type_)
    typed, errors = draft_form.read(found, Kind.ALERT)
    errors |= draft_form.wrong(typed, found, Kind.ALERT, mode, titled=not found.relay)
    if errors:
        return _new_form(mode, found, typed, errors), draft_form.status(errors)

    def act(db: Any) -> str:
        now = web().now
        incident_id = incidents.open_incident(
            db, web().desk, type_=type_, title=typed.title, mode=mode, by=me(), now=now
        )
        words = draft_form.as_words(typed, mode)
        return messages.draft(
            db, web().desk, incident_id=incident_id, kind=Kind.ALERT, words=words, by=me(), now=now
        )

    return redirect(url_for("checks.page", mode=mode, message_id=once(act)), 303)


@both(blueprint, "/messages/<message_id>/edit")
def edit(mode: Mode, message_id: str) -> Page:
    sheet = _sheet(mode, message_id)
    if sheet.message.state is not MessageState.DRAFT:
        return redirect(url_for("messages.page", mode=mode, message_id=message_id))
    typed = draft_form.of_message(sheet.message, mode)
    return _edit_form(sheet, typed, {}, version=sheet.message.version)


@both(blueprint, "/messages/<message_id>/edit", methods=["POST"])
def save(mode: Mode, message_id: str) -> Page:
    sheet = _sheet(mode, message_id)
    type_ = web().desk.types[sheet.incident.type]
    version = request.form.get("version", type=int)
    typed, errors = draft_form.read(type_, sheet.message.kind)
    errors |= draft_form.wrong(typed, type_, sheet.message.kind, mode, titled=False)
    if errors:
        page = _edit_form(sheet, typed, errors, version=version or 0)
        return page, draft_form.status(errors)
    words = draft_form.as_words(typed, mode, sheet.message)
    try:
        with web().sessions.begin() as db:
            messages.save(
                db,
                web().desk,
                message_id=message_id,
                version=version or 0,
                words=words,
                by=me(),
                now=web().now,
            )
    except Stale as stale:
        return _both_texts(sheet, typed, stale.current)
    return redirect(url_for("checks.page", mode=mode, message_id=message_id), 303)


def _both_texts(sheet: cards.MessageSheet, typed: Typed, current: int) -> Page:
    """Somebody else saved meanwhile: theirs and ours side by side, and a choice."""
    type_ = web().desk.types[sheet.incident.type]
    theirs = draft_form.of_message(sheet.message, sheet.incident.mode)
    rows = differences.between(theirs, typed, type_, sheet.message.kind)
    if not rows:
        return redirect(
            url_for("checks.page", mode=sheet.incident.mode, message_id=sheet.message.id), 303
        )
    mine = replace(held.current(), fields=_mine(typed, current))
    return render_template(
        "pages/stale.html", incident=sheet.incident, sheet=sheet, rows=rows, held=mine
    ), 409


def _mine(typed: Typed, version: int) -> tuple[tuple[str, str], ...]:
    """The form again, on top of the version that is there now, with the picture already taken."""
    own = ("version", "picture", "no_picture", held.LOST_PICTURE)
    kept = tuple(one for one in held.current().fields if one[0] not in own)
    return (*kept, ("version", str(version)), ("picture", typed.picture))


def _new_form(mode: Mode, type_: IncidentType, typed: Typed, errors: Errors) -> str:
    return _form(type_, Kind.ALERT, mode, typed, errors, once=request.form.get("once") or new_key())


def _edit_form(sheet: cards.MessageSheet, typed: Typed, errors: Errors, *, version: int) -> str:
    return _form(
        web().desk.types[sheet.incident.type],
        sheet.message.kind,
        sheet.incident.mode,
        typed,
        errors,
        incident=sheet.incident,
        message=sheet.message,
        version=version,
        before=_before(sheet.message.id),
    )


def _before(message_id: str) -> translations.Translations:
    with web().sessions.read() as db:
        return before.translations(db, message_id)


def _form(
    type_: IncidentType, kind: Kind, mode: Mode, typed: Typed, errors: Errors, **more: Any
) -> str:
    channels = draft_form.usable(mode)
    names = [one.name for one in channels]
    return render_template(
        "pages/draft.html",
        exercise=mode is Mode.EXERCISE,
        mode=mode,
        type=type_,
        kind=kind,
        typed=typed,
        questions=questions(type_, kind, typed.facts or {}, errors, web().desk.places),
        channels=channels,
        severities=list(Severity),
        severity=_severity(type_, typed),
        languages=translations.asked(channels, _demanded(type_, kind, mode, typed)),
        warned={one.name: one for one in channel_warnings.warnings(names, mode)},
        wrong=errors,
        errors=[{"text": text, "href": f"#{field}"} for field, text in errors.items()],
        **more,
    )


def _severity(type_: IncidentType, typed: Typed) -> Severity:
    return next((one for one in Severity if one == typed.severity), type_.severity)


def _demanded(type_: IncidentType, kind: Kind, mode: Mode, typed: Typed) -> tuple[str, ...]:
    """The languages that policy asks for, if it were sent for approval now."""
    desk, now = web().desk, web().now
    at = now.astimezone(desk.settings.zone).time()
    with web().sessions.read() as db:
        policy = policies.in_force(db, desk)
    return policy.rules(Occasion(mode, type_.slug, _severity(type_, typed), kind, at)).languages


def _sheet(mode: Mode, message_id: str) -> cards.MessageSheet:
    with web().sessions.read() as db:
        sheet = reading.message(db, web().desk, message_id)
    must_be_here(sheet.incident, mode)
    return sheet


def _type(slug: str) -> IncidentType:
    try:
        return web().desk.types[slug]
    except KeyError:
        raise NotFound("incident type", slug) from None


def _today() -> str:
    return f"{web().now.astimezone(web().desk.settings.zone):%a %-d %b}"
