"""Drafting: choose a type, fill in its facts, save; a stale form never overwrites."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import before, cards, incidents, messages, policies
from console.actions.errors import Stale
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind, MessageState
from console.domain.rules import Occasion
from console.domain.severity import Severity
from console.web import both_texts, channel_warnings, differences, draft_form, kept, translations
from console.web.access import me
from console.web.context import web
from console.web.draft_form import Errors, Typed
from console.web.once import SentOtherwise, once
from console.web.questions import questions
from console.web.sheets import sheet_of, title_of, type_of
from console.web.worlds import both

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
    found = type_of(type_)
    if going_on := kept.to_go_on_with(request.path):
        typed = draft_form.of_kept(kept.form_of(going_on), found, Kind.ALERT)
        return _new_form(mode, found, typed, {}, key=going_on.key)
    title = f"{found.title}, {_today()}"
    typed = Typed(title=title, facts=draft_form.brought(found, request.args))
    return _new_form(
        mode, found, draft_form.all_channels(typed, mode, without=request.args.get("without")), {}
    )


@both(blueprint, "/incidents/new/<type_>", methods=["POST"])
def open_(mode: Mode, type_: str) -> Page:
    """Opens the incident with its first message, in one transaction."""
    found = type_of(type_)
    typed, errors = draft_form.read(found, Kind.ALERT)
    errors |= draft_form.wrong(typed, found, Kind.ALERT, mode, titled=not found.relay)
    if errors:
        kept.keep(request.path, typed.title.strip() or found.title, typed.picture)
        return _new_form(mode, found, typed, errors), draft_form.status(errors)

    def act(db: Any) -> str:
        now = web().now
        incident_id = incidents.open_incident(
            db, web().desk, type_=type_, title=typed.title, mode=mode, by=me(), now=now
        )
        words = draft_form.as_words(typed, mode)
        kept.saved(db)
        return messages.draft(
            db, web().desk, incident_id=incident_id, kind=Kind.ALERT, words=words, by=me(), now=now
        )

    try:
        made = once(act, content=typed)
    except SentOtherwise as before:
        return _sent_before(mode, before.made, typed)
    return redirect(url_for("checks.page", mode=mode, message_id=made), 303)


def _sent_before(mode: Mode, message_id: str, typed: Typed) -> Page:
    """The browser's Back, and something changed: it is the same incident, and both are shown."""
    sheet = sheet_of(mode, message_id)
    if sheet.message.state is not MessageState.DRAFT:
        return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)
    return both_texts.page(sheet, typed, sheet.message.version)


@both(blueprint, "/messages/<message_id>/edit")
def edit(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    if sheet.message.state is not MessageState.DRAFT:
        return redirect(url_for("messages.page", mode=mode, message_id=message_id))
    if going_on := kept.to_go_on_with(request.path):
        form, type_ = kept.form_of(going_on), web().desk.types[sheet.incident.type]
        typed = draft_form.of_kept(form, type_, sheet.message.kind)
        version, begun = form.get("version", 0, type=int), form.get("begun", "")
        return _edit_form(sheet, typed, {}, version=version, begun=begun, key=going_on.key)
    typed = draft_form.of_message(sheet.message, mode)
    return _edit_form(sheet, typed, {}, version=sheet.message.version)


@both(blueprint, "/messages/<message_id>/edit", methods=["POST"])
def save(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    type_, kind = web().desk.types[sheet.incident.type], sheet.message.kind
    version = request.form.get("version", 0, type=int)
    typed, errors = draft_form.read(type_, kind)
    typed = both_texts.chosen(sheet, typed)
    errors |= draft_form.wrong(typed, type_, kind, mode, titled=False)
    if errors:
        kept.keep(request.path, title_of(sheet), typed.picture)
        page = _edit_form(
            sheet, typed, errors, version=version, begun=request.form.get("begun", "")
        )
        return page, draft_form.status(errors)
    if request.form.get("choose") and (open_ := both_texts.unpicked(sheet, typed)):
        return both_texts.page(sheet, typed, version, open_)
    try:
        with web().sessions.begin() as db:
            kept.saved(db)
            messages.save(
                db,
                web().desk,
                message_id=message_id,
                version=version,
                words=draft_form.as_words(typed, mode, sheet.message),
                by=me(),
                now=web().now,
            )
    except Stale as stale:
        return both_texts.page(sheet_of(mode, message_id), typed, stale.current)
    return redirect(url_for("checks.page", mode=mode, message_id=message_id), 303)


def _new_form(
    mode: Mode, type_: IncidentType, typed: Typed, errors: Errors, *, key: str = ""
) -> str:
    return _form(
        type_,
        Kind.ALERT,
        mode,
        typed,
        errors,
        writing=kept.at(url_for("drafts.begin", mode=mode, type_=type_.slug), key),
    )


def _edit_form(
    sheet: cards.MessageSheet,
    typed: Typed,
    errors: Errors,
    *,
    version: int,
    begun: str | None = None,
    key: str = "",
) -> str:
    """``begun``: what the form began with; None where it begins here."""
    type_, kind = web().desk.types[sheet.incident.type], sheet.message.kind
    mode = sheet.incident.mode
    return _form(
        type_,
        kind,
        mode,
        typed,
        errors,
        incident=sheet.incident,
        message=sheet.message,
        version=version,
        begun=differences.prints(typed, type_, kind) if begun is None else begun,
        before=_before(sheet.message.id),
        writing=kept.at(url_for("drafts.edit", mode=mode, message_id=sheet.message.id), key),
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
        ticked=frozenset(typed.channels),
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


def _today() -> str:
    return f"{web().now.astimezone(web().desk.settings.zone):%a %-d %b}"
