"""Sign-offs decided: granted, sent back, rejected."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console import credentials
from console.actions import pacing, policies, recipients, release
from console.actions.asking import bar, close, decide, tell
from console.actions.desk import Desk
from console.actions.errors import Expired, NotFound, Obstacle, ReasonMissing
from console.actions.people import User, user
from console.actions.recording import SYSTEM, on_record
from console.domain import plain_text
from console.domain.approval import ApprovalEvent, ApprovalState, Proof, expired, signs
from console.domain.message import NEXT, MessageEvent, MessageState
from console.domain.policy import Bar, Rules, still_needed
from console.domain.states import after
from console.store import approvals, messages
from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.store.people import UserRow


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


@dataclass(frozen=True)
class WrongPin:
    """Not the approver's PIN; ``left`` tries remain, at 0 the link is void."""

    left: int


def grant(
    db: Session,
    desk: Desk,
    *,
    approval_id: str,
    digest: str,
    pin: str,
    now: datetime,
    languages: Collection[str] | None = None,
) -> Granted | WrongPin:
    """The bound approver signs the revision with this digest, or the words of some of its
    ``languages`` only; the last sign-off needed releases the message in the same transaction.

    Raises `Decided`, `Expired`, `WordsChanged`, `Barred`, `NothingRead`.
    """
    approval, message, rules = _open(db, desk, approval_id, now)
    approver = _approver(db, rules, approval, message)
    if not signs(approval.digest, message.digest) or digest != approval.digest:
        raise WordsChanged
    variants = messages.variants(db, message.id, message.revision)
    written = {one.language for one in variants}
    read = written if languages is None else written & set(languages)
    if not read:
        raise NothingRead
    if rules.proof is Proof.PIN and not _pin_matches(db, approval, pin):
        return _wrong_pin(db, rules, approval, message, approver, now)
    decide(approval, ApprovalEvent.GRANT, now)
    approval.proof, approval.languages = str(rules.proof), sorted(read)
    detail: dict[str, object] = {"digest": approval.digest, "proof": approval.proof}
    if len(written) > 1:
        detail["languages"] = approval.languages
    if people := recipients.how_many(db, desk, [one.channel for one in variants]):
        detail["people"] = people
    on_record(db, message, "signed off", approver, now, detail | {"approval": approval.id})
    db.flush()
    still = still_needed(
        rules,
        message.digest,
        [one.value() for one in approvals.of_message(db, message.id)],
        messages.contributors(db, message.id),
        written,
    )
    if still == 0:
        release.release(db, desk, message, by=approver, now=now)
        close(db, message, ApprovalEvent.LAPSE, now=now)
        tell(db, "released", message.submitted_by or message.drafted_by, message.id, now)
    else:
        pacing.replan(db, message, now, why="more have to sign")
    return Granted(message.id, released=still == 0, still=still)


def send_back(
    db: Session, desk: Desk, *, approval_id: str, reason: str, pin: str, now: datetime
) -> str | WrongPin:
    """Back to the duty officer as a draft, with the reason; every sign-off of it is superseded.
    Returns the message's id."""
    return _refuse(db, desk, approval_id, MessageEvent.SEND_BACK, reason, pin, now)


def reject(
    db: Session, desk: Desk, *, approval_id: str, reason: str, pin: str, now: datetime
) -> str | WrongPin:
    """For good: the message is never published. Returns its id."""
    return _refuse(db, desk, approval_id, MessageEvent.REJECT, reason, pin, now)


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


def _refuse(
    db: Session,
    desk: Desk,
    approval_id: str,
    event: MessageEvent,
    reason: str,
    pin: str,
    now: datetime,
) -> str | WrongPin:
    reason = plain_text.clean(reason).strip()
    if not reason:
        raise ReasonMissing
    approval, message, rules = _open(db, desk, approval_id, now)
    approver = _approver(db, rules, approval, message)
    if not signs(approval.digest, message.digest):
        raise WordsChanged
    # A mail filter that presses buttons must not be able to kill a message either.
    if rules.proof is Proof.PIN and not _pin_matches(db, approval, pin):
        return _wrong_pin(db, rules, approval, message, approver, now)
    message.state = str(after(NEXT, MessageState(message.state), event))
    message.reason = reason
    message.settled_at = now if event is MessageEvent.REJECT else None
    decide(approval, ApprovalEvent.REFUSE, now)
    approval.reason, approval.proof = reason, str(rules.proof)
    close(db, message, ApprovalEvent.SUPERSEDE, now=now)
    action = "message rejected" if event is MessageEvent.REJECT else "message sent back"
    purpose = "rejected" if event is MessageEvent.REJECT else "sent back"
    tell(db, purpose, message.submitted_by or message.drafted_by, message.id, now)
    detail = {"reason": reason, "digest": approval.digest, "proof": approval.proof}
    on_record(db, message, action, approver, now, detail)
    return message.id


def _open(
    db: Session, desk: Desk, approval_id: str, now: datetime
) -> tuple[ApprovalRow, MessageRow, Rules]:
    """The sign-off and its message, held until the transaction ends, if it is still open."""
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
    return approval, message, policies.of(db, desk, message)


def _approver(db: Session, rules: Rules, approval: ApprovalRow, message: MessageRow) -> User:
    approver = user(db.get_one(UserRow, approval.approver_id))
    why = bar(rules, approver, messages.contributors(db, message.id))
    if why:
        raise Barred(why)
    return approver


def _pin_matches(db: Session, approval: ApprovalRow, pin: str) -> bool:
    row = db.get_one(UserRow, approval.approver_id)
    return credentials.matches(row.pin_hash, pin.strip())


def _wrong_pin(
    db: Session,
    rules: Rules,
    approval: ApprovalRow,
    message: MessageRow,
    approver: User,
    now: datetime,
) -> WrongPin:
    approval.wrong_pins += 1
    left = max(rules.wrong_pins - approval.wrong_pins, 0)
    if left == 0:
        decide(approval, ApprovalEvent.LAPSE, now)
        tell(db, "link void", message.submitted_by or message.drafted_by, approval.id, now)
    on_record(db, message, "wrong pin", approver, now, {"left": left, "approval": approval.id})
    return WrongPin(left)
