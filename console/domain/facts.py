"""What is wrong with the facts that were filled in: blank, too long, unknown, not a time, ..."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from console.domain.incident_type import Facts, Field, FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.moment import clock_time, moment
from console.domain.place import Places, is_telephone
from console.domain.plain_text import NONE, Flaw, Hosts, faults, link_flaw


class Reason(StrEnum):
    """Why a fact cannot stand; the words for people are in ``console/web/words.py``."""

    BLANK = "blank"
    TOO_LONG = "too long"
    TOO_MANY = "too many places"
    NOT_ONE_LINE = "more than one line"
    WRONG_SHAPE = "a list where one answer belongs, or the other way round"
    UNKNOWN_FIELD = "not a field of this type"
    UNKNOWN_PLACE = "not in the list of places"
    TWO_STATUSES = "a place in two statuses"
    NO_SUCH_OPTION = "not one of the options"
    NOT_A_TIME = "not a time"
    PASSED = "a time that has passed"
    NOT_A_NUMBER = "not a telephone number"
    NOT_A_LINK = "not a link"
    OTHER_HOST = "a link that leads elsewhere than it may"
    NOT_A_REFERENCE = "not a reference"
    UNFILLED = "a placeholder left unfilled"


@dataclass(frozen=True)
class Problem:
    field: str
    reason: Reason | Flaw
    found: str = ""
    """What was found: the unknown place's id, the place with two statuses, the placeholder."""
    over: int = 0
    """By how many characters, or places, too long."""


YES_OR_NO = ("yes", "no")
_REFERENCE = re.compile(r"[A-Z0-9]+(?:[-/ ][A-Z0-9]+){0,5}")
_UNFILLED = re.compile(
    r"\[[^\]\n]{0,60}\]"
    r"|\{[^}\n]{0,60}\}+"
    r"|<[A-Za-z][^<>\n]{0,60}>"
    r"|\b[Xx]{2,}\b"
    r"|_{3,}"
    r"|\b(?:TB[ACD]|tb[acd])\b"
    # Dummies only: 01234 with other digits after it is a real area code (Bedford).
    r"|\b01234 ?567 ?\d{3}\b|\b01234(?![ -]?\d)|\b0{5,}(?: 0*)?\b"
)


def problems(
    type: IncidentType,
    kind: Kind,
    facts: Facts,
    places: Places,
    *,
    now: datetime,
    trusted: Hosts = NONE,
) -> list[Problem]:
    """Everything that keeps these facts from becoming a message, in the order of the form.

    ``now`` is the local time, aware. Facts of the type that this kind does not ask for may be
    there, as they are when an update starts from its alert.
    """
    known = {field.name for field in type.fields}
    strangers = [Problem(name, Reason.UNKNOWN_FIELD) for name in facts if name not in known]
    found = [
        problem
        for field in type.asks(kind)
        for problem in (
            *_field_problems(field, facts.get(field.name, ""), places, now, trusted),
            *_blank_problems(field, type, kind, facts),
            *_status_problems(field, type, kind, facts, places),
        )
    ]
    return found + strangers


def needed(field: Field, type: IncidentType, kind: Kind, facts: Facts) -> bool:
    """Whether the field has to be filled in, the others being as they are."""
    if field.required_with:
        other = facts.get(field.required_with, "")
        asked = any(one.name == field.required_with for one in type.asks(kind))
        return asked and not blank(other) and other != "no"
    if field.status:
        alike = type.statuses(kind, field.places)
        return field.required and all(blank(facts.get(one.name, "")) for one in alike)
    return field.required


def blank(answer: str | Sequence[str]) -> bool:
    """Nothing filled in; spaces and empty entries are nothing."""
    return not (answer.strip() if isinstance(answer, str) else any(one.strip() for one in answer))


def text_problems(name: str, text: str, trusted: Hosts = NONE) -> list[Problem]:
    """What no text that goes out may have, whoever wrote it: also for a channel's edited text.
    ``trusted``: hosts of links; see `plain_text.Hosts`."""
    faulty = [Problem(name, fault.flaw, fault.found) for fault in faults(text, trusted)]
    return faulty + [Problem(name, Reason.UNFILLED, one[0]) for one in _UNFILLED.finditer(text)]


def _field_problems(
    field: Field, answer: str | Sequence[str], places: Places, now: datetime, trusted: Hosts
) -> Iterator[Problem]:
    if blank(answer):
        return
    if isinstance(answer, str) == (field.kind is FieldKind.PLACES):
        yield Problem(field.name, Reason.WRONG_SHAPE)
    elif isinstance(answer, str):
        yield from _answer_problems(field, answer.strip(), now, trusted)
    else:
        yield from _place_problems(field, answer, places)


def _blank_problems(
    field: Field, type: IncidentType, kind: Kind, facts: Facts
) -> Iterator[Problem]:
    if blank(facts.get(field.name, "")) and needed(field, type, kind, facts):
        yield Problem(field.name, Reason.BLANK)


def _status_problems(
    field: Field, type: IncidentType, kind: Kind, facts: Facts, places: Places
) -> Iterator[Problem]:
    """A school is closed, or opens late; said twice, one of the two is a slip of the finger."""
    alike = [one for one in type.statuses(kind, field.places) if one.name != field.name]
    others = {id_ for one in alike for id_ in facts.get(one.name, ())}
    for id_ in dict.fromkeys(facts.get(field.name, ())) if field.status else ():
        if id_ in others and id_ in places[field.places]:
            yield Problem(field.name, Reason.TWO_STATUSES, places[field.places][id_].words)


def _answer_problems(field: Field, answer: str, now: datetime, trusted: Hosts) -> Iterator[Problem]:
    if len(answer) > field.max:
        yield Problem(field.name, Reason.TOO_LONG, over=len(answer) - field.max)
        return
    if "\n" in answer and field.kind is not FieldKind.LONG_TEXT:
        yield Problem(field.name, Reason.NOT_ONE_LINE)
    yield from text_problems(field.name, answer, trusted)
    if reason := _misfit(field, answer, now):
        yield Problem(field.name, reason, answer)


def _place_problems(field: Field, ids: Sequence[str], places: Places) -> Iterator[Problem]:
    if len(ids) > field.max:
        yield Problem(field.name, Reason.TOO_MANY, over=len(ids) - field.max)
        return
    for one in ids:
        if one not in places[field.places]:
            yield Problem(field.name, Reason.UNKNOWN_PLACE, one[:100])


def _misfit(field: Field, answer: str, now: datetime) -> Reason | None:
    match field.kind:
        case FieldKind.TIME:
            return None if clock_time(answer) else Reason.NOT_A_TIME
        case FieldKind.DATE_AND_TIME:
            return _time_misfit(field, answer, now)
        case FieldKind.CHOICE:
            return None if answer in field.options else Reason.NO_SUCH_OPTION
        case FieldKind.YES_OR_NO:
            return None if answer in YES_OR_NO else Reason.NO_SUCH_OPTION
        case FieldKind.TELEPHONE:
            return None if is_telephone(answer) else Reason.NOT_A_NUMBER
        case FieldKind.LINK:
            return _link_misfit(field, answer)
        case FieldKind.REFERENCE:
            return None if _is_reference(answer) else Reason.NOT_A_REFERENCE
    return None


def _is_reference(answer: str) -> bool:
    """``PS-20260116-0042``: three letters at most, so that nobody can be named in it."""
    letters = sum(one.isalpha() for one in answer)
    return bool(_REFERENCE.fullmatch(answer)) and letters <= 3 <= len(answer) - letters


def _time_misfit(field: Field, answer: str, now: datetime) -> Reason | None:
    at = moment(answer, now, future=field.future)
    if at is None:
        return Reason.NOT_A_TIME
    return Reason.PASSED if field.future and at <= now else None


def _link_misfit(field: Field, answer: str) -> Reason | None:
    """A faulty host is named by the text rules already; here what is no link, or leads away."""
    if not re.fullmatch(r"https?://\S+", answer, re.IGNORECASE):
        return Reason.NOT_A_LINK
    if link_flaw(answer):
        return None
    if "." not in answer:
        return Reason.NOT_A_LINK
    return None if _leads_to(answer, field.hosts) else Reason.OTHER_HOST


def _leads_to(link: str, hosts: Sequence[str]) -> bool:
    host = (urlsplit(link).hostname or "").lower()
    return not hosts or any(host == one or host.endswith(f".{one}") for one in hosts)
