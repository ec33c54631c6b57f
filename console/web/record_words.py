"""The record in words: what an entry says besides who, what and when; cells that stay cells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from console.actions import cards
from console.actions.history import Times, detail
from console.domain.audit import Entry
from console.domain.delivery import DeliveryEvent
from console.domain.moment import Moment

OUTCOMES = {
    str(DeliveryEvent.ACCEPT): "published",
    str(DeliveryEvent.REFUSE): "refused",
    str(DeliveryEvent.POSTPONE): "not published, to be tried again",
    str(DeliveryEvent.LOSE): "unknown, may be public",
}
"""How an attempt ended, as the workers record it."""

_SAID = {
    "corrects": "corrects entry {}",
    "form": "as {}",
    "note": "“{}”",
    "with": "with {}",
    "happened": "at {}",
    "channel": "{}",
    "account": "account {}",
    "recipient": "to {}",
    "title": "“{}”",
    "name": "{}",
    "email": "{}",
    "role": "{}",
    "asked_by": "asked for by {}",
    "sessions": "{} sessions",
    "kind": "{}",
    "what": "{}",
    "still held": "still held {}",
    "approver": "{}",
    "reason": "reason: {}",
    "answer": "the network said: {}",
    "status": "status {}",
    "reference": "reference {}",
    "url": "{}",
    "person": "{}",
    "from": "from {}",
    "until": "until {}",
    "because": "because: {}",
    "changed": "changed: {}",
    "was": "was {}",
    "is": "is {} now",
    "held_by": "held by {}",
    "left": "{} tries left",
    "trouble": "{}",
    "told": "told {}",
    "deliveries": "{} deliveries",
    "cancelled": "{} cancelled",
    "people": "people: {}",
    "added": "{} added",
    "there": "{} on the list already",
    "left_out": "left out: {}",
    "taken_off": "{} taken off",
    "given_back": "{} given back",
    "recipients": "{} recipients",
    "version": "version {}",
    "revision": "revision {}",
    "counted": "counted by hand: {}",
    "milliseconds": "{} ms",
    "proof": "proof: {}",
    "how": "by {}",
    "by_group": "by group: {}",
    "withheld": "withheld: {}",
    "second_factor": "second factor proved at {}",
    "provider": "provider {}",
    "subject": "its subject {}",
    "danger": "danger {}",
    "look_back_by": "look back by {}",
    "policy": "policy {}",
    "agreed": "agreed to by {}",
    "entry_digest": "its digest was {}",
}


RED = frozenset({"released alone", "look back overdue", "looked back: would not have signed"})
"""Actions that stay marked for whoever reads the record."""


def said(entry: Entry) -> str:
    """The entry's own facts in one line; the words themselves stand with their revision."""
    facts = detail(entry)
    if entry.erased:
        return _erased(entry, facts)
    parts = _parts(facts)
    if isinstance(facts.get("roles"), list):
        parts.append(", ".join(map(str, facts["roles"])))
    if facts.get("digest"):
        parts.append(f"words {str(facts['digest'])[:8]}")
    return "; ".join(parts)


def _erased(entry: Entry, facts: Mapping[str, Any]) -> str:
    """``erased on 30 Nov 2026 by Anne (entry 61), because …``: in UTC, as the record has it."""
    try:
        day = f"{datetime.fromisoformat(str(facts.get('at'))):%-d %b %Y}"
    except ValueError:
        day = "an unknown day"
    by, because = _one(facts.get("by", "")), _one(facts.get("because", ""))
    return f"erased on {day} by {by} (entry {entry.erased}), because {because}"


def more_of(entry: Entry) -> str:
    """What an entry of the log says besides its note."""
    if entry.erased:
        return _erased(entry, detail(entry))
    facts = {name: value for name, value in detail(entry).items() if name not in _SHOWN}
    parts = _parts(facts)
    return "; ".join(parts)


_SHOWN = frozenset({"note", "corrects"})


def exact_time(at: str, zone: ZoneInfo) -> str:
    """``05:18:40.123 +00:00, Fri 16 Jan 2026`` from an entry's UTC."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return at
    return stamped(moment, zone)


def stamped(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    clock = local.isoformat(timespec="milliseconds").partition("T")[2]
    day = Moment(local, local).day
    return f"{clock[:12]} {clock[12:]}, {day} {local.year}"


def lasted(start: datetime | None, end: datetime | None) -> str:
    """``2 min 5 s``; empty where one of the two never came."""
    if start is None or end is None:
        return ""
    seconds = max((end - start).total_seconds(), 0)
    if seconds < 10:
        return f"{seconds:.1f} s"
    hours, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    if not hours:
        parts.append(f"{int(seconds % 60)} s")
    return " ".join(part for part in parts if part)


def five_times(
    incident: cards.Incident, times: Times
) -> tuple[tuple[str, datetime | None, datetime | None], ...]:
    """What, when, and after which moment: five durations from the opening to the last channel."""
    return (
        ("Incident opened", incident.opened_at, None),
        ("Drafted", times.drafted, incident.opened_at),
        ("Sent for approval", times.sent_for_approval, times.drafted),
        ("Signed", times.signed, times.sent_for_approval),
        ("First channel published", times.first_published, times.signed),
        ("Last channel published", times.last_published, times.first_published),
    )


def for_pages(zone: ZoneInfo) -> dict[str, Any]:
    """What every page of the record has at hand."""
    return {
        "said": said,
        "more_of": more_of,
        "red": RED,
        "outcomes": OUTCOMES,
        "lasted": lasted,
        "five_times": five_times,
        "exact_time": lambda at: exact_time(at, zone),
        "stamped": lambda at: stamped(at, zone) if at else "",
    }


def _parts(facts: Mapping[str, Any]) -> list[str]:
    return [
        form.format(_one(facts[key]))
        for key, form in _SAID.items()
        if key in facts and facts[key] not in _NOTHING
    ]


_NOTHING: tuple[Any, ...] = ("", None, [], {})


def _one(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{key} {number}" for key, number in value.items()]
    whole = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = " ".join(whole.split())
    return text if len(text) <= 300 else text[:299] + "…"
