"""Who was asked when to sign a message, who is next, and whom to telephone if nobody answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import duty, pacing, policies
from console.actions.desk import Desk
from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.store import approvals, mails
from console.store.approvals import ApprovalRow
from console.store.mails import MailRow
from console.store.messages import MessageRow
from console.store.people import UserRow


@dataclass(frozen=True)
class Asked:
    """One approver, in the order of asking."""

    approval_id: str
    name: str
    phone: str
    """Empty where none is kept."""
    state: ApprovalState
    at: datetime | None
    """When they were asked by mail, or are going to be; None: not by itself."""
    asked: bool
    able: bool
    """Whether the account is open still."""
    link_void: bool
    """Too many wrong PINs ended their links; they can sign at the console."""
    decided_at: datetime | None
    mailed_at: datetime | None
    mail_error: str
    away_until: datetime | None

    @property
    def open(self) -> bool:
        return self.able and self.state is ApprovalState.ASKED

    @property
    def waits(self) -> bool:
        """Their turn is still to come."""
        return self.open and not self.asked


@dataclass(frozen=True)
class Turns:
    """How far the asking is, ``now``."""

    now: datetime
    people: tuple[Asked, ...]
    approve_by: datetime
    needed: int
    unanswered_at: datetime | None
    """When everybody was asked and waited for."""
    rota: bool
    """Whether a rota is kept."""

    @property
    def asked(self) -> tuple[Asked, ...]:
        return tuple(one for one in self.people if one.asked or not one.open)

    @property
    def coming(self) -> tuple[Asked, ...]:
        """By whom and when, the next first."""
        return tuple(one for one in self.people if one.waits and one.at)

    @property
    def next(self) -> tuple[Asked, ...]:
        """Who is asked next, together."""
        coming = self.coming
        return tuple(one for one in coming if one.at == coming[0].at)

    @property
    def left_out(self) -> tuple[Asked, ...]:
        """Who is asked only if somebody says so, or nobody else is left: they are away."""
        return tuple(one for one in self.people if one.waits and not one.at)

    @property
    def to_phone(self) -> tuple[Asked, ...]:
        """Whoever can still sign, in the order of asking."""
        return tuple(one for one in self.people if one.open)

    @property
    def unanswered(self) -> bool:
        """Everybody was asked, and there was time enough to answer; or no link is left that counts:
        whoever is left signs at the console, and has to be told so."""
        over = self.unanswered_at is not None and self.unanswered_at <= self.now
        return not self.coming and (over or all(one.link_void for one in self.to_phone))


def turns(db: Session, desk: Desk, message_id: str, now: datetime) -> Turns | None:
    """None where the message waits for no approval."""
    message = db.get(MessageRow, message_id)
    if message is None or message.state != MessageState.AWAITING or not message.approve_by:
        return None
    rows, rota = approvals.of_revision(db, message), duty.duty(db, desk, now)
    mailed = mails.newest(db, [row.id for row in rows], pacing.SIGN_OFF)
    in_turn = [(row.turn, _asked(db, row, mailed.get(row.id), rota, now)) for row in rows]
    late = message.approve_by  # whoever is asked only if somebody says so
    in_turn.sort(key=lambda one: (one[1].at or late, one[0], one[1].name.casefold()))
    return Turns(
        now=now,
        people=tuple(person for _, person in in_turn),
        approve_by=message.approve_by,
        needed=policies.of(db, desk, message).sign_offs,
        unanswered_at=pacing.unanswered_at(message, rows),
        rota=rota.kept,
    )


def _asked(
    db: Session, row: ApprovalRow, mail: MailRow | None, rota: duty.Duty, now: datetime
) -> Asked:
    person = db.get_one(UserRow, row.approver_id)
    return Asked(
        approval_id=row.id,
        name=person.name,
        phone=person.phone,
        state=ApprovalState(row.state),
        at=row.turn_at,
        asked=pacing.asked(row, now),
        able=person.active,
        link_void=row.links_void_at is not None,
        decided_at=row.decided_at,
        mailed_at=mail.sent_at if mail else None,
        mail_error=mail.error if mail else "",
        away_until=rota.away_until(row.approver_id),
    )
