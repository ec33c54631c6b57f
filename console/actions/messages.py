"""Messages: drafted, saved, sent for approval, withdrawn, stopped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import asking, compose, majority, policies, promising
from console.actions.compose import Proposals
from console.actions.desk import Desk
from console.actions.draft_words import Words, content, put
from console.actions.errors import NotFound, NotReady, ReasonMissing, Stale, Trouble
from console.actions.people import User
from console.actions.recording import on_record
from console.domain import plain_text
from console.domain import rules as kept_rules
from console.domain.approval import ApprovalEvent
from console.domain.incident import IncidentState, Mode
from console.domain.message import NEXT, Kind, MessageEvent, MessageState, Variant, revision_digest
from console.domain.policy import Act, Rules
from console.domain.states import NotAllowed, after
from console.store import messages, outbox
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow, VariantRow


def draft(
    db: Session,
    desk: Desk,
    *,
    incident_id: str,
    kind: Kind,
    words: Words,
    by: User,
    now: datetime,
    replaces: str | None = None,
    act: Act = Act.DRAFT,
) -> str:
    """A new draft in the incident; returns its id. Whatever is wrong with it shows in the preview,
    so that nothing typed is ever refused and lost. ``replaces``: which message it follows, where
    that is not the last one that went out."""
    by.must_be_able_to(act)
    incident = _open_incident(db, incident_id)
    row = MessageRow(
        incident_id=incident.id,
        number=messages.next_number(db, incident.id),
        kind=str(kind),
        state=str(MessageState.DRAFT),
        replaces=replaces or _replaced(db, incident.id, kind),
        drafted_by=by.id,
        created_at=now,
        worded_at=now,
        facts={},
        edits={},
        translations={},
        severity="",
    )
    put(desk, row, words)
    db.add(row)
    db.flush()
    messages.contributed(db, row.id, by.id)
    on_record(db, row, "message drafted", by, now, {"kind": row.kind, **content(row)})
    return row.id


def save(
    db: Session,
    desk: Desk,
    *,
    message_id: str,
    version: int | None,
    words: Words,
    by: User,
    now: datetime,
) -> int:
    """Saves a draft; returns its new version. Raises `Stale` where somebody else saved it since
    ``version``; None saves regardless."""
    by.must_be_able_to(Act.DRAFT)
    row = locked(db, message_id)
    if row.state != MessageState.DRAFT:
        raise NotAllowed(MessageState(row.state), MessageEvent.SUBMIT)
    if version is not None and version != row.version:
        raise Stale(row.version)
    before = content(row)
    put(desk, row, words)
    row.worded_at = now
    if content(row) == before:
        return row.version
    row.version += 1
    messages.contributed(db, row.id, by.id)
    on_record(db, row, "message saved", by, now, {"version": row.version, **content(row)})
    return row.version


def submit(
    db: Session,
    desk: Desk,
    *,
    message_id: str,
    by: User,
    now: datetime,
    act: Act = Act.DRAFT,
    counted: int | None = None,
) -> str:
    """Freezes every channel's text, asks the approvers; returns the revision's digest.

    ``counted``: how many places somebody counted, where more than half of all have one status.
    Raises `NotReady` with all that is wrong, `NotCounted`, `NobodyToAsk`. Submitting the same
    revision twice is the same request: the second call changes nothing.
    """
    by.must_be_able_to(act)
    row = locked(db, message_id)
    if row.state == MessageState.AWAITING:
        return row.digest
    incident = _open_incident(db, row.incident_id)
    state = after(NEXT, MessageState(row.state), MessageEvent.SUBMIT)
    proposals = compose.propose(db, desk, incident, row, now)
    if proposals.troubles:
        raise NotReady(proposals.troubles)
    counts = majority.must_be_counted(desk, incident, row, counted)
    row.state = str(state)
    rules = policies.asked_now(db, desk, incident, row, now)
    _freeze(row, Mode(incident.mode), rules, proposals, by, now)
    messages.contributed(db, row.id, by.id)
    variants = [one.variant for one in proposals.channels]
    for one in variants:
        db.add(VariantRow(message_id=row.id, revision=row.revision, **one.__dict__))
    detail = {**_revision(row, Mode(incident.mode), variants), **counts}
    on_record(db, row, "message sent for approval", by, now, detail)
    asking.ask(db, desk, rules, row, now=now)
    return row.digest


def withdraw(db: Session, *, message_id: str, by: User, now: datetime, reason: str = "") -> None:
    """``reason``: where it was not for its own sake."""
    by.must_be_able_to(Act.DRAFT)
    row = locked(db, message_id)
    row.state = str(after(NEXT, MessageState(row.state), MessageEvent.WITHDRAW))
    row.settled_at = now
    if reason:
        row.reason = reason
    asking.close(db, row, ApprovalEvent.SUPERSEDE, now=now)
    on_record(db, row, "message withdrawn", by, now, {"reason": reason} if reason else {})


def stop(db: Session, *, message_id: str, reason: str, by: User, now: datetime) -> int:
    """Cancels every delivery that has not left yet; returns how many those were."""
    by.must_be_able_to(Act.STOP)
    reason = plain_text.clean(reason).strip()
    if not reason:
        raise ReasonMissing
    row = locked(db, message_id)
    row.state = str(after(NEXT, MessageState(row.state), MessageEvent.STOP))
    row.settled_at, row.reason = now, reason
    ended = outbox.end_queued(db, message_id=row.id, now=now)
    promising.stopped(db, row, now)
    detail = {
        "reason": reason,
        "cancelled": len(ended.cancelled),
        "may_be_public": len(ended.doubtful),
    }
    on_record(db, row, "sending stopped", by, now, detail)
    return len(ended.cancelled)


def locked(db: Session, message_id: str) -> MessageRow:
    """The message, held until the transaction ends. Raises `NotFound`."""
    row = messages.locked(db, message_id)
    if row is None:
        raise NotFound("message", message_id)
    return row


def _freeze(
    row: MessageRow, mode: Mode, rules: Rules, proposals: Proposals, by: User, now: datetime
) -> None:
    """A new revision of exactly these texts, to be signed in time, by these rules."""
    variants = [one.variant for one in proposals.channels]
    row.revision, row.reason = row.revision + 1, ""
    row.digest = revision_digest(
        variants, mode=mode, expires_at=row.expires_at, publish_at=row.publish_at
    )
    row.submitted_by, row.submitted_at = by.id, now
    row.rules = kept_rules.dump(rules)
    within = now + rules.approve_within
    row.approve_by = min(within, row.expires_at) if row.expires_at else within


def _revision(row: MessageRow, mode: Mode, variants: Sequence[Variant]) -> dict[str, Any]:
    """All that is signed, for the record."""
    return {
        "digest": row.digest,
        "revision": row.revision,
        "mode": str(mode),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "publish_at": row.publish_at.isoformat() if row.publish_at else None,
        "rules": row.rules,
        "variants": [one.__dict__ for one in variants],
    }


def _open_incident(db: Session, incident_id: str) -> IncidentRow:
    # Held until the transaction ends: two drafts at once must not get the same number.
    incident = db.get(IncidentRow, incident_id, with_for_update=True)
    if incident is None:
        raise NotFound("incident", incident_id)
    if incident.state != IncidentState.OPEN:
        raise NotReady([Trouble("incident", "stood down")])
    return incident


def _replaced(db: Session, incident_id: str, kind: Kind) -> str | None:
    """The message that this one follows: the last that went out."""
    if kind is Kind.ALERT:
        return None
    released = [
        one.id
        for one in messages.of_incident(db, incident_id)
        if one.state in (MessageState.RELEASED, MessageState.STOPPED)
    ]
    return released[-1] if released else None
