"""What was seen on an account that Skellat did not do: shown to people, settled by one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.errors import NotFound
from console.actions.people import User
from console.actions.register import locked
from console.domain.drift import Kind, Settled
from console.domain.policy import Act
from console.store import findings
from console.store.audit import record
from console.store.findings import FindingRow

MOST_SHOWN = 20


@dataclass(frozen=True)
class Finding:
    id: str
    channel: str
    kind: Kind
    before: str
    found: str
    url: str
    at: datetime
    seen_at: datetime
    settled_at: datetime | None
    settled_by: str
    how: Settled | None


def of_channel(db: Session, channel: str) -> tuple[Finding, ...]:
    """What is not settled first, and then the newest."""
    return _cards(findings.of_channel(db, channel, MOST_SHOWN))


def unsettled(db: Session, channel: str | None = None) -> tuple[Finding, ...]:
    """Of one channel, or of all; the newest first."""
    return _cards(findings.unsettled(db, channel))


def since(db: Session, moment: datetime) -> tuple[Finding, ...]:
    return _cards(findings.since(db, moment))


def channel_of(db: Session, finding_id: str) -> str:
    """The channel that it was seen on, or nothing."""
    row = db.get(FindingRow, finding_id)
    return row.channel if row else ""


def settle(
    db: Session, *, channel: str, finding_id: str, how: Settled, by: User, now: datetime
) -> None:
    """It was us, or it is dealt with; what is settled stays so. That another account is ours is for
    those who keep the channels, and pins it. Raises `NotFound`, `NotPermitted`."""
    by.must_be_able_to(Act.HOLD)
    account = locked(db, channel)
    row = db.get(FindingRow, finding_id, with_for_update=True, populate_existing=True)
    if row is None or row.channel != channel:
        raise NotFound("finding", finding_id)
    if row.settled_at:
        return
    if row.kind == Kind.ACCOUNT and how is Settled.OURS:
        by.must_be_able_to(Act.KEEP)
        account.account_id = row.found
    row.settled_at, row.settled_by, row.settled_how = now, by.name, str(how)
    detail = {
        "channel": channel,
        "finding": row.id,
        "kind": row.kind,
        "how": row.settled_how,
        "reference": row.reference,
    }
    record(
        db,
        actor=by.actor,
        action="finding settled",
        subject=f"channel:{channel}",
        detail=detail,
        now=now,
    )


def _cards(rows: Sequence[FindingRow]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=row.id,
            channel=row.channel,
            kind=Kind(row.kind),
            before=row.before,
            found=row.found,
            url=row.url,
            at=row.at,
            seen_at=row.seen_at,
            settled_at=row.settled_at,
            settled_by=row.settled_by,
            how=Settled(row.settled_how) if row.settled_how else None,
        )
        for row in rows
    )
