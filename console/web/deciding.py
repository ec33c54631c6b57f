"""A decision on the approver's page: what was typed, whether it can be one, and taking it."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from flask import request
from flask_babel import gettext as _

from console.actions import approvals
from console.actions.approvals import APPROVE, REJECT, SEND_BACK, Barred, Decided, WordsChanged
from console.actions.errors import Expired, Obstacle
from console.actions.proofs import NotProved, PinsUsedUp, WrongPin
from console.actions.review import Review
from console.domain.approval import (
    ApprovalState,
    Button,
    Given,
    Passkey,
    Pin,
    Proof,
    Session,
)
from console.faultpoints import faultpoint
from console.store.away import DatabaseAway
from console.store.engine import Transaction
from console.web import proving, sign_off_words
from console.web.access import me, session_of
from console.web.context import web
from console.web.doors import Door
from console.web.persist import persist

log = logging.getLogger(__name__)

DECISIONS = (APPROVE, SEND_BACK, REJECT)
_DONE = {
    APPROVE: str(ApprovalState.GRANTED),
    SEND_BACK: str(ApprovalState.REFUSED),
    REJECT: str(ApprovalState.REFUSED),
}
"""How a sign-off ends by each."""
REASON_MOST = 2000
PIN_LEAST = 6
PASSKEY = "proof-passkey"
"""The field that a device's answer comes in."""
TOO_LATE = (Decided, Expired, Barred, WordsChanged, PinsUsedUp, NotProved)
"""What the page itself says, and goes on saying."""


@dataclass(frozen=True)
class Tried:
    """A decision that was not taken: what was typed stays, and ``wrong`` says what to do."""

    decision: str = ""
    reason: str = ""
    pin_wrong: str = ""
    reason_wrong: str = ""
    form_wrong: str = ""
    languages: tuple[str, ...] | None = None
    languages_wrong: str = ""

    @property
    def errors(self) -> list[dict[str, str]]:
        prefix = self.decision or APPROVE
        found = [
            (self.form_wrong, f"{prefix}-button"),
            (self.languages_wrong, "languages"),
            (self.reason_wrong, f"{prefix}-reason"),
            (self.pin_wrong, f"{prefix}-pin"),
        ]
        return [{"text": text, "href": f"#{place}"} for text, place in found if text]


def tried() -> Tried:
    """What this request's form says."""
    decision = request.form.get("decision") or request.args.get("decision", "")
    read = tuple(request.form.getlist("languages")) if "several" in request.form else None
    return Tried(decision=decision, reason=request.form.get("reason", ""), languages=read)


def asks(found: Review, *, linked: bool) -> Proof | None:
    """What the page asks for with a decision; None where it is not decided here, but on the
    console. There, a second factor does where no PIN counts any more, or there is none."""
    pinless = found.proof is Proof.PIN and not found.has_pin
    if linked:
        return None if pinless or found.proof is Proof.SESSION else found.proof
    if pinless or (found.proof is Proof.PIN and not found.pins_left_signed_in):
        return Proof.SESSION
    return found.proof


def checked(one: Tried, asked: Proof) -> Tried:
    """What can be seen to be wrong before a try is counted: a filter that fills in forms with
    anything must not use up the approver's tries."""
    reason_wrong = pin_wrong = ""
    if one.decision != APPROVE:
        reason_wrong = sign_off_words.reason_wrong(one.reason, REASON_MOST)
    if asked is Proof.PIN and not request.form.get(PASSKEY):
        pin = _pin(one.decision)
        if not pin:
            pin_wrong = _("Enter your sign-off PIN")
        elif not (pin.isdecimal() and len(pin) >= PIN_LEAST):
            pin_wrong = _(
                "Your PIN has digits only, %(least)s or more. This did not count as a try",
                least=PIN_LEAST,
            )
    languages_wrong = ""
    if one.decision == APPROVE and one.languages == ():
        languages_wrong = _("Tick each language whose words you have read")
    return replace(
        one, pin_wrong=pin_wrong, reason_wrong=reason_wrong, languages_wrong=languages_wrong
    )


def given(door: Door, one: Tried, asked: Proof) -> Given | proving.Page:
    """The proof that came with the form, or the page that asks for a second factor first."""
    answer = request.form.get(PASSKEY)
    if answer and not door.linked:
        return Passkey(me().id, answer)
    if asked is Proof.PIN:
        return Pin(_pin(one.decision), signed_in=not door.linked)
    if asked is Proof.BUTTON:
        return Button()
    page = proving.second_factor()
    return Session(me().id, session_of().strong_at) if page is None else page


def take(
    door: Door, one: Tried, digest: str, proof: Given, now: datetime
) -> approvals.Granted | WrongPin | str:
    """A sign-off is decided once, so that the decision may be tried again."""
    desk, id_ = web().desk, door.approval_id

    def act(db: Transaction) -> approvals.Granted | WrongPin | str:
        if one.decision == APPROVE:
            granted = approvals.grant(
                db,
                desk,
                approval_id=id_,
                digest=digest,
                proof=proof,
                now=now,
                languages=one.languages,
            )
            faultpoint("before-approval-commit")
            return granted
        refuse = approvals.send_back if one.decision == SEND_BACK else approvals.reject
        return refuse(db, desk, approval_id=id_, reason=one.reason, proof=proof, now=now)

    return persist(act)


def note_untaken(door: Door, decision: str, why: Obstacle) -> None:
    """It is on the record; a database that cannot take it there changes nothing of the page."""
    was = str(why.state) if isinstance(why, Decided) else type(why).__name__.lower()
    if was == _DONE[decision]:
        action = "decision repeated"
    else:
        refused = isinstance(why, Barred | PinsUsedUp | NotProved)
        action = "decision not allowed" if refused else "decision came too late"
    id_, now = door.approval_id, web().now
    try:
        with web().sessions.begin() as db:
            approvals.note_untaken(
                db, approval_id=id_, action=action, decision=decision, was=was, now=now
            )
    except DatabaseAway as away:
        log.warning("a late decision could not be noted: the database is %s", away.why)
    web().ring()


def _pin(decision: str) -> str:
    return "".join((request.form.get("pin") or request.form.get(f"{decision}-pin", "")).split())
