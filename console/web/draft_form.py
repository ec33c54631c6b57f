"""The form of a draft: what was typed, what is wrong with it, and the words it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from console.actions import cards, pictures, reading, register
from console.actions.draft_words import Words
from console.actions.errors import NotFound
from console.actions.incidents import TITLE_MOST
from console.actions.pictures import Flaw, PictureRefused
from console.actions.texts import TEXT_MOST
from console.channels import ConfiguredChannel
from console.domain.facts import Problem, problems, text_problems
from console.domain.incident import Mode
from console.domain.incident_type import FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.moment import Moment
from console.domain.plain_text import Hosts, clean
from console.domain.severity import Severity
from console.web import held, publish_time, translations, words
from console.web.access import me
from console.web.context import web
from console.web.questions import PREFIX, answers
from console.web.translations import Translations

Errors = dict[str, str]
"""A field's id -> the sentence that says what to do about it."""


@dataclass(frozen=True)
class Typed:
    """Everything in the form, as it was typed."""

    title: str = ""
    facts: Mapping[str, Any] | None = None
    text: str = ""
    channels: tuple[str, ...] = ()
    picture: str = ""
    alt: str = ""
    expires: str = ""
    publish: str = ""
    severity: str = ""
    translations: Translations = field(default_factory=dict)


def read(type_: IncidentType, kind: Kind) -> tuple[Typed, Errors]:
    """What this request brings; a new picture is taken at once, so that it need not be chosen
    again when something else is wrong."""
    taken, errors = picture()
    found = typed(request.form, type_, kind, picture=taken)
    return found if taken or errors else replace(found, alt=""), errors


def typed(
    form: MultiDict[str, str], type_: IncidentType, kind: Kind, *, picture: str = ""
) -> Typed:
    """A form as it was typed, whether it comes with this request or was kept."""
    # Browsers send a line break as two characters, and people paste what they cannot see.
    tidy = MultiDict((name, clean(value)) for name, value in form.items(multi=True))
    return Typed(
        title=tidy.get("title", ""),
        facts=answers(type_, kind, tidy),
        text=tidy.get("text", ""),
        channels=tuple(tidy.getlist("channels")),
        picture=picture,
        alt=tidy.get("alt", ""),
        expires=tidy.get("expires", ""),
        publish=tidy.get("publish", ""),
        severity=tidy.get("severity", ""),
        translations=translations.read(tidy),
    )


def of_kept(form: MultiDict[str, str], type_: IncidentType, kind: Kind) -> Typed:
    """What was kept of a form, with its picture if that is still here."""
    return typed(form, type_, kind, picture=_known(form.get("picture", "")))


def of_message(message: cards.Message, mode: Mode) -> Typed:
    names = None if message.channels is None else list(message.channels)
    return Typed(
        facts=message.facts,
        text=message.text,
        channels=tuple(one.name for one in usable(mode, names)),
        picture=message.picture,
        alt=message.alt,
        expires=_local(message.expires_at) if message.expires_at else "",
        publish=_local(message.publish_at) if message.publish_at else "",
        severity=message.severity,
        translations=message.translations,
    )


def wrong(typed: Typed, type_: IncidentType, kind: Kind, mode: Mode, *, titled: bool) -> Errors:
    """Everything that has to be put right, in the order of the form; one sentence per field."""
    found: Errors = {}
    if titled:
        found |= _title_errors(typed.title)
    if typed.text.strip():
        found |= _text_errors(typed.text)
    else:
        found |= _fact_errors(typed, type_, kind)
    found |= translations.wrong(typed.translations, translations.asked(usable(mode)))
    if bare := _without_picture(typed, mode):
        found["picture_file"] = words.fault("needed", "", found=bare)
    if typed.picture and not typed.alt.strip():
        found["alt"] = "Say in words what the picture shows, for people who cannot see it"
    if not typed.channels:
        found["channels"] = "Choose at least one channel"
    return found | publish_time.wrong(typed.publish, typed.expires)


PICTURE_STATUS = {
    words.PICTURES[flaw]: status
    for flaw, status in (
        (Flaw.TOO_BIG, 413),
        (Flaw.NOT_A_PICTURE, 415),
        (Flaw.MISNAMED, 415),
        (Flaw.KIND, 415),
        (Flaw.MOVING, 422),
        (Flaw.BROKEN, 422),
    )
}


def status(errors: Errors) -> int:
    """Of a page that shows these errors: of a file that is not taken, what is wrong with it."""
    return PICTURE_STATUS.get(errors.get("picture_file", ""), 400)


def _without_picture(typed: Typed, mode: Mode) -> str:
    """A channel that was chosen, among others left out, and takes no message without a picture.
    Where all are ticked it is left out, and the check page says so."""
    all_ = usable(mode)
    if typed.picture or typed.channels == tuple(one.name for one in all_):
        return ""
    named = [one.title for one in all_ if one.needs_picture and one.name in typed.channels]
    return named[0] if named else ""


def as_words(typed: Typed, mode: Mode, before: cards.Message | None = None) -> Words:
    """Facts of other kinds of message that the draft had ``before`` stay in it."""
    everything = tuple(one.name for one in usable(mode))
    narrowed = before is not None and before.channels is not None
    return Words(
        facts={**(before.facts if before else {}), **(typed.facts or {})},
        text=typed.text,
        translations={**(before.translations if before else {}), **typed.translations},
        channels=None if typed.channels == everything and not narrowed else list(typed.channels),
        picture=typed.picture,
        alt=typed.alt if typed.picture else "",
        expires_at=publish_time.read(typed.expires),
        endless=not typed.expires.strip(),
        publish_at=publish_time.read(typed.publish),
        at_once=not typed.publish.strip(),
        severity=_severity(typed),
    )


def _severity(typed: Typed) -> Severity | None:
    """None leaves what is there: as the type says, at first."""
    return next((one for one in Severity if one == typed.severity), None)


def _title_errors(title: str) -> Errors:
    title = title.strip()
    if not title:
        return {"title": words.fault("blank", "Title")}
    if len(title) > TITLE_MOST:
        return {"title": words.fault("too long", "Title", over=len(title) - TITLE_MOST)}
    return _first({"title": "Title"}, text_problems("title", title, _trusted()), "")


def _text_errors(text: str) -> Errors:
    if len(text) > TEXT_MOST:
        return {"text": words.fault("too long", "Your own words", over=len(text) - TEXT_MOST)}
    return _first({"text": "Your own words"}, text_problems("text", text, _trusted()), "")


def _fact_errors(typed: Typed, type_: IncidentType, kind: Kind) -> Errors:
    labels = {field.name: field.label for field in type_.asks(kind)}
    # Times in the facts go by when they are read.
    said_at = publish_time.read(typed.publish) or web().now
    now = said_at.astimezone(web().desk.settings.zone)
    found = problems(type_, kind, typed.facts or {}, web().desk.places, now=now, trusted=_trusted())
    return _first(labels, found, PREFIX)


def _trusted() -> Hosts:
    return web().desk.settings.trusted_links


def _first(labels: Mapping[str, str], found: list[Problem], prefix: str) -> Errors:
    """The first thing that is wrong with each field: put right, the next one shows."""
    errors: Errors = {}
    for one in found:
        label = labels.get(one.field, one.field)
        sentence = words.fault(one.reason, label, over=one.over, found=one.found)
        errors.setdefault(f"{prefix}{one.field}", sentence)
    return errors


def picture() -> tuple[str, Errors]:
    """The picture that the draft has after this request: the new one, else the one before."""
    before = "" if request.form.get("no_picture") else _known(request.form.get("picture", ""))
    upload = request.files.get("picture_file")
    if upload is None or not upload.filename:
        lost = request.form.get(held.LOST_PICTURE)
        return before, {"picture_file": words.fault("lost", "")} if lost else {}
    try:
        with web().sessions.begin() as db:
            taken = pictures.take(
                db, content=upload.read(), filename=upload.filename, by=me(), now=web().now
            )
    except PictureRefused as refused:
        return before, {"picture_file": words.PICTURES[refused.flaw]}
    return taken, {}


def _known(sha256: str) -> str:
    """The picture's digest if it is kept here, else nothing: a form can be made by hand."""
    try:
        with web().sessions.read() as db:
            reading.picture(db, sha256)
    except NotFound:
        return ""
    return sha256


def _local(at: datetime) -> str:
    local = at.astimezone(web().desk.settings.zone)
    return str(Moment(local, local))


def all_channels(typed: Typed, mode: Mode, without: str | None = None) -> Typed:
    """Every channel ticked, as a new draft begins, but the one to go ``without``."""
    names = tuple(one.name for one in usable(mode) if one.name != without)
    return replace(typed, channels=names)


def brought(type_: IncidentType, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The facts that a link brings, as if they had been typed."""
    lines = [one.name for one in type_.asks(Kind.ALERT) if one.kind is FieldKind.TEXT]
    return {name: clean(asked[name]).strip() for name in lines if name in asked}


def usable(mode: Mode, names: list[str] | None = None) -> list[ConfiguredChannel]:
    """The channels that can be ticked now; ``names`` None means all."""
    with web().sessions.read() as db:
        return register.usable(db, web().desk, mode, names)
