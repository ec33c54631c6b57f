"""Incidents: opened, stood down, opened again."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.actions.errors import NotFound, NotReady, Trouble
from console.actions.people import User
from console.domain import plain_text
from console.domain.incident import NEXT, IncidentEvent, IncidentState, Mode
from console.domain.policy import Act
from console.domain.states import after
from console.store.audit import record
from console.store.incidents import IncidentRow

TITLE_MOST = 120


def open_incident(
    db: Session, desk: Desk, *, type_: str, title: str, mode: Mode, by: User, now: datetime
) -> str:
    """Opens an incident and returns its id. Its mode can never be changed afterwards."""
    by.must_be_able_to(Act.DRAFT)
    title = " ".join(plain_text.clean(title).split())
    troubles = _troubles(desk, type_, title)
    if troubles:
        raise NotReady(troubles)
    row = IncidentRow(
        type=type_,
        title=title,
        mode=str(mode),
        state=str(IncidentState.OPEN),
        opened_by=by.id,
        opened_at=now,
        policy_digest=desk.settings.policy_digest,
    )
    db.add(row)
    db.flush()
    record(
        db,
        actor=by.actor,
        action="incident opened",
        subject=f"incident:{row.id}",
        incident=row.id,
        detail={"title": title, "type": type_, "mode": row.mode, "policy": row.policy_digest},
        now=now,
    )
    return row.id


def stand_down(db: Session, *, incident_id: str, by: User, now: datetime) -> None:
    _change(db, incident_id, IncidentEvent.STAND_DOWN, by, now)


def reopen(db: Session, *, incident_id: str, by: User, now: datetime) -> None:
    _change(db, incident_id, IncidentEvent.REOPEN, by, now)


def _change(db: Session, incident_id: str, event: IncidentEvent, by: User, now: datetime) -> None:
    by.must_be_able_to(Act.DRAFT)
    row = db.get(IncidentRow, incident_id, with_for_update=True)
    if row is None:
        raise NotFound("incident", incident_id)
    state = after(NEXT, IncidentState(row.state), event)
    row.state = str(state)
    row.closed_at = now if state is IncidentState.STOOD_DOWN else None
    action = "incident stood down" if row.closed_at else "incident reopened"
    record(
        db,
        actor=by.actor,
        action=action,
        subject=f"incident:{row.id}",
        incident=row.id,
        now=now,
    )


def _troubles(desk: Desk, type_: str, title: str) -> list[Trouble]:
    troubles = []
    if type_ not in desk.types:
        troubles.append(Trouble("type", "unknown", found=type_))
    if not title:
        troubles.append(Trouble("title", "blank"))
    if len(title) > TITLE_MOST:
        troubles.append(Trouble("title", "too long", over=len(title) - TITLE_MOST))
    troubles += [
        Trouble("title", str(one.flaw), found=one.found)
        for one in plain_text.faults(title, desk.settings.trusted_links)
    ]
    return troubles
