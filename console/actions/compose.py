"""From a draft to the exact text for every channel, and everything that is wrong with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import policies, register
from console.actions.desk import Desk
from console.actions.errors import Trouble
from console.actions.texts import Draft, Making, edit_key, making
from console.channels import ConfiguredChannel
from console.domain import plain_text
from console.domain.counting import Count
from console.domain.facts import problems
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind, MessageState, Variant
from console.domain.plain_text import Hosts
from console.domain.policy import Rules
from console.domain.wording import Frame
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

AHEAD_MOST = timedelta(days=14)
"""How far ahead a message may be signed: a wrong month is no plan."""


@dataclass(frozen=True)
class Proposal:
    """What one channel would be given in one language if the draft were sent for approval now."""

    channel: ConfiguredChannel
    variant: Variant
    count: Count
    shortened: bool
    """True where the short wording was needed."""
    left_out: tuple[str, ...]
    """Labels of the fields that are missing or only counted here, for want of room."""
    lost: str = ""
    """The end of somebody's own words that had no room here."""

    @property
    def key(self) -> str:
        """Under which `MessageRow.edits` keeps a text for this alone."""
        return edit_key(self.channel, self.variant.language)


@dataclass(frozen=True)
class Proposals:
    """Every channel's texts; ``troubles`` keeps them from being sent for approval."""

    channels: tuple[Proposal, ...]
    troubles: tuple[Trouble, ...]
    unspoken: tuple[tuple[ConfiguredChannel, str], ...] = ()
    """(Channel, language) that get nothing, because nobody wrote it in that language."""
    pictureless: tuple[ConfiguredChannel, ...] = ()
    """Those that get nothing because they take no message without a picture, and nobody named
    them."""


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
    draft = Draft(desk, type_, incident, message, _frame(db, desk, incident, message))
    mode = Mode(incident.mode)
    usable = register.usable(db, desk, mode, message.channels)
    bare = [] if message.picture else [one for one in usable if one.needs_picture]
    channels = [one for one in usable if message.picture or not one.needs_picture]
    wanted = [(channel, language) for channel in channels for language in channel.languages]
    troubles = [] if message.text else _fact_troubles(desk, type_, message, now)
    troubles += _relay_troubles(type_, message)
    troubles += _picture_troubles(message, bare, desk.settings.trusted_links)
    troubles += _time_troubles(message, now)
    troubles += _unused(desk, mode, message, usable)
    rules = policies.asked_now(db, desk, incident, message, now or message.worded_at)
    troubles += _untranslated(draft, rules, {language for _, language in wanted})
    proposals, make = [], making(draft)
    for channel, language in wanted:
        if draft.speaks(language):
            proposal, wrong = _proposed(draft, make, channel, language)
            proposals += [proposal] if proposal else []
            troubles += wrong
    unspoken = [one for one in wanted if not draft.speaks(one[1])]
    if len(unspoken) == len(wanted):
        troubles.append(Trouble("channels", "blank"))
    left_out = () if message.channels is not None else tuple(bare)
    return Proposals(tuple(proposals), tuple(troubles), tuple(unspoken), left_out)


def _time_troubles(message: MessageRow, now: datetime | None) -> list[Trouble]:
    """When it goes out, and when it ends."""
    starts, ends, troubles = message.publish_at, message.expires_at, []
    if now and starts and starts <= now:
        troubles.append(Trouble("publish_at", "a time that has passed"))
    if now and starts and starts > now + AHEAD_MOST:
        troubles.append(Trouble("publish_at", "too far ahead"))
    if now and ends and ends <= now:
        troubles.append(Trouble("expires_at", "a time that has passed"))
    elif starts and ends and ends <= starts:
        troubles.append(Trouble("expires_at", "before it goes out"))
    return troubles


def _untranslated(draft: Draft, rules: Rules, languages: Collection[str]) -> list[Trouble]:
    """What policy asks for and nobody wrote."""
    return [
        Trouble(f"translations:{one}", "not translated", found=one)
        for one in rules.languages
        if one in languages and not draft.speaks(one)
    ]


def _relay_troubles(type_: IncidentType, message: MessageRow) -> list[Trouble]:
    """Whatever a person added to words that are only passed on: there a name could be in it."""
    if not type_.relay:
        return []
    added = [f"translations:{one}" for one in message.translations]
    added += [f"channel:{one}" for one in message.edits]
    added += ["text"] if message.text else []
    added += ["picture"] if message.picture else []
    return [Trouble(one, "relay") for one in added]


def _unused(
    desk: Desk, mode: Mode, message: MessageRow, channels: Collection[ConfiguredChannel]
) -> list[Trouble]:
    """The channels that somebody asked for by name and that are a pilot, parked or retired."""
    if message.channels is None:
        return []
    asked, in_use = desk.channels_for(mode, message.channels), {one.name for one in channels}
    return [
        Trouble("channels", "not in use", found=one.title)
        for one in asked
        if one.name not in in_use
    ]


def public_link(desk: Desk, incident: IncidentRow) -> str:
    """The address of the incident's public page; an exercise has its own, for staff only."""
    if incident.mode == Mode.EXERCISE:
        return f"{desk.settings.console.base_url}/exercise/public/{incident.id}"
    return f"{desk.settings.public_url}/public/{incident.id}"


def _proposed(
    draft: Draft, make: Making, channel: ConfiguredChannel, language: str
) -> tuple[Proposal | None, list[Trouble]]:
    """The text, if one can be made, and what is wrong with it."""
    message, edit = draft.message, draft.edit(channel, language)
    made = make(language, channel.limit, channel.voice, edit)
    field = f"channel:{edit_key(channel, language)}"
    troubles = [replace(one, field=field) for one in made.troubles]
    if made.words is None:
        return None, troubles
    variant = Variant(
        channel=channel.name,
        network=channel.network,
        account=channel.account,
        language=language,
        text=made.words.text,
        subject=made.words.subject,
        picture=message.picture or "",
        alt=message.alt if message.picture else "",
        edited=edit is not None,
    )
    proposal = Proposal(
        channel=channel,
        variant=variant,
        count=made.count,
        shortened=made.words.length == "short",
        left_out=made.left_out,
        lost=made.words.lost,
    )
    return proposal, troubles


def _frame(db: Session, desk: Desk, incident: IncidentRow, message: MessageRow) -> Frame:
    zone = desk.settings.zone
    earlier = _earlier(db, message)
    return Frame(
        source=desk.settings.council.name,
        link=public_link(desk, incident),
        at=message.said_at.astimezone(zone),
        earlier_at=earlier.astimezone(zone) if earlier else None,
        sequence=message.number,
        exercise=incident.mode == Mode.EXERCISE,
    )


def _earlier(db: Session, message: MessageRow) -> datetime | None:
    """When the message that this one follows went out."""
    query = select(MessageRow).where(
        MessageRow.incident_id == message.incident_id,
        MessageRow.number < message.number,
        MessageRow.state.in_([str(MessageState.RELEASED), str(MessageState.STOPPED)]),
    )
    if message.replaces:
        query = query.where(MessageRow.id == message.replaces)
    found = db.scalar(query.order_by(MessageRow.number.desc()).limit(1))
    out = [one for one in (found and found.released_at, found and found.publish_at) if one]
    return max(out, default=None)


def _fact_troubles(
    desk: Desk, type_: IncidentType, message: MessageRow, now: datetime | None
) -> list[Trouble]:
    said = max(now or message.worded_at, message.said_at)
    local = said.astimezone(desk.settings.zone)
    found = problems(
        type_,
        Kind(message.kind),
        message.facts,
        desk.places,
        now=local,
        trusted=desk.settings.trusted_links,
    )
    return [
        Trouble(f"facts:{one.field}", str(one.reason), over=one.over, found=one.found)
        for one in found
    ]


def _picture_troubles(
    message: MessageRow, bare: Sequence[ConfiguredChannel], trusted: Hosts
) -> list[Trouble]:
    """``bare`` are the channels that take no message without a picture, and would get one. Where
    somebody chose them that is in the way; where all channels were meant they are left out."""
    if not message.picture:
        named = bare if message.channels is not None else ()
        return [Trouble("picture", "needed", found=one.title) for one in named]
    if not message.alt.strip():
        return [Trouble("alt", "blank")]
    return [
        Trouble("alt", str(one.flaw), found=one.found)
        for one in plain_text.faults(message.alt, trusted)
    ]


def clean_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they will be kept: text in NFC, lists of ids as they are."""
    return {
        name: [plain_text.clean(str(one)) for one in value]
        if isinstance(value, list | tuple)
        else plain_text.clean(str(value)).strip()
        for name, value in facts.items()
    }
