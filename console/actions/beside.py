"""A correction beside what it corrects: the old words, the new, and how they meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.domain.message import Kind, Variant
from console.store import messages
from console.store.messages import MessageRow


class Meeting(StrEnum):
    """What becomes of the earlier post."""

    IN_PLACE = "takes its place"
    REPLY = "answers it"
    AFTER = "follows it"


@dataclass(frozen=True)
class Beside:
    """Channels on which the same old words meet the same new ones in the same way."""

    titles: tuple[str, ...]
    language: str
    old: str
    new: str
    meeting: Meeting
    said_at: datetime | None
    """When the old words were released."""


def beside(db: Session, desk: Desk, message_id: str, new: Iterable[Variant]) -> list[Beside]:
    """In the order of the channels; empty where the message is no correction, or corrects nothing
    that went out."""
    message = db.get_one(MessageRow, message_id)
    wrong = db.get(MessageRow, message.replaces) if message.replaces else None
    if wrong is None or message.kind != Kind.CORRECTION:
        return []
    old = messages.variants(db, wrong.id, wrong.revision)
    said = {(one.channel, one.language): one for one in old}
    groups: dict[tuple[str, str, str, Meeting], list[str]] = {}
    for one in new:
        before = said.get((one.channel, one.language))
        if before is not None:
            same = (one.language, before.text, one.text, _meeting(desk, one))
            groups.setdefault(same, []).append(_title(desk, one.channel))
    return [Beside(tuple(titles), *same, wrong.released_at) for same, titles in groups.items()]


def _meeting(desk: Desk, variant: Variant) -> Meeting:
    """As far as it is known before it is sent: a network may yet refuse to change a post."""
    channel = desk.channel(variant.channel)
    if channel is None:
        return Meeting.AFTER
    people = channel.recipients or channel.recipient_list
    if channel.corrects_in_place and not variant.picture and not people:
        return Meeting.IN_PLACE
    return Meeting.REPLY if channel.replies else Meeting.AFTER


def _title(desk: Desk, name: str) -> str:
    channel = desk.channel(name)
    return channel.title if channel else name
