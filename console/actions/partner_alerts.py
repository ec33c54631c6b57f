"""An alert of a partner becomes a draft: of this council, for a person to read, change and send.

Nothing here sends anything for approval, whoever the alert is from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from console.actions import incidents, messages
from console.actions.desk import Desk
from console.actions.draft_words import Words
from console.actions.errors import Obstacle
from console.actions.people import User
from console.domain import plain_text
from console.domain.cap import Alert, Info, Type
from console.domain.incident import IncidentState, Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind, MessageState
from console.domain.policy import Act
from console.domain.severity import Severity
from console.store import messages as rows
from console.store import partner_alerts as store
from console.store.audit import record
from console.store.incidents import IncidentRow
from console.store.partner_alerts import PartnerAlertRow

MODES = {"Actual": Mode.ACTUAL, "Exercise": Mode.EXERCISE}
"""What else CAP has (Test, System, Draft) is for systems, and nothing to tell people."""
WITHIN = timedelta(days=366)
TEXT_MOST = 5_000
"""Characters of a draft; more is cut, since a person has to read it."""
_SHORTEST = 3
_SAYS_NOTHING = frozenset({"severe", "that", "not", "ours", "off", "office"})


class NotForDrafting(Obstacle):
    """``why``: ``status``, ``scope`` or ``nothing to cancel``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class OtherWords(Obstacle):
    """The sender used this identifier already, for something else."""


class JustTaken(Obstacle):
    """The same alert came twice at once, and the other one was drafted."""


@dataclass(frozen=True)
class Taken:
    incident: str
    message: str
    again: bool
    """True where it was known: nothing was drafted now."""


def take(db: Session, desk: Desk, *, alert: Alert, digest: str, by: User, now: datetime) -> Taken:
    """Raises `NotForDrafting`, `OtherWords`."""
    by.must_be_able_to(Act.DRAFT)
    if known := store.known(db, alert.reference):
        if known.digest != digest:
            raise OtherWords
        return Taken(known.incident_id, known.message_id, again=True)
    if alert.status not in MODES:
        raise NotForDrafting("status")
    if alert.scope != "Public":
        raise NotForDrafting("scope")
    return _drafted(db, desk, alert, digest, by, now)


def source_of(db: Session, message_id: str) -> PartnerAlertRow | None:
    """The alert that this message began as."""
    return store.of_message(db, message_id)


def _drafted(db: Session, desk: Desk, alert: Alert, digest: str, by: User, now: datetime) -> Taken:
    info = _spoken(alert.infos, desk.settings.council.language)
    source = _one_line(info.sender_name) or alert.sender
    incident = _followed(db, alert) or _opened(db, desk, alert, info, source, by, now)
    message = messages.draft(
        db,
        desk,
        incident_id=incident,
        kind=_kind(db, alert, info, incident),
        words=_words(info, source, now),
        by=by,
        now=now,
    )
    db.add(
        PartnerAlertRow(
            sender=alert.sender,
            identifier=alert.identifier,
            sent_at=alert.sent,
            digest=digest,
            source=source[:255],
            incident_id=incident,
            message_id=message,
            taken_at=now,
        )
    )
    try:
        db.flush()
    except IntegrityError:
        raise JustTaken from None
    detail = {
        "from": source,
        "sender": alert.sender,
        "identifier": alert.identifier,
        "sent": alert.sent.isoformat(),
        "document": digest,
    }
    record(
        db,
        actor=by.actor,
        action="partner's alert drafted",
        subject=f"message:{message}",
        incident=incident,
        detail=detail,
        now=now,
    )
    return Taken(incident, message, again=False)


def _followed(db: Session, alert: Alert) -> str | None:
    """The open incident, of the same world, that the alerts which this one follows belong to."""
    earlier = store.newest_of(db, alert.references)
    row = db.get(IncidentRow, earlier.incident_id) if earlier else None
    if row is None or row.state != IncidentState.OPEN or row.mode != MODES[alert.status]:
        return None
    return row.id


def _opened(
    db: Session, desk: Desk, alert: Alert, info: Info, source: str, by: User, now: datetime
) -> str:
    if alert.type is Type.CANCEL:
        raise NotForDrafting("nothing to cancel")
    title = f"{source}: {_one_line(info.headline or info.event)}"[: incidents.TITLE_MOST]
    if plain_text.faults(title, desk.settings.trusted_links):
        title = f"Alert of {alert.sender}"[: incidents.TITLE_MOST]
    return incidents.open_incident(
        db,
        desk,
        type_=type_for(list(desk.types.values()), info),
        title=title,
        mode=MODES[alert.status],
        by=by,
        now=now,
    )


def _kind(db: Session, alert: Alert, info: Info, incident: str) -> Kind:
    """What follows nothing that went out is an alert still, and there is nothing to take back."""
    out = any(
        one.state in (MessageState.RELEASED, MessageState.STOPPED)
        for one in rows.of_incident(db, incident)
    )
    if alert.type is Type.CANCEL:
        if not out:
            raise NotForDrafting("nothing to cancel")
        return Kind.CANCEL
    if not out or alert.type is Type.ALERT:
        return Kind.ALERT
    return Kind.ALL_CLEAR if info.response == "AllClear" else Kind.UPDATE


def _words(info: Info, source: str, now: datetime) -> Words:
    """Whoever reads the draft sees in its first words whose they are."""
    parts = (info.headline or info.event, info.description, info.instruction)
    said = "\n".join(part for part in (_lines(one) for one in parts) if part)
    ahead = info.expires if info.expires and now < info.expires <= now + WITHIN else None
    severity = info.severity.lower()
    return Words(
        text=plain_text.clean(f"From {source}: {said}")[:TEXT_MOST],
        expires_at=ahead,
        severity=Severity(severity) if severity in [*Severity] else None,
    )


def type_for(types: Sequence[IncidentType], info: Info) -> str:
    """The incident type whose name shares most words with the alert's; else one of its category.
    A person can only say it differently by opening another incident, so that it is a help and no
    more: the words are the partner's own."""
    said = {word[:4] for word in re.findall(r"[a-z]+", f"{info.event} {info.headline}".lower())}

    def shared(one: IncidentType) -> int:
        parts = (part for part in one.slug.split("-") if part not in _SAYS_NOTHING)
        return sum(part[:4] in said for part in parts if len(part) >= _SHORTEST)

    same = {one.slug: one.category == info.category.lower() for one in types}
    return max(types, key=lambda one: (shared(one), same[one.slug])).slug


def _spoken(infos: Sequence[Info], language: str) -> Info:
    """In the council's language, where it is there."""
    own = (one for one in infos if one.language.partition("-")[0].lower() == language)
    return next(own, infos[0])


def _one_line(text: str) -> str:
    return " ".join(plain_text.clean(text).split())


def _lines(text: str) -> str:
    found = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in found if line)
