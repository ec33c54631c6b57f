"""Counts for those who watch Skellat from outside: numbers only, nobody's name or words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.domain.approval import ApprovalState
from console.domain.delivery import DeliveryState
from console.domain.drift import Kind
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.store import audit, findings, presence
from console.store.approvals import ApprovalRow
from console.store.deliveries import DeliveryRow
from console.store.incidents import IncidentRow
from console.store.mails import FINDING, TROUBLE, MailRow
from console.store.messages import MessageRow


@dataclass(frozen=True)
class Counts:
    deliveries: Mapping[tuple[Mode, DeliveryState], int]
    messages: Mapping[tuple[Mode, MessageState], int]
    sign_offs_waiting: int
    delivery_due_at: datetime | None
    """Since when the oldest delivery that has not left is due; None where none is due."""
    mail_due_at: datetime | None
    """The same for mail to approvers and duty officers."""
    uncertain_since: Mapping[Mode, datetime | None]
    """Since when the oldest delivery of unknown outcome is unknown; None where there is none."""
    alarms_unsent: int
    """Mails about trouble and findings that have not left."""
    findings: Mapping[Kind, int]
    """Seen on an account, not done by us as far as anybody said."""
    workers: int
    entries: int
    """Audit entries."""


def count(db: Session, *, now: datetime, seen_since: datetime) -> Counts:
    return Counts(
        deliveries=_deliveries(db),
        messages=_messages(db),
        sign_offs_waiting=_sign_offs_waiting(db),
        delivery_due_at=db.scalar(
            select(func.min(DeliveryRow.due_at)).where(
                DeliveryRow.state == str(DeliveryState.QUEUED), DeliveryRow.due_at <= now
            )
        ),
        mail_due_at=db.scalar(
            select(func.min(MailRow.due_at)).where(MailRow.state == "due", MailRow.due_at <= now)
        ),
        uncertain_since=_uncertain_since(db),
        alarms_unsent=_alarms_unsent(db),
        findings=dict.fromkeys(Kind, 0) | dict(findings.counted(db)),
        workers=len(presence.since(db, seen_since)),
        entries=audit.head(db)[0],
    )


def _deliveries(db: Session) -> dict[tuple[Mode, DeliveryState], int]:
    """Also the states that none is in, so that a graph begins at nought."""
    counted = {(mode, state): 0 for mode in Mode for state in DeliveryState}
    rows = db.execute(
        select(DeliveryRow.exercise, DeliveryRow.state, func.count()).group_by(
            DeliveryRow.exercise, DeliveryRow.state
        )
    )
    for exercise, state, number in rows:
        counted[Mode.EXERCISE if exercise else Mode.ACTUAL, DeliveryState(state)] = number
    return counted


def _messages(db: Session) -> dict[tuple[Mode, MessageState], int]:
    counted = {(mode, state): 0 for mode in Mode for state in MessageState}
    rows = db.execute(
        select(IncidentRow.mode, MessageRow.state, func.count())
        .join(IncidentRow, IncidentRow.id == MessageRow.incident_id)
        .group_by(IncidentRow.mode, MessageRow.state)
    )
    for mode, state, number in rows:
        counted[Mode(mode), MessageState(state)] = number
    return counted


def _sign_offs_waiting(db: Session) -> int:
    asked = ApprovalRow.state == str(ApprovalState.ASKED)
    return db.scalar(select(func.count()).select_from(ApprovalRow).where(asked)) or 0


def _uncertain_since(db: Session) -> dict[Mode, datetime | None]:
    since: dict[Mode, datetime | None] = dict.fromkeys(Mode)
    rows = db.execute(
        select(DeliveryRow.exercise, func.min(DeliveryRow.changed_at))
        .where(DeliveryRow.state == str(DeliveryState.UNCERTAIN))
        .group_by(DeliveryRow.exercise)
    )
    for exercise, oldest in rows:
        since[Mode.EXERCISE if exercise else Mode.ACTUAL] = oldest
    return since


def _alarms_unsent(db: Session) -> int:
    waiting = select(func.count()).where(
        MailRow.state == "due", MailRow.purpose.in_((TROUBLE, FINDING))
    )
    return db.scalar(waiting) or 0
