"""The public side: where its files are, who speaks there, and what feeds say beside the words."""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from console import connecting
from console.actions.desk import Desk
from console.configuration import SecretMissing
from console.connecting import NoPractice
from console.domain.about import About, Certainty, NamedPlace
from console.domain.incident import Mode
from console.domain.incident_type import Facts, FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.moment import Moment, moment
from console.domain.severity import Severity
from console.public.publisher import Publisher
from console.settings import Settings
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

log = logging.getLogger(__name__)

NETWORK = "public-page"
TELLING = frozenset({Kind.ALERT, Kind.UPDATE, Kind.CORRECTION})
"""The kinds that ask people to do something; the others say that it is over."""


def folders(desk: Desk, mode: Mode) -> list[Path]:
    """Where the configured public pages keep their entries."""
    found = []
    for channel in desk.channels:
        if channel.network != NETWORK:
            continue
        try:
            adapter = connecting.connect(channel, mode, desk.settings)
        except (NoPractice, SecretMissing) as error:
            log.warning("public page %s is not set up: %s", channel.name, error)
            continue
        found.append(Path(str(getattr(adapter, "folder", ""))))
    return list(dict.fromkeys(found))


def publisher(settings: Settings, mode: Mode = Mode.ACTUAL) -> Publisher:
    return Publisher(
        name=settings.council.name,
        base=settings.public_url,
        zone=settings.zone,
        templates=settings.templates,
        trusted=settings.trusted_links,
        exercise=mode is Mode.EXERCISE,
        languages=settings.council.page_languages,
    )


def about(db: Session, desk: Desk, *, message_id: str, text: str) -> About:
    """Of this message, as far as this text says it too."""
    message = db.get_one(MessageRow, message_id)
    type_ = desk.types[db.get_one(IncidentRow, message.incident_id).type]
    facts: Facts = {} if message.text else message.facts
    return About(
        source=desk.settings.council.name,
        sender=urlsplit(desk.settings.public_url).hostname or "localhost",
        event=type_.title,
        category=type_.category,
        severity=Severity(message.severity or type_.severity),
        certainty=_certainty(facts),
        places=tuple(_places(desk, type_, facts, text)),
        where=_where(type_, facts, text),
        until=_until(facts, text, message.worded_at.astimezone(desk.settings.zone)),
        do=_do(type_.do, text) if Kind(message.kind) in TELLING else "",
    )


def _certainty(facts: Facts) -> Certainty:
    if not facts:
        return Certainty.UNKNOWN
    return Certainty.POSSIBLE if facts.get("confirmed") == "no" else Certainty.OBSERVED


def _places(desk: Desk, type_: IncidentType, facts: Facts, text: str) -> Iterator[NamedPlace]:
    for field in type_.fields:
        if field.kind is not FieldKind.PLACES:
            continue
        known = desk.places[field.places]
        for id_ in dict.fromkeys(facts.get(field.name, ())):
            if id_ in known and known[id_].words in text:
                yield NamedPlace(field.places, id_, known[id_].words)


def _where(type_: IncidentType, facts: Facts, text: str) -> str:
    """The answer to the shared question of that name, where it is no list of places."""
    said = facts.get("where", "")
    written = " ".join(said.split()).removesuffix(".") if isinstance(said, str) else ""
    return written if written in text else ""


def _until(facts: Facts, text: str, worded_at: datetime) -> datetime | None:
    said = facts.get("until", "")
    at = moment(said, worded_at, future=True) if isinstance(said, str) else None
    return at if at and Moment(at, worded_at).clock in text else None


def _do(sentences: Iterable[str], text: str) -> str:
    """Those of the sentences that stand in the text, each as a whole one."""
    found = (
        re.search(rf"(?:^|[.!?:]\s+){re.escape(one)}", text, re.IGNORECASE | re.MULTILINE)
        for one in sentences
    )
    return " ".join(one for one, there in zip(sentences, found, strict=True) if there)
