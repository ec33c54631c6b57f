"""Checks once more, right before sending, that a delivery is word for word what was signed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import marks, policies
from console.actions.desk import Desk
from console.domain.incident import Mode
from console.domain.message import MessageState, Variant, revision_digest
from console.domain.policy import still_needed
from console.store import approvals, messages
from console.store.deliveries import DeliveryRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow, PictureRow


@dataclass(frozen=True)
class Signed:
    """What was signed of one message; ``fault`` says why none of it may be sent."""

    mode: Mode
    variants: Mapping[tuple[str, str], Variant]
    publish_at: datetime | None = None
    fault: str = ""

    def why_not(self, row: DeliveryRow) -> str:
        """Why this delivery is not what was signed; empty where it is."""
        if self.fault:
            return self.fault
        variant = self.variants.get((row.channel, row.language))
        if variant is None:
            return "the channel was not signed"
        if row.exercise is not (self.mode is Mode.EXERCISE):
            return "the mode is not the incident's"
        if row.not_before != self.publish_at:
            return "the time is not the one that was signed"
        same = (row.text, row.subject, row.account, row.network, row.picture, row.alt) == (
            variant.text,
            variant.subject,
            variant.account,
            variant.network,
            variant.picture,
            variant.alt,
        )
        return "" if same else "the text is not the one that was signed"


def signed_texts(db: Session, desk: Desk, message_id: str) -> Signed:
    """What the sign-offs of this message cover, proved by its digest."""
    message, mode, variants = _words(db, message_id)
    return _signed(message, mode, variants, _fault(db, desk, message, mode, variants))


def altered(db: Session, row: DeliveryRow) -> str:
    """Why these are not the words that were signed, whatever became of their message and of the
    sign-offs since; empty where they are. Of words that were sent there is nothing more to ask."""
    message, mode, variants = _words(db, row.message_id)
    return _signed(message, mode, variants, _other(message, mode, variants)).why_not(row)


def _words(db: Session, message_id: str) -> tuple[MessageRow, Mode, list[Variant]]:
    message = db.get_one(MessageRow, message_id)
    incident = db.get_one(IncidentRow, message.incident_id)
    return message, Mode(incident.mode), messages.variants(db, message.id, message.revision)


def _signed(message: MessageRow, mode: Mode, variants: list[Variant], fault: str) -> Signed:
    return Signed(
        mode=mode,
        variants={(one.channel, one.language): one for one in variants},
        publish_at=message.publish_at,
        fault=fault,
    )


def _other(message: MessageRow, mode: Mode, variants: list[Variant]) -> str:
    signed = revision_digest(
        variants, mode=mode, expires_at=message.expires_at, publish_at=message.publish_at
    )
    return "" if signed == message.digest else "the digest is not the one that was signed"


def _fault(
    db: Session, desk: Desk, message: MessageRow, mode: Mode, variants: list[Variant]
) -> str:
    if message.state != MessageState.RELEASED:
        return "the message is not released"
    if other := _other(message, mode, variants):
        return other
    sign_offs = approvals.of_message(db, message.id)
    whole = marks.whole(desk, sign_offs)
    still = still_needed(
        policies.of(db, desk, message),
        message.digest,
        [one.value() for one in whole],
        messages.contributors(db, message.id),
        {one.language for one in variants},
    )
    if still:
        forged = len(whole) < len(sign_offs)
        return "a sign-off was not made by the console" if forged else "a sign-off is missing"
    return "" if all(_whole(db, one.picture) for one in variants) else "the picture was changed"


def _whole(db: Session, sha256: str) -> bool:
    if not sha256:
        return True
    kept = db.get(PictureRow, sha256)
    return kept is not None and hashlib.sha256(kept.content).hexdigest() == sha256
