"""The approver's page: these exact words, one decision, reached by the mailed link."""

import logging
from dataclasses import replace

from flask import Blueprint, abort, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console import trouble_words
from console.actions import asking, beside, passkeys, reading, who_reads
from console.actions.approvals import APPROVE
from console.actions.cards import MessageSheet
from console.actions.errors import NotFound
from console.actions.passkeys import PasskeyRefused
from console.actions.proofs import WrongPin
from console.actions.review import Review, Stage, review, stage
from console.actions.same_words import Change, changes, grouped
from console.audience_words import audience
from console.domain.approval import Button, Given, passkey_purpose
from console.domain.policy import Bar
from console.faultpoints import faultpoint
from console.store import factors
from console.store.away import DatabaseAway
from console.web import sign_in_form, sign_off_words
from console.web.context import web
from console.web.deciding import (
    DECISIONS,
    TOO_LATE,
    Tried,
    asks,
    checked,
    given,
    note_untaken,
    take,
    tried,
)
from console.web.doors import Door, by_link, form_token, guarded, is_form_of, own
from console.web.locales import translations
from console.web.proving import Page

log = logging.getLogger(__name__)
blueprint = Blueprint("sign_off", __name__)


@blueprint.get("/sign-off/<token>")
@blueprint.get("/exercise/sign-off/<token>")
def show(token: str) -> Response:
    door = by_link(token)
    if request.path != door.address:
        # One kind of link in every mail; the page of an exercise has an address of its own world.
        return guarded(redirect(door.address))
    if request.method == "GET":
        _note_fetch(token)
    return _page(door)


@blueprint.post("/sign-off/<token>")
@blueprint.post("/exercise/sign-off/<token>")
def decide(token: str) -> Page:
    return _decide(by_link(token))


@blueprint.post("/sign-off/<token>/reading")
@blueprint.post("/exercise/sign-off/<token>/reading")
def say_reading(token: str) -> Response:
    """Somebody with the link says that they are at it. It takes no proof, and proves nothing."""
    door = by_link(token)
    if is_form_of(door, "reading", request.form.get("reading", "")):
        _note_reading(door)
    return guarded(redirect(door.address, 303))


@blueprint.get("/sign-off/<token>/picture/<sha256>")
@blueprint.get("/exercise/sign-off/<token>/picture/<sha256>")
def picture(token: str, sha256: str) -> Response:
    return _picture(by_link(token), sha256)


@blueprint.get("/approvals/<approval_id>")
def show_own(approval_id: str) -> Response:
    door = own(approval_id)
    if request.method == "GET":
        _note_reading(door)
    return _page(door)


@blueprint.post("/approvals/<approval_id>")
def decide_own(approval_id: str) -> Page:
    return _decide(own(approval_id))


@blueprint.get("/approvals/<approval_id>/passkey")
def challenge(approval_id: str) -> Response:
    """What the approver's device is to answer for this decision about these words. Made when the
    button is pressed: reading may take longer than a challenge lasts."""
    door, decision = own(approval_id), request.args.get("decision", "")
    if decision not in DECISIONS:
        abort(400)
    with web().sessions.read() as db:
        found = review(db, web().desk, door.approval_id)
        known = factors.passkeys_of(db, found.approver_id)
    purpose = passkey_purpose(found.id, found.digest, decision)
    asked = passkeys.to_prove(web().desk, purpose, web().now, known)
    return guarded(jsonify(asked), linked=False)


@blueprint.get("/approvals/<approval_id>/picture/<sha256>")
def picture_own(approval_id: str, sha256: str) -> Response:
    return _picture(own(approval_id), sha256)


def _note_fetch(token: str) -> None:
    """What the record says of it is worth less than that the approver can read the words."""
    with web().sessions.read() as db:
        fetched = asking.was_fetched(db, token)
    if fetched:
        return
    try:
        with web().sessions.begin() as db:
            asking.note_fetch(db, token, web().now)
    except DatabaseAway as away:
        log.warning("a fetched sign-off link could not be noted: the database is %s", away.why)


def _note_reading(door: Door) -> None:
    id_, now, signed_in = door.approval_id, web().now, not door.linked
    with web().sessions.read() as db:
        if not who_reads.is_new(db, id_, now, signed_in=signed_in):
            return
        at = stage(review(db, web().desk, id_), now, linked=door.linked)
    if at is not Stage.OPEN:
        return
    try:
        with web().sessions.begin() as db:
            who_reads.note(db, id_, now, signed_in=signed_in)
    except DatabaseAway as away:
        log.warning("who reads a sign-off could not be noted: the database is %s", away.why)


def _unsaid(sheet: MessageSheet) -> list[tuple[str, str]]:
    """Who confirmed it, and when: the approver reads it, and no words say it."""
    type_ = web().desk.types.get(sheet.incident.type)
    made = type_ and not sheet.message.text
    return type_.unsaid(sheet.message.kind, sheet.message.facts) if type_ and made else []


def _page(door: Door, one: Tried | None = None, status: int = 200) -> Response:
    now, desk = web().now, web().desk
    with web().sessions.read() as db:
        found = review(db, desk, door.approval_id)
        pairs = beside.beside(db, desk, found.sheet.message.id, found.variants)
        keys = not door.linked and bool(factors.passkeys_of(db, found.approver_id))
    at = stage(found, now, linked=door.linked)
    page = "pages/sign_off.html" if at is Stage.OPEN else "pages/sign_off_outcome.html"
    one = one or Tried()
    answer = render_template(
        page,
        door=door,
        review=found,
        pairs=pairs,
        stage=at,
        incident=found.sheet.incident,
        message=found.sheet.message,
        wordings=grouped(desk, found.variants),
        shown=_may_see(found, at),
        unsaid=_unsaid(found.sheet),
        audience=audience(desk, found.people, exercise=found.exercise, said=translations()),
        changes=_changes(found, at),
        outcome=sign_off_words.outcome(found, at, desk.settings),
        form_token=form_token(door, found.digest),
        reading_token=form_token(door, "reading"),
        asks=asks(found, linked=door.linked),
        passkeys=keys,
        tags=trouble_words.tags(found.exercise),
        tried=one,
        errors=one.errors,
    )
    if at is Stage.BARRED and not door.linked:
        status = 403
    return guarded(make_response(answer, status), linked=door.linked)


def _may_see(found: Review, at: Stage) -> bool:
    """A link that somebody else may have, or whose owner has left, shows the words no more."""
    return at is not Stage.VOID and found.bar is not Bar.INACTIVE


def _changes(found: Review, at: Stage) -> list[Change]:
    """Since these words, for an older link; to these words, while they are to be decided."""
    if at is Stage.OPEN and found.before not in ((), found.variants):
        return changes(web().desk, found.before, found.variants)
    if at is Stage.CHANGED:
        return changes(web().desk, found.variants, found.sheet.variants)
    return []


def _decide(door: Door) -> Page:
    one, digest = tried(), request.form.get("digest", "")
    if one.decision not in DECISIONS or not is_form_of(door, digest, request.form.get("form", "")):
        wrong = _("Nothing was decided: the page was too old. Check the words and press again.")
        known = one.decision if one.decision in DECISIONS else APPROVE
        return _page(door, Tried(known, one.reason, form_wrong=wrong), 400)
    with web().sessions.read() as db:
        found = review(db, web().desk, door.approval_id)
    asked = asks(found, linked=door.linked)
    if asked is None:  # nobody's page has such a form
        wrong = _("Nothing was decided: sign in to the console to decide this")
        return _page(door, replace(one, form_wrong=wrong), 403)
    wrong_in_form = checked(one, asked)
    if wrong_in_form.errors:
        return _page(door, wrong_in_form, 400)
    # Nobody is asked for a second factor for what cannot be decided any more.
    is_open = stage(found, web().now, linked=door.linked) is Stage.OPEN
    proof = given(door, one, asked) if is_open else Button()
    return _taken(door, one, digest, proof) if isinstance(proof, Given) else proof


def _taken(door: Door, one: Tried, digest: str, proof: Given) -> Page:
    try:
        result = take(door, one, digest, proof, web().now)
        faultpoint("after-approval-commit")
    except TOO_LATE as why:
        # The page says which, and goes on saying it.
        note_untaken(door, one.decision, why)
        return guarded(redirect(door.address, 303))
    except PasskeyRefused as refused:
        wrong = sign_in_form.passkey_wrong(refused.why)
        return _page(door, replace(one, form_wrong=wrong), 400)
    if isinstance(result, WrongPin) and result.left:
        wrong = sign_off_words.wrong_pin(result.left, linked=door.linked)
        return _page(door, replace(one, pin_wrong=wrong), 400)
    web().ring()
    faultpoint("after-ring")
    return guarded(redirect(door.address, 303))


def _picture(door: Door, sha256: str) -> Response:
    """A picture of these words, and of nothing else."""
    with web().sessions.read() as db:
        found: Review = review(db, web().desk, door.approval_id)
        seen = _may_see(found, stage(found, web().now, linked=door.linked))
        if not seen or sha256 not in {one.picture for one in found.variants} - {""}:
            raise NotFound("picture", sha256)
        media_type, content = reading.picture(db, sha256)
    answer = make_response(content)
    answer.content_type = media_type
    return guarded(answer)
