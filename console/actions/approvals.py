"""Sign-offs decided: granted, sent back, rejected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import marks, pacing, policies, recipients, release
from console.actions.asking import bar, close, decide, tell
from console.actions.desk import Desk
from console.actions.errors import Expired, NotFound, Obstacle, ReasonMissing
from console.actions.people import User, user
from console.actions.proofs import Decision, WrongPin, prove
from console.actions.recording import SYSTEM, on_record
from console.domain import plain_text
from console.domain.approval import ApprovalEvent, ApprovalState, Given, Proof, expired, signs
from console.domain.message import NEXT, MessageEvent, MessageState
from console.domain.policy import Bar, Rules, still_needed
from console.domain.states import after
from console.store import approvals, messages
from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.store.people import UserRow

APPROVE, SEND_BACK, REJECT = "approve", "send-back", "reject"
"""What an approver may decide, as the forms name it."""


class Decided(Obstacle):
    """This sign-off is no longer open. ``state`` is how it ended."""

    def __init__(self, state: ApprovalState) -> None:
        super().__init__(f"the sign-off is {state}")
        self.state = state


class WordsChanged(Obstacle):
    """The text is no longer the one that the page showed."""


class NothingRead(Obstacle):
    """The approver said of none of the languages that they read its words."""


class Barred(Obstacle):
    """This person may not sign this message."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(str(bar))
        self.bar = bar


@dataclass(frozen=True)
class Granted:
    """The sign-off counts; ``released`` is True where it was the last one needed."""

    message_id: str
    released: bool
    still: int


def grant(
    db: Session,
    desk: Desk,
    *,
    approval_id: str,
    digest: str,
    proof: Given,
    now: datetime,
    languages: Collection[str] | None = None,
) -> Granted | WrongPin:
    """The bound approver signs the revision with this digest, or the words of some of its
    ``languages`` only; the last sign-off needed releases the message in the same transaction.

    Raises `Decided`, `Expired`, `WordsChanged`, `Barred`, `NothingRead`, and what `proofs.prove`
    does.
    """
    one = _open(db, desk, approval_id, APPROVE, now)
    if digest != one.approval.digest:
        raise WordsChanged
    variants = messages.variants(db, one.message.id, one.message.revision)
    written = {variant.language for variant in variants}
    read = written if languages is None else written & set(languages)
    if not read:
        raise NothingRead
    proved = prove(one, proof)
    if isinstance(proved, WrongPin):
        return proved
    _sign(one, proved, read)
    several = {"languages": one.approval.languages} if len(written) > 1 else {}
    reached = recipients.how_many(db, desk, [variant.channel for variant in variants])
    _signed_off(one, several | ({"people": reached} if reached else {}))
    return _release_if_whole(one, written)


def send_back(
    db: Session, desk: Desk, *, approval_id: str, reason: str, proof: Given, now: datetime
) -> str | WrongPin:
    """Back to the duty officer as a draft, with the reason; every sign-off of it is superseded.
    Returns the message's id."""
    return _refuse(_open(db, desk, approval_id, SEND_BACK, now), reason, proof)


def reject(
    db: Session, desk: Desk, *, approval_id: str, reason: str, proof: Given, now: datetime
) -> str | WrongPin:
    """For good: the message is never published. Returns its id."""
    return _refuse(_open(db, desk, approval_id, REJECT, now), reason, proof)


def note_untaken(
    db: Session, *, approval_id: str, action: str, decision: str, was: str, now: datetime
) -> None:
    """Puts a decision on the record that could not be taken: whoever has the link pressed, which
    need not be the approver."""
    approval = db.get_one(ApprovalRow, approval_id)
    message = db.get_one(MessageRow, approval.message_id)
    asked = user(db.get_one(UserRow, approval.approver_id)).name
    detail = {"approval": approval_id, "approver": asked, "decision": decision, "was": was}
    on_record(db, message, action, SYSTEM, now, detail)


def _sign(one: Decision, proved: Proof, read: Collection[str]) -> None:
    decide(one.approval, ApprovalEvent.GRANT, one.now)
    one.approval.proof, one.approval.languages = str(proved), sorted(read)
    marks.put(one.desk, one.approval, one.now)


def _signed_off(one: Decision, more: Mapping[str, object]) -> None:
    detail = {"digest": one.approval.digest, "proof": one.approval.proof, **more}
    detail |= {"approval": one.approval.id}
    on_record(one.db, one.message, "signed off", one.approver, one.now, detail)
    one.db.flush()


def _release_if_whole(one: Decision, written: Collection[str]) -> Granted:
    db, message, now = one.db, one.message, one.now
    still = still_needed(
        one.rules,
        message.digest,
        [row.value() for row in marks.whole(one.desk, approvals.of_message(db, message.id))],
        messages.contributors(db, message.id),
        written,
    )
    if still == 0:
        release.release(db, one.desk, message, by=one.approver, now=now)
        close(db, message, ApprovalEvent.LAPSE, now=now)
        tell(db, "released", message.submitted_by or message.drafted_by, message.id, now)
    else:
        pacing.replan(db, message, now, why="more have to sign")
    return Granted(message.id, released=still == 0, still=still)


def _refuse(one: Decision, reason: str, proof: Given) -> str | WrongPin:
    reason = plain_text.clean(reason).strip()
    if not reason:
        raise ReasonMissing
    # A mail filter that presses buttons must not be able to kill a message either.
    proved = prove(one, proof)
    if isinstance(proved, WrongPin):
        return proved
    db, approval, message, now = one.db, one.approval, one.message, one.now
    event, done = _REFUSALS[one.kind]
    message.state = str(after(NEXT, MessageState(message.state), event))
    message.reason = reason
    message.settled_at = now if event is MessageEvent.REJECT else None
    decide(approval, ApprovalEvent.REFUSE, now)
    approval.reason, approval.proof = reason, str(proved)
    close(db, message, ApprovalEvent.SUPERSEDE, now=now)
    tell(db, done, message.submitted_by or message.drafted_by, message.id, now)
    detail = {"reason": reason, "digest": approval.digest, "proof": approval.proof}
    on_record(db, message, f"message {done}", one.approver, now, detail)
    return message.id


_REFUSALS = {
    SEND_BACK: (MessageEvent.SEND_BACK, "sent back"),
    REJECT: (MessageEvent.REJECT, "rejected"),
}


def _open(db: Session, desk: Desk, approval_id: str, kind: str, now: datetime) -> Decision:
    """The sign-off and its message, held until the transaction ends, if it is still open to this
    person and these are the words."""
    found = db.get(ApprovalRow, approval_id)
    if found is None:
        raise NotFound("sign-off", approval_id)
    message = messages.locked(db, found.message_id)
    approval = db.get(ApprovalRow, approval_id, with_for_update=True, populate_existing=True)
    assert message is not None
    assert approval is not None
    if approval.state != ApprovalState.ASKED:
        raise Decided(ApprovalState(approval.state))
    if expired(approval.approve_by, now):
        raise Expired
    rules = policies.of(db, desk, message)
    approver = _approver(db, rules, approval, message)
    if not signs(approval.digest, message.digest):
        raise WordsChanged
    return Decision(db, desk, rules, approval, message, approver, kind, now)


def _approver(db: Session, rules: Rules, approval: ApprovalRow, message: MessageRow) -> User:
    approver = user(db.get_one(UserRow, approval.approver_id))
    why = bar(rules, approver, messages.contributors(db, message.id))
    if why:
        raise Barred(why)
    return approver
