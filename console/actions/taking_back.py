"""A message that was wrong is taken back: the words are ready before anybody needs them.

Stopping and taking back are easier than starting: any duty officer or approver may, two presses are
enough, and policy may ask for less of it than of an alert.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import asking, compose, messages, policies
from console.actions.compose import Proposals
from console.actions.desk import Desk
from console.actions.draft_words import Words
from console.actions.errors import NotFound, NotReady, Trouble
from console.actions.people import User
from console.domain.incident import IncidentState
from console.domain.message import Kind, MessageState
from console.domain.policy import Act, Rules
from console.domain.rules import Clause
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

OUT = (MessageState.RELEASED, MessageState.STOPPED)
WRONG = (Kind.ALERT, Kind.UPDATE, Kind.CORRECTION)
"""What can be taken back: nobody takes an all clear back, they send an alert."""
WHY_STOPPED = "It was taken back"


@dataclass(frozen=True)
class Ready:
    """What taking it back would say on every channel, and what policy asks for that."""

    proposals: Proposals
    rules: Rules
    clauses: tuple[Clause, ...]
    asked: tuple[User, ...]

    @property
    def fits(self) -> bool:
        """True where it can be sent for approval as it is."""
        return not self.proposals.troubles and len(self.asked) >= self.rules.sign_offs


def can(incident: IncidentState, kind: Kind, state: MessageState) -> bool:
    """Whether there is something to take back."""
    return incident is IncidentState.OPEN and kind in WRONG and state in OUT


def ready(db: Session, desk: Desk, *, message_id: str, by: User, now: datetime) -> Ready:
    """Raises `NotFound`, `NotReady` where there is nothing to take back."""
    message, incident = _wrong(db, message_id)
    back = _draft(desk, incident, message, by, now)
    policy, when = policies.in_force(db, desk), policies.occasion(desk, incident, back, now)
    rules = policy.rules(when)
    asked = [one for one in asking.may_sign(db, rules) if one.id != by.id or rules.own_sign_off]
    proposals = compose.propose(db, desk, incident, back, now)
    return Ready(proposals, rules, policy.fitting(when), tuple(asked))


def send(db: Session, desk: Desk, *, message_id: str, by: User, now: datetime) -> str:
    """Stops what has not left, and sends the words that take it back for approval; returns the new
    message's id. Raises `NotFound`, `NotReady`, `NobodyToAsk`."""
    by.must_be_able_to(Act.TAKE_BACK)
    message, incident = _wrong(db, message_id)
    if message.state == MessageState.RELEASED:
        messages.stop(db, message_id=message_id, reason=WHY_STOPPED, by=by, now=now)
    back = messages.draft(
        db,
        desk,
        incident_id=incident.id,
        kind=Kind.CANCEL,
        words=_words(desk, incident, message),
        replaces=message_id,
        act=Act.TAKE_BACK,
        by=by,
        now=now,
    )
    messages.submit(db, desk, message_id=back, act=Act.TAKE_BACK, by=by, now=now)
    return back


def _wrong(db: Session, message_id: str) -> tuple[MessageRow, IncidentRow]:
    message = db.get(MessageRow, message_id)
    if message is None:
        raise NotFound("message", message_id)
    incident = db.get_one(IncidentRow, message.incident_id)
    if not can(IncidentState(incident.state), Kind(message.kind), MessageState(message.state)):
        raise NotReady([Trouble("message", "nothing to take back")])
    return message, incident


def _words(desk: Desk, incident: IncidentRow, message: MessageRow) -> Words:
    facts = desk.types[incident.type].prepared(Kind.CANCEL)
    return Words(facts=facts, channels=message.channels)


def _draft(
    desk: Desk, incident: IncidentRow, message: MessageRow, by: User, now: datetime
) -> MessageRow:
    """The message that would take it back; it is written nowhere."""
    return MessageRow(
        id="",
        incident_id=incident.id,
        number=message.number + 1,
        kind=str(Kind.CANCEL),
        state=str(MessageState.DRAFT),
        facts=desk.types[incident.type].prepared(Kind.CANCEL),
        text="",
        edits={},
        translations={},
        channels=message.channels,
        picture=None,
        alt="",
        severity="",
        replaces=message.id,
        expires_at=None,
        drafted_by=by.id,
        created_at=now,
        worded_at=now,
    )
