"""Records how attempts ended: state, attempt and audit entry, many in one commit."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import bounces
from console.actions.desk import Desk
from console.domain.channel import Receipt
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState, next_try
from console.domain.recipient import masked
from console.domain.states import after
from console.faultpoints import faultpoint
from console.store import outbox
from console.store.audit import Actor, record
from console.store.deliveries import DeliveryRow, OutcomeRow
from console.store.engine import Sessions, database_now
from workers.errand import Outcome

ACTIONS = {
    DeliveryEvent.ACCEPT: "published",
    DeliveryEvent.REFUSE: "refused by the network",
    DeliveryEvent.POSTPONE: "not sent, will be tried again",
    DeliveryEvent.LOSE: "outcome unknown",
}


def settle(sessions: Sessions, desk: Desk, *, worker: str, outcomes: Sequence[Outcome]) -> None:
    """One commit for all of them. An outcome whose claim is no longer the newest is kept on the
    record and changes nothing else; one that is on the record already, since only the answer of its
    commit was lost, is left alone."""
    with sessions.begin() as db:
        now = database_now(db)
        recorded = outbox.recorded(db, [one.errand.attempt_id for one in outcomes])
        outcomes = [one for one in outcomes if one.errand.attempt_id not in recorded]
        rows = outbox.locked(db, {one.errand.delivery_id for one in outcomes})
        db.add_all(_row(one, rows[one.errand.delivery_id].message_id) for one in outcomes)
        refused: list[DeliveryRow] = []
        for outcome in sorted(outcomes, key=lambda one: one.errand.delivery_id):
            row, errand = rows[outcome.errand.delivery_id], outcome.errand
            if row.fence != errand.fence or row.worker != worker:
                _too_late(db, row, outcome, worker, now)
            elif row.state == DeliveryState.SENDING:
                _apply(db, desk, row, outcome, worker, now)
                if row.state == DeliveryState.FAILED:
                    refused.append(row)
            elif row.state == DeliveryState.UNCERTAIN and outcome.receipt is not None:
                _in_the_end(db, row, outcome.receipt, outcome, worker, now)
            else:
                _too_late(db, row, outcome, worker, now)
        bounces.refused(db, desk, refused, now)
        faultpoint("before-outcome-commit")
    faultpoint("after-outcome-commit")


def lose(desk: Desk, row: DeliveryRow, now: datetime, *, again: bool = True) -> None:
    """The outcome is unknown. Sent again where that leaves one post; looked for where the network
    can be read; else a person decides, unless the channel's owner chose to resend. ``again`` False:
    the network would not take it, so that it is at most looked for."""
    channel, timing = desk.channel(row.channel), desk.settings.timing
    if channel is not None and channel.repeatable and again:
        _move(row, DeliveryEvent.POSTPONE, now)
        row.due_at, row.doubtful = _again(desk, row, now, None), True
        return
    _move(row, DeliveryEvent.LOSE, now)
    row.looks = 0
    if channel is not None and channel.findable:
        row.due_at = now + timing.first_look
    elif channel is not None and channel.on_unknown == "resend" and again:
        row.due_at = now + timing.settle
    else:
        row.due_at = None


def on_record(
    db: Session,
    row: DeliveryRow,
    action: str,
    worker: str,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    """An entry about one delivery, by the worker that had it."""
    record(
        db,
        actor=Actor(f"worker {worker}" if worker else "Skellat"),
        action=action,
        subject=f"message:{row.message_id}",
        incident=row.incident_id,
        detail={
            "delivery": row.id,
            "channel": row.channel,
            "account": row.account,
            "recipient": masked(row.recipient),
            **detail,
        },
        now=now,
    )


def _row(outcome: Outcome, message: str) -> OutcomeRow:
    receipt, error = outcome.receipt, outcome.error
    return OutcomeRow(
        attempt_id=outcome.errand.attempt_id,
        message_id=message,
        ended_at=outcome.ended_at,
        outcome=str(outcome.event),
        reason=str(error.reason) if error else "",
        status=error.status if error else None,
        detail=error.detail if error else (receipt.answer if receipt else ""),
        milliseconds=outcome.milliseconds,
    )


def _apply(
    db: Session, desk: Desk, row: DeliveryRow, outcome: Outcome, worker: str, now: datetime
) -> None:
    receipt, error = outcome.receipt, outcome.error
    row.reason = str(error.reason) if error else ""
    row.detail = error.detail if error else ""
    # A clear no to this try says nothing about an earlier one whose answer was lost.
    doubtful = outcome.event is DeliveryEvent.REFUSE and row.doubtful
    if outcome.event is DeliveryEvent.LOSE or doubtful:
        lose(desk, row, now, again=not doubtful)
    else:
        _move(row, outcome.event, now)
    if receipt is not None:
        _published(row, receipt, outcome.way)
    if outcome.event is DeliveryEvent.POSTPONE:
        pause = getattr(error, "retry_after", None)
        row.due_at = _again(desk, row, now, pause)
    detail = {
        "attempt": outcome.errand.attempt_id,
        "reference": row.reference,
        "url": row.url,
        "reason": row.reason,
        "answer": row.detail or (receipt.answer if receipt else ""),
        "status": error.status if error else None,
        "milliseconds": outcome.milliseconds,
        "state": row.state,
    }
    if row.way:
        detail["way"] = row.way
    on_record(db, row, ACTIONS[outcome.event], worker, now, detail)


def _in_the_end(
    db: Session, row: DeliveryRow, receipt: Receipt, outcome: Outcome, worker: str, now: datetime
) -> None:
    """The lease was taken back, nobody has claimed it since, and now the network's yes is here."""
    row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.CONFIRM))
    row.changed_at, row.reason, row.detail = now, "", ""
    _published(row, receipt, outcome.way)
    detail = {"attempt": outcome.errand.attempt_id, "reference": row.reference, "url": row.url}
    on_record(db, row, "published, as a late answer says", worker, now, detail)


def _published(row: DeliveryRow, receipt: Receipt, way: str) -> None:
    row.way = way
    row.reference, row.url, row.doubtful = receipt.reference, receipt.url, False


def _too_late(db: Session, row: DeliveryRow, outcome: Outcome, worker: str, now: datetime) -> None:
    detail = {
        "attempt": outcome.errand.attempt_id,
        "outcome": str(outcome.event),
        "reference": outcome.receipt.reference if outcome.receipt else "",
        "state": row.state,
    }
    on_record(db, row, "late answer, state kept", worker, now, detail)


def _again(desk: Desk, row: DeliveryRow, now: datetime, retry_after: float | None) -> datetime:
    jitter = random.random()  # noqa: S311
    timing = desk.settings.timing
    return next_try(row.tries, now, jitter=jitter, retry_after=retry_after, timing=timing)


def _move(row: DeliveryRow, event: DeliveryEvent, now: datetime) -> None:
    row.state = str(after(NEXT, DeliveryState(row.state), event))
    row.changed_at = now
    row.lease_until = None
