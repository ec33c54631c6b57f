"""The texts of a draft that is being written: made as they will be, and saved nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import compose
from console.actions.compose import Proposals
from console.actions.desk import Desk
from console.actions.draft_words import Words, put
from console.actions.errors import NotFound
from console.actions.people import User
from console.domain.facts import blank
from console.domain.incident import IncidentState, Mode
from console.domain.incident_type import Field, FieldKind
from console.domain.message import Kind, MessageState
from console.domain.place import Place
from console.domain.policy import Act
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

NO_NAME_YET = "made-at-the-save"
"""Where an incident that is not opened yet will have its id: as long as one, so that every count
is right."""
_GAPS = (
    FieldKind.TEXT,
    FieldKind.LONG_TEXT,
    FieldKind.CHOICE,
    FieldKind.TIME,
    FieldKind.DATE_AND_TIME,
    FieldKind.TELEPHONE,
    FieldKind.LINK,
)


@dataclass(frozen=True)
class New:
    """An incident that nobody has opened yet."""

    type: str
    title: str
    mode: Mode


def of_new(
    db: Session, desk: Desk, new: New, words: Words, *, by: User, now: datetime
) -> Proposals:
    by.must_be_able_to(Act.DRAFT)
    incident = IncidentRow(
        id=NO_NAME_YET,
        type=new.type,
        title=new.title,
        mode=str(new.mode),
        state=str(IncidentState.OPEN),
        opened_by=by.id,
        opened_at=now,
    )
    message = MessageRow(
        id=NO_NAME_YET,
        incident_id=incident.id,
        number=1,
        kind=str(Kind.ALERT),
        state=str(MessageState.DRAFT),
        facts={},
        text="",
        edits={},
        translations={},
        channels=None,
        picture=None,
        alt="",
        severity="",
        replaces=None,
        expires_at=None,
    )
    return _proposed(db, desk, incident, message, words, now)


def of_draft(
    db: Session, desk: Desk, message_id: str, words: Words, *, by: User, now: datetime
) -> Proposals:
    """Raises `NotFound`."""
    by.must_be_able_to(Act.DRAFT)
    row = db.get(MessageRow, message_id)
    if row is None:
        raise NotFound("message", message_id)
    columns = MessageRow.__mapper__.column_attrs.keys()
    copy = MessageRow(**{name: getattr(row, name) for name in columns})
    incident = db.get_one(IncidentRow, row.incident_id)
    return _proposed(db, desk, incident, copy, words, now)


def _proposed(
    db: Session, desk: Desk, incident: IncidentRow, message: MessageRow, words: Words, now: datetime
) -> Proposals:
    """With what is blank still shown as a gap, so that the words can be read from the first fact
    on. Neither row is part of the database."""
    put(desk, message, words)
    message.worded_at = now
    type_, kind = desk.types[incident.type], Kind(message.kind)
    gaps = [one for one in type_.asks(kind) if one.required and _bare(one, message.facts)]
    if not message.text:
        message.facts = {**message.facts, **{one.name: _gap(one) for one in gaps}}
        desk = _with_gaps(desk, gaps)
    return compose.propose(db, desk, incident, message)


def _bare(field: Field, facts: Mapping[str, Any]) -> bool:
    return blank(facts.get(field.name, ""))


def _gap(field: Field) -> str | list[str]:
    if field.kind is FieldKind.PLACES:
        return [f"gap-{field.name}"]
    return f"[{field.label}]" if field.kind in _GAPS else "no"


def _with_gaps(desk: Desk, gaps: list[Field]) -> Desk:
    """Each list with a place that stands for those that nobody has ticked yet."""
    places = dict(desk.places)
    for one in gaps:
        if one.kind is FieldKind.PLACES:
            gap = Place(id=f"gap-{one.name}", name=f"[{one.label}]")
            places[one.places] = {**places[one.places], gap.id: gap}
    return replace(desk, places=places)
