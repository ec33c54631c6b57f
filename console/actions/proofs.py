"""What came with a decision, and whether it proves that the approver made it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console import credentials
from console.actions import passkeys
from console.actions.asking import tell
from console.actions.desk import Desk
from console.actions.errors import Obstacle
from console.actions.people import User
from console.actions.recording import on_record
from console.domain.approval import Given, Passkey, Pin, Proof, counts, name_of, passkey_purpose
from console.domain.policy import Rules
from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.store.people import UserRow

PASSKEY_WITHIN = timedelta(minutes=2)
"""How soon a device has to answer: its challenge is made when the button is pressed."""


class NotProved(Obstacle):
    """Policy takes another proof. ``asked`` is which."""

    def __init__(self, asked: Proof) -> None:
        super().__init__(f"not proved: policy asks for {asked}")
        self.asked = asked


class PinsUsedUp(Obstacle):
    """Too many wrong PINs: none counts any more, not even the right one. ``signed_in``: on the
    console, else by the link."""

    def __init__(self, *, signed_in: bool) -> None:
        super().__init__("too many wrong PINs")
        self.signed_in = signed_in


@dataclass(frozen=True)
class WrongPin:
    """Not the approver's PIN; ``left`` tries remain. At 0 every link of the sign-off is void, or no
    PIN counts on the console any more; the sign-off itself stays asked for."""

    left: int
    signed_in: bool = False


@dataclass(frozen=True)
class Decision:
    """What is being decided, held by the transaction."""

    db: Session
    desk: Desk
    rules: Rules
    approval: ApprovalRow
    message: MessageRow
    approver: User
    kind: str
    """``approve``, ``send-back`` or ``reject``."""
    now: datetime


def prove(one: Decision, given: Given) -> Proof | WrongPin:
    """Which proof it was. Raises `NotProved`, `PinsUsedUp`, `PasskeyRefused`."""
    asked = one.rules.proof
    if not counts(asked, given, approver=one.approver.id, now=one.now):
        raise NotProved(asked)
    if isinstance(given, Passkey):
        _answered(one, given)
    elif isinstance(given, Pin) and asked is Proof.PIN:
        _must_have_tries(one.approval, one.rules, signed_in=given.signed_in)
        if not _matches(one, given):
            return _wrong(one, signed_in=given.signed_in)
    return name_of(asked, given)


def pins_left(approval: ApprovalRow, rules: Rules, *, signed_in: bool) -> int:
    """How many wrong PINs are still borne with."""
    if not signed_in and approval.links_void_at:
        return 0
    wrong = approval.wrong_signed_in if signed_in else approval.wrong_pins
    return max(rules.wrong_pins - wrong, 0)


def _must_have_tries(approval: ApprovalRow, rules: Rules, *, signed_in: bool) -> None:
    if not pins_left(approval, rules, signed_in=signed_in):
        raise PinsUsedUp(signed_in=signed_in)


def _matches(one: Decision, given: Pin) -> bool:
    row = one.db.get_one(UserRow, one.approver.id)
    return credentials.matches(row.pin_hash, given.digits.strip())


def _answered(one: Decision, given: Passkey) -> None:
    passkeys.whose(
        one.db,
        one.desk,
        answer=given.answer,
        purpose=passkey_purpose(one.approval.id, one.approval.digest, one.kind),
        owner=one.approver.id,
        now=one.now,
        within=PASSKEY_WITHIN,
    )


def _wrong(one: Decision, *, signed_in: bool) -> WrongPin:
    approval, message = one.approval, one.message
    if signed_in:
        approval.wrong_signed_in += 1
    else:
        approval.wrong_pins += 1
    left = pins_left(approval, one.rules, signed_in=signed_in)
    if left == 0:
        # A guesser who has the link must not be able to keep the approver from signing.
        if not signed_in:
            approval.links_void_at = one.now
        tell(one.db, "link void", message.submitted_by or message.drafted_by, approval.id, one.now)
    detail = {"left": left, "approval": approval.id, "by": "console" if signed_in else "link"}
    on_record(one.db, message, "wrong pin", one.approver, one.now, detail)
    return WrongPin(left, signed_in)
