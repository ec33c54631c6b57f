"""Asks in turns: when whose mail leaves, sooner where too few are left who can answer, and what is
told when nobody did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import duty
from console.actions.desk import Desk
from console.actions.errors import NotFound
from console.actions.people import User
from console.actions.recording import SYSTEM, on_record
from console.domain import rules as kept_rules
from console.domain import turns
from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.domain.policy import Act, Rules, still_needed
from console.domain.rota import Absence
from console.store import approvals, mails, messages, rota, stalled
from console.store.approvals import ApprovalRow
from console.store.messages import MessageRow
from console.store.people import UserRow

SIGN_OFF = "sign-off"
"""The purpose of the mail that asks."""


@dataclass(frozen=True)
class Place:
    """Whose turn it is when; ``at`` None: not asked by mail, unless nobody else is left."""

    turn: int
    at: datetime | None


@dataclass(frozen=True)
class Wave:
    """People who are asked together, so long after it was sent for approval."""

    after: timedelta
    people: tuple[User, ...]


def waves(
    db: Session,
    desk: Desk,
    rules: Rules,
    asked: Sequence[User],
    window: timedelta,
    now: datetime,
) -> tuple[list[Wave], list[User], timedelta]:
    """Who is asked when; who is not asked by mail; and when all of them were waited for."""
    by_id = {one.id: one for one in asked}
    order = duty.duty(db, desk, now).order(list(by_id))
    groups = turns.groups(order, rules.sign_offs, at_once=not rules.next_after)
    after, found = timedelta(), []
    for group, pause in zip(
        groups, turns.pauses(rules.next_after, window, len(groups)), strict=True
    ):
        found.append(Wave(after, tuple(by_id[one] for one in group)))
        after += pause
    there = {one.id for wave in found for one in wave.people}
    return found, [by_id[one.person] for one in order if one.person not in there], after


def plan(
    db: Session, desk: Desk, rules: Rules, message: MessageRow, asked: Sequence[User], now: datetime
) -> Mapping[str, Place]:
    """Who is asked when, by id, for a message that is just being sent for approval."""
    assert message.approve_by is not None
    found, left_out, whole = waves(db, desk, rules, asked, message.approve_by - now, now)
    message.unanswered_at = now + whole
    return {
        one.id: Place(number, now + wave.after)
        for number, wave in enumerate(found)
        for one in wave.people
    } | {one.id: Place(len(found) + more, None) for more, one in enumerate(left_out)}


def replan(db: Session, message: MessageRow, now: datetime, *, why: str = "") -> None:
    """Those who were not asked yet are asked when their turn comes now: at once, where too few of
    those who were asked can still sign. The message is held (`messages.locked`)."""
    if message.state != MessageState.AWAITING:
        return
    rows = approvals.of_revision(db, message)
    closed, gone = stalled.closed(db, message.id), stalled.gone(db, message.id, now)
    there = [row for row in rows if _open(row) and row.approver_id not in closed]
    answering = [row for row in there if row.links_void_at is None]
    can = [row for row in answering if asked(row, now) and row.approver_id not in gone]
    unasked = [row for row in there if not asked(row, now)]
    away = [row.value() for row in rota.absences(db, now)]
    places = turns.replanned(
        [turns.Unasked(row.id, row.turn, row.turn_at, _away(row, away, now)) for row in unasked],
        after=pauses(message, rows),
        begun=len({row.turn for row in rows if asked(row, now)}),
        short=_still(db, message, rows) - len(can),
        now=now,
    )
    for row in unasked:
        _put(db, message, row, places.get(row.id), now, why)
    message.unanswered_at = unanswered_at(message, rows)


def replan_all(db: Session, now: datetime) -> None:
    """After the rota changed who is there."""
    for found in messages.in_states(db, [str(MessageState.AWAITING)], limit=1000):
        message = messages.locked(db, found.id)
        assert message is not None
        replan(db, message, now, why="the rota")


def move_up(db: Session, now: datetime) -> None:
    """Asks the next at once, wherever those who were asked are too few by now: a link is void, an
    account closed, somebody away."""
    for message_id in stalled.messages(db, now):
        message = messages.locked(db, message_id)
        assert message is not None
        replan(db, message, now, why="too few can answer")


def ask_now(db: Session, *, message_id: str, approval_id: str, by: User, now: datetime) -> None:
    """Does not wait for somebody's turn; empty: nobody's. A second press changes nothing.

    Raises `NotFound`.
    """
    by.must_be_able_to(Act.DRAFT)
    message = messages.locked(db, message_id)
    if message is None:
        raise NotFound("message", message_id)
    if message.state != MessageState.AWAITING:
        return
    rows = approvals.of_revision(db, message)
    wanted = [row for row in rows if approval_id in ("", row.id)]
    if not wanted:
        raise NotFound("sign-off", approval_id)
    sooner = [row for row in wanted if _open(row) and not asked(row, now)]
    for row in sooner:
        _move(db, row, now)
    if not sooner:
        return
    message.unanswered_at = unanswered_at(message, rows)
    detail = {"told": [db.get_one(UserRow, row.approver_id).name for row in sooner]}
    on_record(db, message, "asked sooner", by, now, detail)


def tell_unanswered(db: Session, now: datetime) -> None:
    """Has whoever sent it told to telephone: everybody was asked, and nobody answered."""
    for message in messages.unanswered(db, str(MessageState.AWAITING), now):
        message.unanswered_at = None
        to = message.submitted_by or message.drafted_by
        mails.tell_soon(db, mails.UNANSWERED, to, message.id, now)
        on_record(db, message, "nobody answered", SYSTEM, now, {"digest": message.digest})


def asked(row: ApprovalRow, now: datetime) -> bool:
    """Their turn has come. The first's came when the message was sent, whose clock that was."""
    return row.turn_at is not None and (row.turn == 0 or row.turn_at <= now)


def pauses(message: MessageRow, rows: Sequence[ApprovalRow]) -> tuple[timedelta, ...]:
    assert message.approve_by is not None
    assert message.submitted_at is not None
    rules = kept_rules.load(message.rules or {})
    number = len({row.turn for row in rows if row.turn_at is not None})
    return turns.pauses(rules.next_after, message.approve_by - message.submitted_at, number)


def unanswered_at(message: MessageRow, rows: Sequence[ApprovalRow]) -> datetime | None:
    """When everybody was asked, and waited for."""
    times = [row.turn_at for row in rows if row.turn_at is not None]
    after = pauses(message, rows)
    return max(times) + after[-1] if times else None


def _away(row: ApprovalRow, absences: Sequence[Absence], now: datetime) -> bool:
    """Now, or when their turn comes."""
    at = max(row.turn_at or now, now)
    return any(
        one.person == row.approver_id and (one.covers(now) or one.covers(at)) for one in absences
    )


def _open(row: ApprovalRow) -> bool:
    return row.state == ApprovalState.ASKED


def _still(db: Session, message: MessageRow, rows: Sequence[ApprovalRow]) -> int:
    """How many more have to sign; each of the languages needs as many."""
    variants = messages.variants(db, message.id, message.revision)
    return still_needed(
        kept_rules.load(message.rules or {}),
        message.digest,
        [row.value() for row in rows],
        messages.contributors(db, message.id),
        {one.language for one in variants} or {""},
    )


def _put(
    db: Session,
    message: MessageRow,
    row: ApprovalRow,
    at: datetime | None,
    now: datetime,
    why: str,
) -> None:
    if row.turn_at == at:
        return
    was = row.turn_at
    _move(db, row, at)
    detail = {
        "person": db.get_one(UserRow, row.approver_id).name,
        "was": was.isoformat(timespec="seconds") if was else "",
        "is": at.isoformat(timespec="seconds") if at else "",
        "because": why,
    }
    on_record(db, message, "turn moved", SYSTEM, now, detail)


def _move(db: Session, row: ApprovalRow, at: datetime | None) -> None:
    row.turn_at = at
    mails.plan(db, SIGN_OFF, row.approver_id, row.id, at)
