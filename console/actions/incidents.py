"""Incidents: opened, stood down, opened again."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import clearing, messages, policies
from console.actions.desk import Desk
from console.actions.errors import NotFound, NotReady, Obstacle, Trouble
from console.actions.people import User
from console.domain import plain_text
from console.domain.incident import NEXT, IncidentEvent, IncidentState, Mode
from console.domain.message import MessageState
from console.domain.policy import Act
from console.domain.states import after
from console.store import messages as message_rows
from console.store.audit import record
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

TITLE_MOST = 120
STOOD_DOWN = "The incident was stood down."
"""Why a message was withdrawn with it."""


class StillOwes(Obstacle):
    """Channels that carried the alert were not told that it is over; ``channels`` names them."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        super().__init__(f"{len(channels)} channels are owed the all clear")
        self.channels = channels


class StillAwaiting(Obstacle):
    """Messages of the incident wait for their sign-off. ``numbers`` are theirs."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        super().__init__(f"{len(numbers)} messages await approval")
        self.numbers = numbers


def open_incident(
    db: Session, desk: Desk, *, type_: str, title: str, mode: Mode, by: User, now: datetime
) -> str:
    """Opens an incident and returns its id. Its mode can never be changed afterwards. One that only
    passes on what others say has a title of its own, whatever is given."""
    by.must_be_able_to(Act.DRAFT)
    known = desk.types.get(type_)
    if known and known.relay:
        title = f"{known.title}, {now.astimezone(desk.settings.zone):%a %-d %b}"
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
        policy_digest=policies.digest(db, desk),
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


def stand_down(
    db: Session,
    *,
    incident_id: str,
    by: User,
    now: datetime,
    withdraw: bool = False,
    unsaid: bool = False,
) -> None:
    """``withdraw``: what waits for its sign-off is withdrawn with it. Without that it raises
    `StillAwaiting`: nothing that somebody is just reading ends without a word. ``unsaid``: the all
    clear stays unsaid where it is owed. Without that it raises `StillOwes`."""
    by.must_be_able_to(Act.DRAFT)
    row = _locked(db, incident_id)
    waiting = awaiting(db, incident_id)
    if waiting and not withdraw:
        raise StillAwaiting(tuple(one.number for one in waiting))
    owing = () if row.state != IncidentState.OPEN else tuple(clearing.owing(db, incident_id))
    if owing and not unsaid:
        raise StillOwes(owing)
    _change(db, row, IncidentEvent.STAND_DOWN, by, now, owing)
    for one in waiting:
        messages.withdraw(db, message_id=one.id, by=by, now=now, reason=STOOD_DOWN)


def awaiting(db: Session, incident_id: str) -> list[MessageRow]:
    """The messages of the incident that wait for their sign-off."""
    found = message_rows.of_incident(db, incident_id)
    return [one for one in found if one.state == MessageState.AWAITING]


def reopen(db: Session, *, incident_id: str, by: User, now: datetime) -> None:
    by.must_be_able_to(Act.DRAFT)
    _change(db, _locked(db, incident_id), IncidentEvent.REOPEN, by, now)


def _locked(db: Session, incident_id: str) -> IncidentRow:
    row = db.get(IncidentRow, incident_id, with_for_update=True)
    if row is None:
        raise NotFound("incident", incident_id)
    return row


def _change(
    db: Session,
    row: IncidentRow,
    event: IncidentEvent,
    by: User,
    now: datetime,
    owing: tuple[str, ...] = (),
) -> None:
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
        detail={"all_clear_unsaid_on": list(owing)} if owing else {},
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
