"""Which rules hold: those of the policy in force now, and those that a message was sent under."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from console import policy_file
from console.actions.desk import Desk
from console.configuration import ConfigurationFaults, Fault
from console.domain import rules as kept_rules
from console.domain.approval import Proof
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Rules
from console.domain.rules import Occasion, Policy
from console.domain.severity import Severity
from console.store import policies
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow


def in_force(db: Session, desk: Desk) -> Policy:
    """The one that administrators agreed to; before the first start, the file's."""
    row = policies.in_force(db)
    return _parsed(row.text) if row else desk.settings.policy


def signs_by_session(db: Session, desk: Desk) -> bool:
    """Whether it takes, for any actual message, a sign-in as the proof of a sign-off."""
    policy = in_force(db, desk)
    proofs = [policy.actual.proof, *(one.changes.get("proof") for one in policy.clauses)]
    return Proof.SESSION in proofs


def digest(db: Session, desk: Desk) -> str:
    """SHA-256 of the policy in force, as it is written; every incident records it."""
    row = policies.in_force(db)
    return row.digest if row else desk.settings.policy_digest


@lru_cache(maxsize=8)
def _parsed(text: str) -> Policy:
    faults: list[Fault] = []
    found = policy_file.parse(text, faults)
    if found is None:
        raise ConfigurationFaults(faults)
    return found


def occasion(desk: Desk, incident: IncidentRow, message: MessageRow, now: datetime) -> Occasion:
    """What policy goes by, if the message were sent for approval ``now``."""
    return Occasion(
        mode=Mode(incident.mode),
        type=incident.type,
        severity=severity(desk, incident, message),
        kind=Kind(message.kind),
        at=now.astimezone(desk.settings.zone).time(),
    )


def severity(desk: Desk, incident: IncidentRow, message: MessageRow) -> Severity:
    """What the duty officer said of it, else what its type says."""
    if message.severity:
        return Severity(message.severity)
    type_ = desk.types.get(incident.type)
    return type_.severity if type_ else Severity.MODERATE


def asked_now(
    db: Session, desk: Desk, incident: IncidentRow, message: MessageRow, now: datetime
) -> Rules:
    """What would be asked of it, if it were sent for approval ``now``."""
    return in_force(db, desk).rules(occasion(desk, incident, message, now))


def of(db: Session, desk: Desk, message: MessageRow) -> Rules:
    """What is asked of it: what was, when it was last sent for approval. A policy that changes
    while somebody reads the words changes nothing for them."""
    if message.rules is not None:
        return kept_rules.load(message.rules)
    incident = db.get_one(IncidentRow, message.incident_id)
    at = message.submitted_at or message.worded_at
    return asked_now(db, desk, incident, message, at)
