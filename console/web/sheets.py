"""What the pages of a draft are about: its sheet, its type, and what it is called."""

from console.actions import cards, reading
from console.actions.errors import NotFound
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.web import words
from console.web.context import web
from console.web.worlds import must_be_here


def sheet_of(mode: Mode, message_id: str, *, every_attempt: bool = True) -> cards.MessageSheet:
    """Raises `NotFound`; leads to the other world where it belongs there."""
    with web().sessions.read() as db:
        sheet = reading.message(db, web().desk, message_id, every_attempt=every_attempt)
    must_be_here(sheet.incident, mode)
    return sheet


def type_of(slug: str) -> IncidentType:
    """Raises `NotFound`."""
    try:
        return web().desk.types[slug]
    except KeyError:
        raise NotFound("incident type", slug) from None


def title_of(sheet: cards.MessageSheet) -> str:
    """What a draft is called where it is offered."""
    return f"{words.KINDS[sheet.message.kind]}: {sheet.incident.title}"
