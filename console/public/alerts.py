"""From the messages of an incident to its CAP alerts."""

from collections.abc import Sequence
from datetime import datetime

from console.domain.about import About, Certainty
from console.domain.cap import Alert, Area, Info, Type
from console.domain.message import Kind
from console.domain.severity import Severity
from console.public.entries import Entry, Message
from console.public.publisher import Publisher

ACUTE = frozenset({Severity.SEVERE, Severity.EXTREME})
OVER = frozenset({Kind.ALL_CLEAR, Kind.CANCEL})
UNKNOWN = "Unknown"


def alerts(publisher: Publisher, found: Sequence[Message]) -> list[Alert]:
    """One for each message of an incident, in the same order, newest first. A message that takes
    back what never stood on the public page is none; an alert after an all clear begins anew."""
    made: list[Alert] = []
    standing: list[Alert] = []
    over = False
    for message in reversed(found):
        if over and message.kind is Kind.ALERT:
            standing = []
        over = message.kind in OVER
        if standing or message.kind is not Kind.CANCEL:
            made.append(_alert(publisher, message, standing))
            standing.append(made[-1])
    return made[::-1]


def identifier(message: Message) -> str:
    """Stays the same for ever: made of the message's own id, and of nothing that is configured."""
    return f"skellat-{message.id}"


def _alert(publisher: Publisher, message: Message, earlier: Sequence[Alert]) -> Alert:
    shared = next((one.about for one in message.entries if one.about), None)
    return Alert(
        identifier=identifier(message),
        sender=shared.sender if shared else publisher.host,
        sent=message.created_at,
        type=_type(message.kind, earlier),
        infos=tuple(_info(publisher, entry, message) for entry in message.entries),
        references=tuple(one.reference for one in earlier),
        incident=message.incident,
    )


def _type(kind: Kind, earlier: Sequence[Alert]) -> Type:
    """What follows nothing that was public is news, whatever it was drafted as. A correction
    replaces what it corrects; nothing of it stands only where it was taken back as a whole."""
    if not earlier:
        return Type.ALERT
    return Type.CANCEL if kind is Kind.CANCEL else Type.UPDATE


def _info(publisher: Publisher, entry: Entry, message: Message) -> Info:
    about = entry.about
    return Info(
        language=entry.language,
        category=_category(about),
        event=about.event if about else "Emergency information",
        response="AllClear" if entry.kind is Kind.ALL_CLEAR else "",
        urgency=_urgency(entry),
        severity=_severity(entry),
        certainty=_certainty(entry),
        expires=_expires(entry),
        sender_name=about.source if about else publisher.name,
        headline=entry.subject,
        description=entry.text,
        instruction=about.do if about else "",
        web=publisher.address(entry.incident),
        areas=_areas(publisher, entry, message),
    )


def _category(about: About | None) -> str:
    if about is None:
        return "Safety"
    return "CBRNE" if about.category == "cbrne" else about.category.title()


def _urgency(entry: Entry) -> str:
    if entry.kind in OVER:
        return "Past"
    if entry.about is None:
        return UNKNOWN
    return "Immediate" if entry.about.severity in ACUTE else "Expected"


def _severity(entry: Entry) -> str:
    if entry.kind in OVER:
        return "Minor"
    return entry.about.severity.title() if entry.about else UNKNOWN


def _certainty(entry: Entry) -> str:
    if entry.kind is Kind.CANCEL:
        return "Unlikely"
    return entry.about.certainty.title() if entry.about else Certainty.UNKNOWN.title()


def _expires(entry: Entry) -> datetime | None:
    """What the words say before when they are no longer sent; nothing is made up. Never before it
    was sent: a list of past times would end the alert before anybody read it."""
    until = entry.about.until if entry.about else None
    at = until or entry.expires_at
    return at if at and at > entry.created_at else None


def _areas(publisher: Publisher, entry: Entry, message: Message) -> tuple[Area, ...]:
    """Those that the words name, in this language or another; else the council's whole area."""
    for about in (entry.about, *(one.about for one in message.entries)):
        if about and about.places:
            return tuple(
                Area(one.name, ((f"{about.sender}/{one.list}", one.id),)) for one in about.places
            )
        if about and about.where:
            return (Area(about.where),)
    name = entry.about.source if entry.about else publisher.name
    return (Area(f"The area of {name}"),)
