"""What an approver is shown: the words of one sign-off, and what has become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import cards, policies, reading, recipients
from console.actions.asking import bar
from console.actions.desk import Desk
from console.actions.errors import NotFound
from console.actions.people import user
from console.actions.proofs import pins_left
from console.domain.approval import ApprovalState, Proof, expired
from console.domain.incident import Mode
from console.domain.message import MessageState, Variant
from console.domain.policy import Bar
from console.store import messages
from console.store.approvals import ApprovalRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow
from console.store.people import UserRow


class Stage(StrEnum):
    """Where a sign-off stands, for the person it was asked of."""

    OPEN = "open"
    BARRED = "barred"
    SIGNED = "signed, others still needed"
    RELEASED = "released"
    STOPPED = "stopped"
    EXPIRED = "expired"
    VOID = "void after wrong PINs"
    ENDED = "ended with the account or role"
    CHANGED = "changed since"
    SENT_BACK = "sent back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Review:
    """One sign-off as its approver sees it."""

    id: str
    approver_id: str
    approver: str
    digest: str
    state: ApprovalState
    bar: Bar | None
    proof: Proof
    has_pin: bool
    """Whether the approver has one to be asked for."""
    links_void: bool
    """Too many wrong PINs were entered: nothing is decided by a link any more, only on the
    console."""
    pins_left: int
    """By the link."""
    pins_left_signed_in: int
    sign_offs_needed: int
    variants: tuple[Variant, ...]
    """The words that this sign-off is for."""
    before: tuple[Variant, ...]
    """The words that were sent for approval before these; none the first time."""
    sheet: cards.MessageSheet
    """The message as it is now; its variants may be newer."""
    approve_by: datetime
    decided_at: datetime | None
    newer: bool
    """True where other words were sent for approval since."""
    people: Mapping[str, int]
    """How many people each channel with a list reaches now."""

    @property
    def exercise(self) -> bool:
        return self.sheet.incident.exercise

    @property
    def channels(self) -> int:
        return len({one.channel for one in self.variants})

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """In which these words are, each to be signed by somebody who reads it."""
        return tuple(dict.fromkeys(one.language for one in self.variants))

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The languages whose words too few people have signed."""
        return tuple(
            language
            for language in self.languages
            if sum(one.covers(language) for one in self.granted) < self.sign_offs_needed
        )

    @property
    def granted(self) -> tuple[cards.SignOff, ...]:
        """Who signed the words that count now."""
        return tuple(
            one
            for one in in_order_decided(self.sheet.sign_offs)
            if one.state is ApprovalState.GRANTED and one.digest == self.sheet.message.digest
        )

    @property
    def refused_by(self) -> str:
        """Who sent these words back, or rejected them."""
        decided = in_order_decided(self.sheet.sign_offs)
        refused = [one for one in decided if one.state is ApprovalState.REFUSED]
        return refused[-1].approver if refused else ""

    @property
    def others(self) -> tuple[cards.SignOff, ...]:
        """Who else is asked for these words, or has signed them."""
        there = (ApprovalState.ASKED, ApprovalState.GRANTED)
        return tuple(
            one
            for one in self.sheet.sign_offs
            if one.id != self.id and one.digest == self.digest and one.state in there
        )

    @property
    def own(self) -> bool:
        """True where this approver decided, and nobody else."""
        return self.state in (ApprovalState.GRANTED, ApprovalState.REFUSED)


@dataclass(frozen=True)
class Whose:
    approver_id: str
    exercise: bool


def whose(db: Session, approval_id: str) -> Whose:
    """Who was asked, and in which world: all that a door has to know. Raises `NotFound`."""
    query = (
        select(ApprovalRow.approver_id, IncidentRow.mode)
        .join(MessageRow, MessageRow.id == ApprovalRow.message_id)
        .join(IncidentRow, IncidentRow.id == MessageRow.incident_id)
        .where(ApprovalRow.id == approval_id)
    )
    found = db.execute(query).one_or_none()
    if found is None:
        raise NotFound("sign-off", approval_id)
    return Whose(found.approver_id, found.mode == Mode.EXERCISE)


def review(db: Session, desk: Desk, approval_id: str) -> Review:
    """Raises `NotFound`."""
    row = db.get(ApprovalRow, approval_id)
    if row is None:
        raise NotFound("sign-off", approval_id)
    sheet = reading.message(db, desk, row.message_id)
    rules = policies.of(db, desk, db.get_one(MessageRow, row.message_id))
    approver = user(db.get_one(UserRow, row.approver_id))
    newer = sheet.message.revision > row.revision
    variants = (
        tuple(messages.variants(db, row.message_id, row.revision)) if newer else sheet.variants
    )
    return Review(
        id=row.id,
        approver_id=row.approver_id,
        approver=approver.name,
        digest=row.digest,
        state=ApprovalState(row.state),
        bar=bar(rules, approver, messages.contributors(db, row.message_id)),
        proof=rules.proof,
        has_pin=approver.has_pin,
        links_void=row.links_void_at is not None,
        pins_left=pins_left(row, rules, signed_in=False),
        pins_left_signed_in=pins_left(row, rules, signed_in=True),
        sign_offs_needed=rules.sign_offs,
        variants=variants,
        before=tuple(messages.variants(db, row.message_id, row.revision - 1)),
        sheet=sheet,
        approve_by=row.approve_by,
        decided_at=row.decided_at,
        newer=newer,
        people=recipients.how_many(db, desk, [one.channel for one in variants]),
    )


def stage(found: Review, now: datetime, *, linked: bool) -> Stage:
    """What the approver has to be told first; ``linked``: on the page of a link."""
    if found.newer or found.digest != found.sheet.message.digest:
        return Stage.CHANGED
    if found.state is ApprovalState.ASKED:
        if expired(found.approve_by, now):
            return Stage.EXPIRED
        if found.bar:
            return Stage.BARRED
        return Stage.VOID if linked and found.links_void else Stage.OPEN
    state = found.sheet.message.state
    if state is MessageState.AWAITING:
        if found.state is ApprovalState.GRANTED:
            return Stage.SIGNED
        if found.bar:
            return Stage.BARRED
        return Stage.ENDED if found.pins_left else Stage.VOID
    return _SETTLED[state]


def in_order_decided(sign_offs: Sequence[cards.SignOff]) -> list[cards.SignOff]:
    """Those that were decided, first things first."""
    return sorted(
        (one for one in sign_offs if one.decided_at),
        key=lambda one: (one.decided_at or one.asked_at, one.approver),
    )


_SETTLED = {
    MessageState.DRAFT: Stage.SENT_BACK,
    MessageState.RELEASED: Stage.RELEASED,
    MessageState.STOPPED: Stage.STOPPED,
    MessageState.EXPIRED: Stage.EXPIRED,
    MessageState.REJECTED: Stage.REJECTED,
    MessageState.WITHDRAWN: Stage.WITHDRAWN,
}
