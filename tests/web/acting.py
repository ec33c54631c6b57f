"""Brings messages to where a test needs them, by the console's own acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from console.actions import approvals, asking, incidents, messages, people, pictures, reading
from console.actions.cards import MessageSheet
from console.actions.draft_words import Words
from console.actions.people import User
from console.domain.approval import Pin
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role
from console.store import troubles
from console.store.approvals import of_message
from console.store.audit import Actor
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.web.context import Web
from tests.web.conftest import PASSWORD, PIN

TEXT = 'Northbrae Council: heavy snow in Cairn Pass.\n\nTravel only if you "must" & stay warm.'
FACTS = {
    "hazard": "Heavy snow",
    "where": ["inverbrae", "cairn-pass"],
    "effect": "Some roads are blocked",
    "routes": "main roads first",
    "next_update": "07:30",
}


@dataclass(frozen=True)
class Asked:
    """A message that waits for its sign-off, and one approver's link."""

    incident: str
    message: str
    approval: str
    token: str
    world: str = ""

    @property
    def mailed(self) -> str:
        """The address in the mail, the same in both worlds."""
        return f"/sign-off/{self.token}"

    @property
    def link(self) -> str:
        """Where it leads."""
        return self.world + self.mailed


def person(web: Web, name: str) -> User:
    with web.sessions.read() as db:
        return next(one for one in people.everybody(db) if one.email.startswith(f"{name}@"))


def add(web: Web, name: str, *roles: Role) -> User:
    with web.sessions.begin() as db:
        return people.add(
            db,
            email=f"{name}@northbrae.example",
            name=name.title(),
            roles=roles,
            password=PASSWORD,
            pin=PIN,
            by=Actor("tests"),
            now=web.now,
        )


def drafted(
    web: Web,
    *,
    mode: Mode = Mode.ACTUAL,
    type_: str = "snow-ice",
    by: str = "officer",
    title: str = "Snow on Friday",
    **words: Any,
) -> str:
    """A new incident with a complete alert; returns the message's id."""
    who = person(web, by)
    with web.sessions.begin() as db:
        incident_id = incidents.open_incident(
            db, web.desk, type_=type_, title=title, mode=mode, by=who, now=web.now
        )
        return messages.draft(
            db,
            web.desk,
            incident_id=incident_id,
            kind=Kind.ALERT,
            words=Words(**{"facts": FACTS, **words}),
            by=who,
            now=web.now,
        )


def submitted(web: Web, message_id: str, *, by: str = "officer") -> str:
    with web.sessions.begin() as db:
        messages.submit(db, web.desk, message_id=message_id, by=person(web, by), now=web.now)
    return message_id


def asked(
    web: Web,
    *,
    of: str = "approver",
    mode: Mode = Mode.ACTUAL,
    by: str = "officer",
    text: str = TEXT,
    title: str = "Snow in Cairn Pass",
    **words: Any,
) -> Asked:
    """A message sent for approval, and the link of one who was asked."""
    message = drafted(web, mode=mode, by=by, title=title, facts={}, text=text, **words)
    submitted(web, message, by=by)
    world = "/exercise" if mode is Mode.EXERCISE else ""
    return Asked(sheet(web, message).incident.id, message, *link(web, message, of), world)


def link(web: Web, message: str, of: str) -> tuple[str, str]:
    """The newest sign-off that was asked of this person, and a fresh link to it."""
    who = person(web, of).id
    with web.sessions.begin() as db:
        mine = [one for one in of_message(db, message) if one.approver_id == who]
        newest = max(mine, key=lambda one: one.revision)
        token = asking.new_link(db, newest.id, web.now)
        assert token
        return newest.id, token


def released(web: Web, message_id: str) -> str:
    submitted(web, message_id)
    with web.sessions.begin() as db:
        sheet = reading.message(db, web.desk, message_id)
        approvals.grant(
            db,
            web.desk,
            approval_id=sheet.sign_offs[0].id,
            digest=sheet.message.digest,
            proof=Pin(PIN),
            now=web.now,
        )
        # The release goes by the database's clock; here that is the test's.
        db.flush()
        for row in _rows(db, message_id):
            row.due_at = row.changed_at = web.now
    return message_id


def sheet(web: Web, message_id: str) -> MessageSheet:
    with web.sessions.read() as db:
        return reading.message(db, web.desk, message_id)


def settle(
    web: Web,
    message_id: str,
    channel: str,
    state: DeliveryState,
    *,
    reason: str = "",
    detail: str = "",
    url: str = "",
    status: int | None = None,
    due_at: datetime | None = None,
) -> str:
    """Writes what a worker would have written; returns the delivery's id."""
    with web.sessions.begin() as db:
        row = next(one for one in _rows(db, message_id) if one.channel == channel)
        row.state, row.reason, row.detail, row.url = str(state), reason, detail, url
        row.tries, row.changed_at = row.tries + 1, web.now
        row.due_at = due_at
        attempt = AttemptRow(
            delivery_id=row.id, fence=row.fence, worker="worker-1", started_at=web.now
        )
        db.add(attempt)
        db.flush()
        outcome = "accept" if state is DeliveryState.SENT else str(state)
        db.add(
            OutcomeRow(
                attempt_id=attempt.id,
                message_id=message_id,
                ended_at=web.now + timedelta(milliseconds=180),
                outcome=outcome,
                reason=reason,
                status=status,
                detail=detail,
                milliseconds=180,
            )
        )
        return row.id


def _rows(db: Any, message_id: str) -> list[DeliveryRow]:
    return list(db.query(DeliveryRow).filter_by(message_id=message_id))


def picture(web: Web, colour: str = "teal") -> str:
    """A picture that is kept; returns its SHA-256."""
    out = BytesIO()
    Image.new("RGB", (40, 20), colour).save(out, "JPEG")
    with web.sessions.begin() as db:
        return pictures.take(
            db,
            content=out.getvalue(),
            filename="map.jpg",
            by=person(web, "officer"),
            now=web.now,
        )


def alarm(web: Web) -> None:
    """People are told of what is in trouble now, as a worker has it done."""
    with web.sessions.begin() as db:
        troubles.tell(db, web.now, web.desk.settings.timing)
