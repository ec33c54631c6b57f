"""The approvers' rota: two weeks of it with its gaps, its shifts, and who is away."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console import rota_words
from console.actions import duty, rota
from console.actions.duty import Duty, OnRota
from console.actions.errors import NotFound
from console.actions.rota import NotATime
from console.domain.policy import Act
from console.web import rota_form
from console.web.access import me
from console.web.context import web
from console.web.once import new_key, once
from console.web.rota_form import AwayTyped, ShiftTyped

blueprint = Blueprint("rota", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/rota")
def page() -> str:
    found, zone = read(), web().desk.settings.zone
    return render_template(
        "pages/rota.html",
        duty=found,
        days=rota_words.by_day(found.spans, zone) if found.kept else (),
        gaps=[rota_words.gap(one, zone) for one in found.gaps],
        hours=lambda one: rota_words.hours(one, zone),
        shifts=[(one, rota_words.shift(one.shift)) for one in found.shifts],
        ranks=rota_words.RANKS,
        mine=me().id,
    )


@blueprint.get("/rota/shifts/new")
def new() -> str:
    return _shift_page(rota_form.blank(web().now), {})


@blueprint.post("/rota/shifts/new")
def add() -> Page:
    typed = rota_form.typed_shift()
    shift, errors = rota_form.shift(typed, read())
    if shift and not errors:
        given = shift
        try:
            once(lambda db: rota.add(db, shift=given, by=me(), now=web().now))
            return _back()
        except (NotATime, NotFound) as error:
            errors = rota_form.fault(error)
    return _shift_page(typed, errors), 400


@blueprint.get("/rota/shifts/<shift_id>")
def edit(shift_id: str) -> str:
    kept = _kept(shift_id)
    return _shift_page(rota_form.as_typed(kept.shift), {}, kept)


@blueprint.post("/rota/shifts/<shift_id>")
def change(shift_id: str) -> Page:
    kept, typed = _kept(shift_id), rota_form.typed_shift()
    shift, errors = rota_form.shift(typed, read())
    if shift and not errors:
        try:
            with web().sessions.begin() as db:
                rota.change(db, shift_id=shift_id, shift=shift, by=me(), now=web().now)
            return _back()
        except NotATime as error:
            errors = rota_form.fault(error)
    return _shift_page(typed, errors, kept), 400


@blueprint.post("/rota/shifts/<shift_id>/end")
def end(shift_id: str) -> Response:
    try:
        with web().sessions.begin() as db:
            rota.end(db, shift_id=shift_id, by=me(), now=web().now)
    except NotFound:
        pass  # a second press
    return _back()


@blueprint.get("/rota/away")
def ask_away() -> str:
    return _away_page(AwayTyped(person=me().id), {})


@blueprint.post("/rota/away")
def say_away() -> Page:
    typed = rota_form.typed_away(me().id)
    absence, errors = rota_form.absence(typed, read())
    if absence and not errors:
        given = absence
        try:
            once(lambda db: rota.say_away(db, absence=given, by=me(), now=web().now))
            web().ring()
            return _back("away")
        except (NotATime, NotFound) as error:
            errors = rota_form.fault(error)
    return _away_page(typed, errors), 400


@blueprint.post("/rota/absences/<absence_id>/back")
def back(absence_id: str) -> Response:
    try:
        with web().sessions.begin() as db:
            rota.back(db, absence_id=absence_id, by=me(), now=web().now)
    except NotFound:
        pass  # a second press, or over already
    web().ring()
    return _back("away")


def read() -> Duty:
    with web().sessions.read() as db:
        return duty.duty(db, web().desk, web().now)


def _kept(shift_id: str) -> OnRota:
    """Raises `NotFound`."""
    found = next((one for one in read().shifts if one.id == shift_id), None)
    if found is None:
        raise NotFound("shift", shift_id)
    return found


def _shift_page(typed: ShiftTyped, errors: dict[str, str], kept: OnRota | None = None) -> str:
    return render_template(
        "pages/rota_shift.html",
        typed=typed,
        kept=kept,
        weekdays=rota_words.WEEKDAYS,
        repeats=[(weeks, rota_words.every(weeks)) for weeks in rota_form.REPEATS],
        **_form(errors),
    )


def _away_page(typed: AwayTyped, errors: dict[str, str]) -> str:
    anybody = me().may(Act.ADMINISTER)
    return render_template("pages/rota_away.html", typed=typed, anybody=anybody, **_form(errors))


def _form(errors: dict[str, str]) -> dict[str, object]:
    people = sorted(read().names.items(), key=lambda one: one[1])
    return {
        "people": people,
        "once": new_key(),
        "wrong": errors,
        "errors": [{"text": text, "href": f"#{field}"} for field, text in errors.items()],
    }


def _back(anchor: str = "") -> Response:
    return redirect(url_for("rota.page", _anchor=anchor or None), 303)
