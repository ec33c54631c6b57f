"""From a draft to the exact text for every channel, and everything that is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import register
from console.actions.desk import Desk
from console.actions.errors import Trouble
from console.channels import ConfiguredChannel
from console.domain import plain_text, wording
from console.domain.counting import Count, count
from console.domain.facts import problems, text_problems
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind, MessageState, Variant
from console.domain.wording import Frame
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

TEXT_MOST = 10_000
"""Characters in a text that a person writes, whatever the network would take."""


@dataclass(frozen=True)
class Proposal:
    """What one channel would be given if the draft were sent for approval now."""

    channel: ConfiguredChannel
    variant: Variant
    count: Count
    shortened: bool
    """True where the short wording was needed."""
    left_out: tuple[str, ...]
    """Labels of the fields that are missing or only counted here, for want of room."""


@dataclass(frozen=True)
class Proposals:
    """Every channel's text; ``troubles`` keeps it from being sent for approval."""

    channels: tuple[Proposal, ...]
    troubles: tuple[Trouble, ...]


def propose(
    db: Session,
    desk: Desk,
    incident: IncidentRow,
    message: MessageRow,
    now: datetime | None = None,
) -> Proposals:
    """The texts as they stand. Never fails: what cannot be rendered is a trouble. Times that have
    passed ``now`` are too; without it, those that had passed when the words were made."""
    type_ = desk.types[incident.type]
    troubles = [] if message.text else _fact_troubles(desk, type_, message, now)
    troubles += _picture_troubles(message)
    if message.expires_at and now and message.expires_at <= now:
        troubles.append(Trouble("expires_at", "a time that has passed"))
    frame = _frame(db, desk, incident, message)
    proposals = []
    mode = Mode(incident.mode)
    channels = register.usable(db, desk, mode, message.channels)
    troubles += _unused(desk, mode, message, channels)
    for channel in channels:
        try:
            proposal = _propose(desk, type_, message, incident, channel, frame)
        except wording.Missing:
            continue  # named as a trouble of the field already
        except wording.TooLong as error:
            troubles.append(Trouble(f"channel:{channel.name}", "too long", over=error.over))
            continue
        proposals.append(proposal)
        troubles += _text_troubles(proposal)
    if not channels:
        troubles.append(Trouble("channels", "blank"))
    return Proposals(tuple(proposals), tuple(troubles))


def _unused(
    desk: Desk, mode: Mode, message: MessageRow, channels: Collection[ConfiguredChannel]
) -> list[Trouble]:
    """The channels that somebody asked for by name and that are a pilot, parked or retired."""
    if message.channels is None:
        return []
    asked = desk.channels_for(mode, message.channels)
    return [
        Trouble("channels", "not in use", found=one.title) for one in asked if one not in channels
    ]


def public_link(desk: Desk, incident: IncidentRow) -> str:
    """The address of the incident's public page; an exercise has its own, for staff only."""
    world = "exercise/public" if incident.mode == Mode.EXERCISE else "public"
    return f"{desk.settings.console.base_url}/{world}/{incident.id}"


def _propose(
    desk: Desk,
    type_: IncidentType,
    message: MessageRow,
    incident: IncidentRow,
    channel: ConfiguredChannel,
    frame: Frame,
) -> Proposal:
    text = message.edits.get(channel.name)
    rendered = _rendered(desk, type_, message, incident, channel, frame, edited=text is not None)
    variant = Variant(
        channel=channel.name,
        network=channel.network,
        account=channel.account,
        language=channel.language,
        text=rendered.text if text is None else text,
        subject=f"EXERCISE: {rendered.subject}" if frame.exercise else rendered.subject,
        picture=message.picture or "",
        alt=message.alt if message.picture else "",
        edited=text is not None,
    )
    labels = {field.name: field.label for field in type_.fields}
    return Proposal(
        channel=channel,
        variant=variant,
        count=count(variant.text, channel.limit),
        shortened=text is None and rendered.length == "short",
        left_out=tuple(labels[one] for one in rendered.left_out) if text is None else (),
    )


def _rendered(
    desk: Desk,
    type_: IncidentType,
    message: MessageRow,
    incident: IncidentRow,
    channel: ConfiguredChannel,
    frame: Frame,
    *,
    edited: bool,
) -> wording.Rendered:
    """The words for the channel. Where a person wrote their own only the subject is needed, so the
    channel's limit does not matter."""
    if message.text:
        return wording.Rendered(message.text, incident.title, "long")
    limit = wording.NO_LIMIT if edited else channel.limit
    kind = Kind(message.kind)
    return wording.render(type_, kind, message.facts, desk.places, frame=frame, limit=limit)


def _frame(db: Session, desk: Desk, incident: IncidentRow, message: MessageRow) -> Frame:
    zone = desk.settings.zone
    earlier = _earlier(db, message)
    return Frame(
        source=desk.settings.council.name,
        link=public_link(desk, incident),
        at=message.worded_at.astimezone(zone),
        earlier_at=earlier.astimezone(zone) if earlier else None,
        sequence=message.number,
        exercise=incident.mode == Mode.EXERCISE,
    )


def _earlier(db: Session, message: MessageRow) -> datetime | None:
    """When the message that this one follows was released."""
    query = select(MessageRow.released_at).where(
        MessageRow.incident_id == message.incident_id,
        MessageRow.number < message.number,
        MessageRow.state.in_([str(MessageState.RELEASED), str(MessageState.STOPPED)]),
    )
    if message.replaces:
        query = query.where(MessageRow.id == message.replaces)
    return db.scalar(query.order_by(MessageRow.number.desc()).limit(1))


def _fact_troubles(
    desk: Desk, type_: IncidentType, message: MessageRow, now: datetime | None
) -> list[Trouble]:
    local = (now or message.worded_at).astimezone(desk.settings.zone)
    found = problems(type_, Kind(message.kind), message.facts, desk.places, now=local)
    return [
        Trouble(f"facts:{one.field}", str(one.reason), over=one.over, found=one.found)
        for one in found
    ]


def _text_troubles(proposal: Proposal) -> list[Trouble]:
    field, text = f"channel:{proposal.channel.name}", proposal.variant.text
    if not text.strip():
        return [Trouble(field, "blank")]
    troubles = [
        Trouble(field, str(one.reason), found=one.found) for one in text_problems(field, text)
    ]
    over = max(proposal.count.over, proposal.count.octets_over, len(text) - TEXT_MOST)
    if over > 0:
        troubles.append(Trouble(field, "too long", over=over))
    return troubles


def _picture_troubles(message: MessageRow) -> list[Trouble]:
    if not message.picture:
        return []
    if not message.alt.strip():
        return [Trouble("alt", "blank")]
    return [
        Trouble("alt", str(one.flaw), found=one.found) for one in plain_text.faults(message.alt)
    ]


def clean_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they will be kept: text in NFC, lists of ids as they are."""
    return {
        name: [plain_text.clean(str(one)) for one in value]
        if isinstance(value, list | tuple)
        else plain_text.clean(str(value)).strip()
        for name, value in facts.items()
    }
