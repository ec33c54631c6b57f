"""A sign-off: one approver's decision about these exact words, and what proves whose it is."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from console.domain.canonical import canonical


class ApprovalState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


class ApprovalEvent(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    SUPERSEDE = "supersede"
    LAPSE = "lapse"


NEXT = {
    (ApprovalState.ASKED, ApprovalEvent.GRANT): ApprovalState.GRANTED,
    (ApprovalState.ASKED, ApprovalEvent.REFUSE): ApprovalState.REFUSED,
    (ApprovalState.ASKED, ApprovalEvent.SUPERSEDE): ApprovalState.SUPERSEDED,
    (ApprovalState.GRANTED, ApprovalEvent.SUPERSEDE): ApprovalState.SUPERSEDED,
    (ApprovalState.ASKED, ApprovalEvent.LAPSE): ApprovalState.LAPSED,
}


class Proof(StrEnum):
    """What an approver has to show besides the link, and what was shown."""

    PIN = "pin"
    SESSION = "session"
    """Signed in, with a second factor proved just now."""
    BUTTON = "button"
    PASSKEY = "passkey"
    """Signed in, and a passkey that answers for this very decision. Policy asks for none: it counts
    for each of the others."""
    ALONE = "alone"
    """Nobody else was asked: life was in danger. Policy says who may."""


FRESH_FOR = timedelta(minutes=5)
"""How long a proof is enough for what is dangerous, and a second factor for a decision."""


@dataclass(frozen=True)
class Pin:
    """The approver's own sign-off PIN, as it was typed."""

    digits: str = field(repr=False)
    signed_in: bool = False
    """True where it was typed on the console; its wrong tries are counted by themselves then."""


@dataclass(frozen=True)
class Session:
    """Somebody is signed in. ``strong_at``: when they last proved a second factor."""

    person: str
    strong_at: datetime | None


@dataclass(frozen=True)
class Passkey:
    """A device's answer to a challenge that was made for one decision about one text."""

    person: str
    answer: str = field(repr=False)


@dataclass(frozen=True)
class Button:
    """Nothing but the press."""


Given = Pin | Session | Passkey | Button
"""What came with a decision."""


def counts(asked: Proof, given: Given, *, approver: str, now: datetime) -> bool:
    """True where policy takes this kind of proof from this approver. A PIN still has to be the
    right one, and a passkey's answer has to hold."""
    match given:
        case Passkey():
            return given.person == approver
        case Session():
            strong = given.strong_at is not None and now - given.strong_at <= FRESH_FOR
            return given.person == approver and (strong or asked is Proof.BUTTON)
        case Pin():
            return asked in (Proof.PIN, Proof.BUTTON)
        case Button():
            return asked is Proof.BUTTON


def name_of(asked: Proof, given: Given) -> Proof:
    """What the record says the proof was."""
    if asked is Proof.BUTTON and not isinstance(given, Passkey):
        return Proof.BUTTON
    return _NAMES[type(given)]


_NAMES: dict[type, Proof] = {
    Pin: Proof.PIN,
    Session: Proof.SESSION,
    Passkey: Proof.PASSKEY,
    Button: Proof.BUTTON,
}


def passkey_purpose(approval: str, digest: str, decision: str) -> str:
    """What a passkey's challenge is for: its answer counts for nothing else."""
    return f"sign-off {approval} {digest} {decision}"


def mark(
    secret: str,
    *,
    message: str,
    digest: str,
    approver: str,
    proof: str,
    languages: Collection[str] | None,
    decided_at: datetime,
) -> str:
    """Says that the console itself granted the sign-off: who can only write to the database cannot
    make one. ``secret`` is the installation's."""
    key = f"skellat sign-off mark 1\n{secret}".encode()
    signed = {
        "message": message,
        "digest": digest,
        "approver": approver,
        "proof": proof,
        "languages": None if languages is None else sorted(languages),
        "decided_at": decided_at.astimezone(UTC).isoformat(),
    }
    return hmac.new(key, canonical(signed), hashlib.sha256).hexdigest()


def signs(approval_digest: str, revision: str) -> bool:
    """True where the sign-off was asked for exactly this revision."""
    return approval_digest == revision


def expired(approve_by: datetime, now: datetime) -> bool:
    return now >= approve_by
