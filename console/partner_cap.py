"""Reads a CAP 1.2 alert that somebody else wrote, and may have written to do harm.

The XML is read by defusedxml: no document type, no entity and nothing from elsewhere is ever
resolved. Only what a draft needs is taken out of it.
"""

from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from console.domain.cap import NAMESPACE, Alert, Area, Info, Reference, Type

NAME_MOST = 255
"""Characters of an identifier, a sender or a name."""
REFERENCES_MOST = 200
YEARS = range(2000, 2200)
"""Of times that can be meant; others could not even be put into another zone."""
_FORBIDDEN = frozenset(" ,<&\t\n")
"""What an identifier and a sender may not have (3.2.1 of the standard)."""


class NotCap(Exception):
    """``why`` is a sentence of what is wrong; ``readable`` is False where it is no plain XML."""

    def __init__(self, why: str, *, readable: bool = True) -> None:
        super().__init__(why)
        self.why, self.readable = why, readable


def read(document: bytes) -> Alert:
    """Raises `NotCap`."""
    try:
        root = fromstring(document, forbid_dtd=True)
    except DefusedXmlException:
        raise NotCap("it has a document type or an entity", readable=False) from None
    except (ParseError, ValueError, LookupError):
        raise NotCap("it is not well-formed XML", readable=False) from None
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise NotCap("it is no alert of CAP 1.2")
    return Alert(
        identifier=_name(root, "identifier"),
        sender=_name(root, "sender"),
        sent=_time(_needed(root, "sent")),
        type=_type(_needed(root, "msgType")),
        status=_needed(root, "status"),
        scope=_needed(root, "scope"),
        references=_references(_text(root, "references")),
        infos=_infos(root),
    )


def _infos(root: Element) -> tuple[Info, ...]:
    found = tuple(_info(one) for one in root.findall(f"{{{NAMESPACE}}}info"))
    if not found:
        raise NotCap("it has no info")
    return found


def _info(info: Element) -> Info:
    expires = _text(info, "expires")
    return Info(
        language=_text(info, "language") or "en-US",
        category=_needed(info, "category"),
        event=_needed(info, "event"),
        urgency=_needed(info, "urgency"),
        severity=_needed(info, "severity"),
        certainty=_needed(info, "certainty"),
        sender_name=_text(info, "senderName")[:NAME_MOST],
        headline=_text(info, "headline"),
        description=_text(info, "description"),
        instruction=_text(info, "instruction"),
        response=_text(info, "responseType"),
        expires=_time(expires) if expires else None,
        web=_text(info, "web"),
        areas=tuple(Area(_text(one, "areaDesc")) for one in info.findall(f"{{{NAMESPACE}}}area")),
    )


def _text(of: Element, name: str) -> str:
    return (of.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def _needed(of: Element, name: str) -> str:
    found = _text(of, name)
    if not found:
        raise NotCap(f"it has no {name}")
    return found


def _name(of: Element, name: str) -> str:
    found = _needed(of, name)
    if len(found) > NAME_MOST or _FORBIDDEN & set(found):
        raise NotCap(f"its {name} is too long, or has a space, comma, < or &")
    return found


def _type(said: str) -> Type:
    try:
        return Type(said)
    except ValueError:
        raise NotCap("its msgType is not Alert, Update or Cancel") from None


def _time(said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise NotCap("it has a time that is none") from None
    if found.tzinfo is None:
        raise NotCap("it has a time without a zone")
    if found.year not in YEARS:
        raise NotCap("it has a time of another century")
    return found


def _references(said: str) -> tuple[Reference, ...]:
    found = []
    for one in said.split()[:REFERENCES_MOST]:
        sender, _, rest = one.partition(",")
        identifier, _, sent = rest.rpartition(",")
        found.append(Reference(sender, identifier, _time(sent)))
    return tuple(found)
