"""The forms of the rota: what was typed, what is wrong with it, and the shift or absence it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from console.actions.duty import Duty
from console.actions.errors import Obstacle
from console.actions.rota import NotATime
from console.domain import rota
from console.domain.moment import moment
from console.domain.plain_text import clean
from console.domain.rota import MOST_WEEKS, Absence, Shift
from console.web.context import web

REPEATS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, MOST_WEEKS)
Errors = dict[str, str]
"""A field's id -> the sentence that says what to do about it."""
_TIME = "Write the day and time like 09:00, Mon 19 Jan"
_FAULTS = {
    ("until", "backwards"): "It has to end after it begins",
    ("until", "past"): "That is over already. Give a time that is still to come",
    ("until", "too long"): "One shift lasts 31 days at most. Let a shorter one repeat",
    ("last", "backwards"): "That day is before the shift first begins",
}


@dataclass(frozen=True)
class ShiftTyped:
    person: str = ""
    begin: str = ""
    until: str = ""
    every: str = "0"
    days: tuple[str, ...] = ()
    rank: str = "1"
    last: str = ""


@dataclass(frozen=True)
class AwayTyped:
    person: str = ""
    begin: str = ""
    until: str = ""


def blank(now: datetime) -> ShiftTyped:
    """Tomorrow's office hours: a shape to change, so that nobody begins with an empty date."""
    day = now.astimezone(web().desk.settings.zone) + timedelta(days=1)
    return ShiftTyped(begin=f"{day:%Y-%m-%dT09:00}", until=f"{day:%Y-%m-%dT17:00}")


def as_typed(one: Shift) -> ShiftTyped:
    return ShiftTyped(
        person=one.person,
        begin=f"{one.begin:%Y-%m-%dT%H:%M}",
        until=f"{one.until:%Y-%m-%dT%H:%M}",
        every=str(one.every),
        days=tuple(str(day) for day in sorted(one.days)),
        rank=str(one.rank),
        last=one.last.isoformat() if one.last else "",
    )


def typed_shift() -> ShiftTyped:
    form = request.form
    return ShiftTyped(
        person=form.get("person", ""),
        begin=clean(form.get("begin", "")).strip(),
        until=clean(form.get("until", "")).strip(),
        every=form.get("every", "0"),
        days=tuple(form.getlist("days")),
        rank=form.get("rank", "1"),
        last=clean(form.get("last", "")).strip(),
    )


def typed_away(me: str) -> AwayTyped:
    form = request.form
    return AwayTyped(
        person=form.get("person", me),
        begin=clean(form.get("begin", "")).strip(),
        until=clean(form.get("until", "")).strip(),
    )


def shift(typed: ShiftTyped, found: Duty) -> tuple[Shift | None, Errors]:
    errors = _person(typed.person, found)
    begin, until = _wall(typed.begin, "begin", errors), _wall(typed.until, "until", errors)
    every = _number(typed.every, REPEATS)
    rank = _number(typed.rank, range(1, 10))
    if every is None:
        errors["every"] = "Choose one of the list"
    if rank is None:
        errors["rank"] = "Choose one of the list"
    days = [_number(one, range(7)) for one in typed.days]
    last = _day(typed.last, errors)
    if errors or begin is None or until is None or every is None or rank is None:
        return None, errors
    chosen = frozenset(one for one in days if one is not None)
    return Shift(typed.person, begin, until, rank, every, chosen, last), {}


def absence(typed: AwayTyped, found: Duty) -> tuple[Absence | None, Errors]:
    """Without a beginning, it is now."""
    errors = _person(typed.person, found)
    begin = _wall(typed.begin, "begin", errors) if typed.begin else None
    until = _wall(typed.until, "until", errors)
    if errors or until is None:
        return None, errors
    since = rota.instant(begin, found.zone) if begin else found.now
    return Absence(typed.person, since, rota.instant(until, found.zone)), {}


def fault(error: Obstacle) -> Errors:
    if isinstance(error, NotATime):
        found = _FAULTS.get((error.field, error.why), "That cannot be. Fill it in again")
        return {error.field: found}
    return {"person": "That person cannot sign any more. Choose somebody else"}


def _person(person: str, found: Duty) -> Errors:
    return {} if person in found.names else {"person": "Choose a person"}


def _wall(text: str, field: str, errors: Errors) -> datetime | None:
    """On the council's clock."""
    found = moment(text, web().now.astimezone(web().desk.settings.zone), future=True)
    if found is None:
        errors[field] = _TIME
        return None
    return found.replace(tzinfo=None)


def _day(text: str, errors: Errors) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors["last"] = "Write the day like 2026-01-19, or leave it blank"
        return None


def _number(text: str, among: "tuple[int, ...] | range") -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text) in among else None
