"""Released by one person alone, because life was in danger; and looked back at by somebody else.

Policy says whether there is such a way at all, and for whom. It is a sign-off by the person who
sends, with a proof of its own kind, so that workers check it like any other; and it stays red in
the record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import asking, marks, policies, release
from console.actions.desk import Desk
from console.actions.errors import Expired, NotFound, NotPermitted, Obstacle, ReasonMissing
from console.actions.people import User, user
from console.actions.recording import SYSTEM, on_record
from console.domain import factor, plain_text
from console.domain.approval import ApprovalEvent, ApprovalState, Proof, expired
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.domain.policy import Act, Rules
from console.store import look_backs, messages, people
from console.store.approvals import ApprovalRow
from console.store.incidents import IncidentRow
from console.store.look_backs import LookBackRow
from console.store.messages import MessageRow

RELEASED_ALONE = "released alone"
"""The purpose of the mail to every approver and administrator, at once."""
LOOK_BACK = "look back"
"""Of the one that reminds them while nobody has looked."""
NAG = timedelta(days=1)
REASON_MOST = 500


class NoDanger(Obstacle):
    """It was not said that life is in danger."""


class NotStrong(Obstacle):
    """No second factor was proved within the last minutes."""


class NotWaiting(Obstacle):
    """The message does not wait for approval any more. ``state`` is what it is."""

    def __init__(self, state: MessageState) -> None:
        super().__init__(f"the message is {state}")
        self.state = state


class Changed(Obstacle):
    """The words are not those that the page showed."""


class LookedAlready(Obstacle):
    """Somebody has looked back at it."""


@dataclass(frozen=True)
class LookBack:
    """A message that somebody released alone, and what came of it."""

    message_id: str
    incident_id: str
    title: str
    exercise: bool
    by: str
    by_id: str
    reason: str
    at: datetime
    due_at: datetime
    looked_by: str
    looked_at: datetime | None
    right: bool | None
    words: str

    @property
    def open(self) -> bool:
        return self.looked_at is None


def may(rules: Rules, person: User) -> bool:
    """Whether policy lets this person release it alone."""
    return person.may(Act.ALONE) and not rules.sole_release.isdisjoint(person.roles)


def send(
    db: Session,
    desk: Desk,
    *,
    message_id: str,
    digest: str,
    danger: bool,
    reason: str,
    strong_at: datetime | None,
    by: User,
    now: datetime,
) -> None:
    """Releases what waits for approval. ``strong_at``: when ``by`` last proved a second factor.

    Raises `NotWaiting`, `Expired`, `NotPermitted`, `NoDanger`, `ReasonMissing`, `NotStrong`,
    `Changed`.
    """
    message = messages.locked(db, message_id)
    if message is None:
        raise NotFound("message", message_id)
    rules = policies.of(db, desk, message)
    _must_be_allowed(rules, message, by, now)
    reason = plain_text.clean(reason).strip()[:REASON_MOST]
    if not danger:
        raise NoDanger
    if not reason:
        raise ReasonMissing
    if not factor.fresh(strong_at, now):
        raise NotStrong
    if digest != message.digest:
        raise Changed
    row = _sign(db, desk, message, by, now)
    due = now + rules.look_back_within
    _to_look_back(db, message, reason, by, now, due)
    detail = {
        "digest": message.digest,
        "reason": reason,
        "danger": "to life",
        "approval": row.id,
        "look_back_by": due.isoformat(),
    }
    on_record(db, message, "released alone", by, now, detail)
    release.release(db, desk, message, by=by, now=now)
    asking.close(db, message, ApprovalEvent.LAPSE, now=now)
    _tell(db, RELEASED_ALONE, message.id, by.id, now)


def look_back(
    db: Session, *, message_id: str, right: bool, words: str, by: User, now: datetime
) -> None:
    """Somebody else says whether they would have signed it, and why (always, where they would not).

    Raises `NotFound`, `LookedAlready`, `NotPermitted`, `ReasonMissing`.
    """
    by.must_be_able_to(Act.SIGN)
    row = look_backs.held(db, message_id)
    if row is None:
        raise NotFound("message", message_id)
    if row.looked_at:
        raise LookedAlready
    if by.id == row.by_id or by.id in messages.contributors(db, message_id):
        raise NotPermitted(Act.SIGN)
    words = plain_text.clean(words).strip()[:REASON_MOST]
    if not right and not words:
        raise ReasonMissing
    row.looked_by, row.looked_at, row.right, row.words = by.id, now, right, words
    message = db.get_one(MessageRow, message_id)
    said = "looked back: would have signed" if right else "looked back: would not have signed"
    on_record(db, message, said, by, now, {"digest": message.digest, "reason": words})


def nag(db: Session, now: datetime) -> None:
    """Reminds people of what nobody has looked back at, every day from the day that it was due."""
    for row in look_backs.to_nag(db, now):
        row.nag_at = now + NAG
        message = db.get_one(MessageRow, row.message_id)
        on_record(db, message, "look back overdue", SYSTEM, now, {})
        _tell(db, LOOK_BACK, row.message_id, row.by_id, now)


def of(db: Session, message_id: str) -> LookBack | None:
    row = db.get(LookBackRow, message_id)
    return _card(db, row) if row else None


def open_ones(db: Session) -> list[LookBack]:
    """What nobody has looked back at, the oldest first."""
    return [_card(db, row) for row in look_backs.open_ones(db)]


def _must_be_allowed(rules: Rules, message: MessageRow, by: User, now: datetime) -> None:
    if message.state != MessageState.AWAITING:
        raise NotWaiting(MessageState(message.state))
    if not may(rules, by):
        raise NotPermitted(Act.ALONE)
    if message.approve_by and expired(message.approve_by, now):
        raise Expired


def _to_look_back(
    db: Session, message: MessageRow, reason: str, by: User, now: datetime, due: datetime
) -> None:
    """Somebody else has to look at it by then."""
    incident = db.get_one(IncidentRow, message.incident_id)
    db.add(
        LookBackRow(
            message_id=message.id,
            by_id=by.id,
            reason=reason,
            at=now,
            due_at=due,
            nag_at=due,
            exercise=incident.mode == Mode.EXERCISE,
        )
    )


def _sign(db: Session, desk: Desk, message: MessageRow, by: User, now: datetime) -> ApprovalRow:
    """A sign-off of its own kind, which no approver was asked for."""
    row = ApprovalRow(
        message_id=message.id,
        revision=message.revision,
        approver_id=by.id,
        digest=message.digest,
        state=str(ApprovalState.ASKED),
        asked_at=now,
        approve_by=message.approve_by or now,
        proof=str(Proof.ALONE),
    )
    db.add(row)
    db.flush()
    asking.decide(row, ApprovalEvent.GRANT, now)
    marks.put(desk, row, now)
    db.flush()
    return row


def _tell(db: Session, purpose: str, message_id: str, but: str, now: datetime) -> None:
    """Every approver and administrator; whoever released it knows."""
    for person in map(user, people.everybody(db)):
        told = person.may(Act.SIGN) or person.may(Act.ADMINISTER)
        if told and person.id != but:
            asking.tell(db, purpose, person.id, message_id, now)


def _card(db: Session, row: LookBackRow) -> LookBack:
    message = db.get_one(MessageRow, row.message_id)
    incident = db.get_one(IncidentRow, message.incident_id)
    names = {one.id: one.name for one in people.everybody(db)}
    return LookBack(
        message_id=row.message_id,
        incident_id=incident.id,
        title=incident.title,
        exercise=row.exercise,
        by=names[row.by_id],
        by_id=row.by_id,
        reason=row.reason,
        at=row.at,
        due_at=row.due_at,
        looked_by=names.get(row.looked_by or "", ""),
        looked_at=row.looked_at,
        right=row.right,
        words=row.words,
    )
