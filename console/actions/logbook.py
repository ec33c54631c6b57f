"""The incident's log: notes, telephone calls and decisions, in the words of who was there.

A loggist's book: nothing in it is changed. What was wrong is put right by a new entry that names
the wrong one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from console.actions.errors import NotFound, NotReady, Trouble
from console.actions.history import detail
from console.actions.people import User
from console.domain import plain_text
from console.domain.audit import Entry
from console.domain.plain_text import Flaw
from console.domain.policy import Act
from console.store import logbook
from console.store.audit import record
from console.store.incidents import IncidentRow

LONGEST = 4000
"""Characters."""
PERSON_LONGEST = 200


class NoteKind(StrEnum):
    NOTE = "note"
    CALL = "telephone call"
    DECISION = "decision"


ACTIONS: Mapping[NoteKind, str] = {
    NoteKind.NOTE: "note added",
    NoteKind.CALL: "telephone call noted",
    NoteKind.DECISION: "decision noted",
}
CORRECTED = "entry corrected"
WRITTEN = frozenset({*ACTIONS.values(), CORRECTED})
"""The actions of entries that people wrote in their own words."""
_MISLEADS = frozenset({Flaw.BIDI, Flaw.HIDDEN, Flaw.CONTROL, Flaw.SURROGATE, Flaw.STACKED})
"""A link or a mail's codes lead nobody astray here: nothing of it is published."""


@dataclass(frozen=True)
class Note:
    """What somebody wants to have on the record."""

    text: str
    kind: NoteKind = NoteKind.NOTE
    party: str = ""
    """With whom they spoke, or who decided."""
    at: datetime | None = None
    """When it happened, where that was not just now."""
    because: str = ""
    """Why it was decided so."""


GONE = "(erased)"


@dataclass(frozen=True)
class Written:
    """One entry of the log, and what puts it right."""

    entry: Entry
    note: str
    """`GONE` where its words were erased."""
    corrects: int | None
    corrected_by: tuple[int, ...]


def add(db: Session, *, incident_id: str, note: Note, by: User, now: datetime) -> None:
    """Also long after the incident was stood down. Raises `NotFound`, `NotReady`."""
    by.must_be_able_to(Act.NOTE)
    if db.get(IncidentRow, incident_id) is None:
        raise NotFound("incident", incident_id)
    said = {
        "note": _tidy("note", note.text, LONGEST),
        "with": _tidy("party", note.party, PERSON_LONGEST, blank=True),
        "because": _tidy("because", note.because, LONGEST, blank=True),
        "happened": note.at.isoformat(timespec="minutes") if note.at else "",
    }
    if note.at and note.at > now:
        raise NotReady([Trouble("at", "to come")])
    record(
        db,
        actor=by.actor,
        action=ACTIONS[note.kind],
        subject=f"incident:{incident_id}",
        incident=incident_id,
        detail={name: value for name, value in said.items() if value},
        now=now,
    )


def correct(db: Session, *, number: int, text: str, by: User, now: datetime) -> Entry:
    """Says what is wrong with an entry, in a new one that names it; returns the one that is
    corrected. Raises `NotFound`, `NotReady`."""
    by.must_be_able_to(Act.NOTE)
    wrong = logbook.entry(db, number)
    if wrong is None:
        raise NotFound("entry", str(number))
    record(
        db,
        actor=by.actor,
        action=CORRECTED,
        subject=f"entry:{number}",
        incident=wrong.incident,
        detail={"corrects": number, "note": _tidy("note", text, LONGEST)},
        now=now,
    )
    return wrong


def written(db: Session, incident_id: str) -> tuple[Written, ...]:
    """The incident's log, in the order that it was written."""
    return _written(logbook.of_incident(db, incident_id, WRITTEN))


def corrections(db: Session, number: int) -> tuple[Written, ...]:
    """What puts one entry right."""
    return _written(logbook.about(db, f"entry:{number}", CORRECTED))


def entry(db: Session, number: int) -> Entry:
    """Raises `NotFound`."""
    found = logbook.entry(db, number)
    if found is None:
        raise NotFound("entry", str(number))
    return found


def _written(entries: Iterable[Entry]) -> tuple[Written, ...]:
    entries = tuple(entries)
    facts = {one.number: detail(one) for one in entries}
    right: dict[int, list[int]] = {}
    for number, said in facts.items():
        if isinstance(wrong := said.get("corrects"), int):
            right.setdefault(wrong, []).append(number)
    return tuple(_one(entry, facts[entry.number], right) for entry in entries)


def _one(entry: Entry, facts: Mapping[str, Any], right: Mapping[int, list[int]]) -> Written:
    wrong = facts.get("corrects")
    return Written(
        entry,
        GONE if entry.erased else str(facts.get("note", "")),
        wrong if isinstance(wrong, int) else None,
        tuple(right.get(entry.number, ())),
    )


def _tidy(field: str, text: str, most: int, *, blank: bool = False) -> str:
    """Raises `NotReady`."""
    text = plain_text.clean(text).strip()
    troubles = [
        Trouble(field, str(one.flaw), found=one.found)
        for one in plain_text.faults(text)
        if one.flaw in _MISLEADS
    ]
    if not text and not blank:
        troubles.append(Trouble(field, "blank"))
    if len(text) > most:
        troubles.append(Trouble(field, "too long", over=len(text) - most))
    if troubles:
        raise NotReady(troubles)
    return text
