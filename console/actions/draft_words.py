"""What a draft holds: what is given to it goes in clean, and comes out whole for the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.actions import compose
from console.actions.desk import Desk
from console.actions.errors import NotReady, Trouble
from console.domain import plain_text
from console.domain.severity import Severity
from console.store.messages import MessageRow


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


def content(row: MessageRow) -> dict[str, Any]:
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
