"""Reads a run's database and the networks' log into the judge's plain values."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.domain.audit import first_break
from console.domain.incident import Mode
from console.domain.message import revision_digest
from console.domain.policy import Role
from console.store import audit, messages
from console.store.approvals import ApprovalRow
from console.store.deliveries import AttemptRow, DeliveryRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow
from console.store.people import UserRow
from tests.chaos.judge import Attempt, Delivery, Done, Grant, Message, Post, Seen


def see(
    db: Session, desk: Desk, log: Iterable[Mapping[str, Any]], wanted: set[str], done: Done
) -> Seen:
    """``wanted``: messages whose button was pressed to the end."""
    modes = {row.id: Mode(row.mode) for row in db.query(IncidentRow)}
    rows = list(db.query(MessageRow))
    grants = [
        _grant(db, desk, row, modes) for row in db.query(ApprovalRow) if row.state == "granted"
    ]
    entries = list(audit.entries(db))
    broken = first_break(entries, head=audit.head(db))
    released = Counter(
        one.subject.partition(":")[2] for one in entries if one.action == "message released"
    )
    told = {
        one.subject.partition(":")[2] for one in entries if one.action == "people told of trouble"
    }
    return Seen(
        posts=(*map(_post, log), *_on_the_page(desk)),
        messages=tuple(_message(row, grants, wanted) for row in rows),
        grants=tuple(grants),
        deliveries=tuple(_deliveries(db, desk, told)),
        attempts=tuple(Attempt(row.id, row.delivery_id) for row in db.query(AttemptRow)),
        releases=released,
        record_break=f"{broken.number}: {broken.what}" if broken else "",
        done=done,
    )


def place(network: str, mode: str, channel: str) -> tuple[str, str]:
    """Where the log has what goes to this channel."""
    return network, f"{mode}.{channel}"


def _post(entry: Mapping[str, Any]) -> Post:
    at = datetime.fromisoformat(entry["at"]).timestamp()
    return Post(entry["n"], entry["network"], entry["account"], entry["text"].strip(), at)


def _on_the_page(desk: Desk) -> Iterable[Post]:
    """Our own page is a folder: an entry is a post, the moment of its writing its place."""
    public: Path = desk.settings.public
    for path in sorted(public.glob("*/entries/*/*.json")):
        entry, written = json.loads(path.read_text()), path.stat().st_mtime
        mode = path.parents[2].name
        yield Post(written, *place("public-page", mode, "public-page"), entry["text"], float("inf"))


def _grant(db: Session, desk: Desk, row: ApprovalRow, modes: Mapping[str, Mode]) -> Grant:
    """What it covers is believed only where the digest proves it."""
    message = db.get_one(MessageRow, row.message_id)
    mode = modes[message.incident_id]
    variants = messages.variants(db, message.id, row.revision)
    digest = revision_digest(variants, mode=mode, expires_at=message.expires_at)
    approver = db.get_one(UserRow, row.approver_id)
    return Grant(
        message=message.id,
        approver=approver.name,
        entitled=Role.APPROVER in approver.roles
        and (mode is Mode.EXERCISE or approver.id not in messages.contributors(db, message.id)),
        at=row.decided_at.timestamp() if row.decided_at else float("inf"),
        covers=frozenset(
            (*place(one.network, mode, one.channel), one.text)
            for one in (variants if digest == row.digest else ())
        ),
    )


def _message(row: MessageRow, grants: list[Grant], wanted: set[str]) -> Message:
    covered = [grant.covers for grant in grants if grant.message == row.id]
    return Message(
        id=row.id,
        incident=row.incident_id,
        number=row.number,
        kind=row.kind,
        state=row.state,
        expires=row.expires_at is not None,
        wanted=row.id in wanted,
        rows_due=frozenset(
            account.partition(".")[2] for covers in covered for _, account, _ in covers
        ),
    )


def _deliveries(db: Session, desk: Desk, told: set[str]) -> Iterable[Delivery]:
    """``told``: messages of whose trouble people were told, by the record."""
    begun: dict[str, datetime] = {}
    for attempt in db.query(AttemptRow):
        of = attempt.delivery_id
        begun[of] = max(begun.get(of, attempt.started_at), attempt.started_at)
    for row in db.query(DeliveryRow):
        channel = desk.channel(row.channel)
        mode = "exercise" if row.exercise else "actual"
        network, account = place(row.network, mode, row.channel)
        alarmed = row.alarmed_at if row.message_id in told and row.id in begun else None
        yield Delivery(
            id=row.id,
            message=row.message_id,
            channel=row.channel,
            network=network,
            account=account,
            state=row.state,
            reason=row.reason,
            waiting=row.due_at is not None,
            resends_itself=channel is not None and channel.on_unknown == "resend",
            alarm_after=(alarmed - begun[row.id]).total_seconds() if alarmed else None,
        )
