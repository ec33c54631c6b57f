"""Claims what is due and commits the intent to send it, before any byte leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from console.actions import pictures, public_side
from console.actions.desk import Desk
from console.domain import bounce
from console.domain.about import About
from console.domain.channel import Picture, Post, Reason
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.incident import Mode
from console.domain.states import after
from console.faultpoints import faultpoint
from console.store import outbox
from console.store.base import new_id
from console.store.claiming import Claimer, claim, one_at_a_time
from console.store.deliveries import AttemptRow, DeliveryRow
from console.store.engine import Sessions, database_now
from console.store.messages import PictureRow
from workers import subscribers
from workers.deadline import clock
from workers.errand import Errand
from workers.recheck import Signed, signed_texts
from workers.recording import on_record

_NONE: Mapping[str, str] = {}


def take(sessions: Sessions, desk: Desk, *, worker: str, limit: int) -> list[Errand]:
    """At most ``limit`` errands. Claim, check and intent are one commit, so a delivery is either
    still queued or has an attempt on the record."""
    timing = desk.settings.timing
    start_by = clock() + timing.head_start.total_seconds()
    with sessions.begin() as db:
        one_at_a_time(db)
        now = database_now(db)
        who = Claimer(
            worker,
            now,
            until=now + timing.lease,
            over=now - max(timing.settle, timing.deadline),
            lapsed_over=now - timing.longest_hold,
        )
        rows = claim(db, who, limit=limit, paces=desk.paces)
        rows, links = subscribers.still(db, desk, rows, now)
        signed: Mapping[str, Signed] = {
            message_id: signed_texts(db, desk, message_id)
            for message_id in sorted({row.message_id for row in rows})
        }
        replied, corrected = outbox.earlier_references(db, rows), _in_place(db, desk, rows)
        errands = [
            _intend(
                row,
                replace(
                    post_of(db, desk, row, replied.get(row.id, ""), links),
                    in_place_of=corrected.get(row.id, ""),
                ),
                start_by,
            )
            for row in rows
            if _holds(db, row, signed[row.message_id], now)
        ]
        if errands:
            db.execute(insert(AttemptRow), [_attempt(one, worker, now) for one in errands])
            faultpoint("before-intent-commit")
    if errands:
        faultpoint("after-intent")
    return errands


def _in_place(db: Session, desk: Desk, rows: Sequence[DeliveryRow]) -> Mapping[str, str]:
    """The posts whose words corrections take the place of: where the network and the council let
    them. A new picture needs a post of its own, and what a person was sent stays as it is."""
    able = [
        row
        for row in rows
        if (channel := desk.channel(row.channel))
        and channel.corrects_in_place
        and not row.picture
        and not row.recipient
    ]
    return outbox.corrected_references(db, able)


def post_of(
    db: Session, desk: Desk, row: DeliveryRow, reply_to: str, links: Mapping[str, str] = _NONE
) -> Post:
    """The signed text as the channel is given it. ``links`` are how people leave their list, by
    delivery."""
    return Post(
        key=row.id,
        text=row.text,
        language=row.language,
        subject=row.subject,
        incident=row.incident_id,
        kind=row.kind,
        exercise=row.exercise,
        link=row.link,
        created_at=row.created_at,
        recipient=row.recipient,
        reply_to=reply_to,
        expires_at=row.expires_at,
        picture=_picture(db, desk, row),
        unsubscribe=links.get(row.id, ""),
        bounces=_bounces(desk, row),
        message=row.message_id,
        number=row.number,
        about=_about(db, desk, row),
    )


def _about(db: Session, desk: Desk, row: DeliveryRow) -> About | None:
    channel = desk.channel(row.channel)
    if channel is None or not channel.tells_about:
        return None
    return public_side.about(db, desk, message_id=row.message_id, text=row.text)


def _bounces(desk: Desk, row: DeliveryRow) -> str:
    """Where this mail comes back to; nothing of an exercise ever does."""
    channel = desk.channel(row.channel)
    if row.exercise or not row.recipient or channel is None or not channel.bounces:
        return ""
    return bounce.sender(desk.settings.mail.bounces.address, row.id, desk.settings.secret)


def mode_of(row: DeliveryRow) -> Mode:
    return Mode.EXERCISE if row.exercise else Mode.ACTUAL


def _holds(db: Session, row: DeliveryRow, signed: Signed, now: datetime) -> bool:
    """The last gate: what is not exactly what was signed fails, loudly, and is never sent. Of what
    an earlier try may have made public, only a person can say what became."""
    why = signed.why_not(row)
    if not why:
        return True
    event = DeliveryEvent.LOSE if row.doubtful else DeliveryEvent.REFUSE
    row.state = str(after(NEXT, DeliveryState(row.state), event))
    row.reason, row.detail, row.changed_at = str(Reason.ALTERED), why, now
    if row.doubtful:
        row.due_at = None
    said = {"why": why, "state": row.state}
    on_record(db, row, "sending refused: not as signed", row.worker, now, said)
    return False


def _intend(row: DeliveryRow, post: Post, start_by: float) -> Errand:
    return Errand(
        delivery_id=row.id,
        attempt_id=new_id(),
        fence=row.fence,
        channel=row.channel,
        mode=mode_of(row),
        post=post,
        start_by=start_by,
    )


def _attempt(errand: Errand, worker: str, now: datetime) -> dict[str, Any]:
    return {
        "id": errand.attempt_id,
        "delivery_id": errand.delivery_id,
        "fence": errand.fence,
        "worker": worker,
        "started_at": now,
    }


def _picture(db: Session, desk: Desk, row: DeliveryRow) -> Picture | None:
    if not row.picture:
        return None
    kept = db.get_one(PictureRow, row.picture)
    return Picture(
        sha256=kept.sha256,
        media_type=kept.media_type,
        width=kept.width,
        height=kept.height,
        alt=row.alt,
        content=kept.content,
        url=pictures.address(desk.settings.console.base_url, kept.sha256),
    )
