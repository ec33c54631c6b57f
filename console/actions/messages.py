"""Messages: drafted, saved, sent for approval, withdrawn, stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import asking, compose, majority, policies, promising
from console.actions.compose import Proposals
from console.actions.desk import Desk
from console.actions.errors import NotFound, NotReady, ReasonMissing, Stale, Trouble
from console.actions.people import User
from console.actions.recording import on_record
from console.domain import plain_text
from console.domain import rules as kept_rules
from console.domain.approval import ApprovalEvent
from console.domain.incident import IncidentState, Mode
from console.domain.message import NEXT, Kind, MessageEvent, MessageState, revision_digest
from console.domain.policy import Act, Rules
from console.domain.severity import Severity
from console.domain.states import NotAllowed, after
from console.store import messages, outbox
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow, VariantRow


@dataclass(frozen=True)
class Words:
    """What a person or program gives to a draft; None leaves what is there."""

    facts: Mapping[str, Any] | None = None
    text: str | None = None
    """One text for every channel in place of the facts' words; empty goes back to the facts."""
    translations: Mapping[str, Mapping[str, str]] | None = None
    """Language -> ``text`` and ``subject`` in it."""
    edits: Mapping[str, str] | None = None
    """Channel, or channel/language for its second language and further -> text for it alone."""
    channels: list[str] | None = None
    picture: str | None = None
    """SHA-256 of a picture that `pictures.take` has taken; empty removes it."""
    alt: str | None = None
    expires_at: datetime | None = None
    endless: bool = False
    """True takes away the time after which it is no longer sent."""
    publish_at: datetime | None = None
    at_once: bool = False
    """True takes away the time that it was to wait for."""
    severity: Severity | None = None
    """How bad it is, where that is not what its type says."""


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
    on_record(db, row, "message drafted", by, now, {"kind": row.kind, **_content(row)})
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
    before = _content(row)
    put(desk, row, words)
    row.worded_at = now
    if _content(row) == before:
        return row.version
    row.version += 1
    messages.contributed(db, row.id, by.id)
    on_record(db, row, "message saved", by, now, {"version": row.version, **_content(row)})
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
    detail = {
        "digest": row.digest,
        "revision": row.revision,
        "mode": incident.mode,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "publish_at": row.publish_at.isoformat() if row.publish_at else None,
        "rules": row.rules,
        "variants": [one.__dict__ for one in variants],
        **counts,
    }
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


def put(desk: Desk, row: MessageRow, words: Words) -> None:
    """Into the draft, clean; nothing of it is judged here."""
    if words.facts is not None:
        row.facts = compose.clean_facts(words.facts)
    if words.text is not None:
        row.text = plain_text.clean(words.text).strip()
    if words.edits is not None:
        row.edits = {
            name: plain_text.clean(text).strip()
            for name, text in words.edits.items()
            if desk.channel(name.partition("/")[0])
        }
    if words.translations is not None:
        row.translations = _translations(words.translations)
    if words.channels is not None:
        row.channels = _known(desk, words.channels)
    if words.picture is not None:
        row.picture = words.picture or None
    if words.alt is not None:
        row.alt = " ".join(plain_text.clean(words.alt).split())
    if words.expires_at is not None or words.endless:
        row.expires_at = _utc(words.expires_at)
    if words.publish_at is not None or words.at_once:
        row.publish_at = _utc(words.publish_at)
    if words.severity is not None:
        row.severity = str(words.severity)


def _utc(at: datetime | None) -> datetime | None:
    """As the database gives it back: it is signed, letter for letter."""
    return at.astimezone(UTC) if at else None


def _translations(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Only what somebody wrote, clean."""
    clean = {
        language: {
            "subject": " ".join(plain_text.clean(words.get("subject", "")).split()),
            "text": plain_text.clean(words.get("text", "")).strip(),
        }
        for language, words in given.items()
    }
    return {language: words for language, words in clean.items() if any(words.values())}


def _known(desk: Desk, names: list[str]) -> list[str]:
    unknown = [name for name in names if not desk.channel(name)]
    if unknown:
        raise NotReady([Trouble("channels", "unknown", found=name) for name in unknown])
    return list(dict.fromkeys(names))


def _content(row: MessageRow) -> dict[str, Any]:
    """Everything in a draft that a person can change, for the record."""
    return {
        "facts": row.facts,
        "text": row.text,
        "edits": row.edits,
        "translations": row.translations,
        "channels": row.channels,
        "picture": row.picture,
        "alt": row.alt,
        "severity": row.severity,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "publish_at": row.publish_at.isoformat() if row.publish_at else None,
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
