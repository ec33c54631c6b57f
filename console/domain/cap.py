"""A CAP 1.2 alert as a value, and as XML.

The order of elements, and which there have to be: the schema of the OASIS standard,
https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Type(StrEnum):
    """Element *msgType*, but for those that systems send each other."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


@dataclass(frozen=True)
class Reference:
    """An earlier alert, by the three things that name one."""

    sender: str
    identifier: str
    sent: datetime

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{written(self.sent)}"


@dataclass(frozen=True)
class Area:
    description: str
    codes: tuple[tuple[str, str], ...] = ()
    """(Whose code it is, the code)."""


@dataclass(frozen=True)
class Info:
    """What an alert says, in one language."""

    language: str
    category: str
    event: str
    urgency: str
    severity: str
    certainty: str
    sender_name: str
    headline: str
    description: str
    areas: tuple[Area, ...]
    response: str = ""
    expires: datetime | None = None
    instruction: str = ""
    web: str = ""


@dataclass(frozen=True)
class Alert:
    identifier: str
    sender: str
    sent: datetime
    type: Type
    infos: tuple[Info, ...]
    references: tuple[Reference, ...] = ()
    incident: str = ""
    status: str = "Actual"
    scope: str = "Public"

    @property
    def reference(self) -> Reference:
        return Reference(self.sender, self.identifier, self.sent)


def written(at: datetime) -> str:
    """As CAP writes a time: no fractions, no Z, and UTC as -00:00 (3.3.2 of the standard)."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def xml(alert: Alert) -> bytes:
    """The whole document, in UTF-8."""
    root = Element("alert", xmlns=NAMESPACE)
    _put(root, "identifier", alert.identifier)
    _put(root, "sender", alert.sender)
    _put(root, "sent", written(alert.sent))
    _put(root, "status", alert.status)
    _put(root, "msgType", alert.type)
    _put(root, "scope", alert.scope)
    _put(root, "references", " ".join(str(one) for one in alert.references))
    _put(root, "incidents", alert.incident)
    for info in alert.infos:
        _put_info(SubElement(root, "info"), info)
    whole: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return whole + b"\n"


def speakable(text: str) -> str:
    """Without the characters that no XML document may have, however they are escaped."""
    return _NO_XML.sub("", text)


def _put_info(into: Element, info: Info) -> None:
    _put(into, "language", info.language)
    _put(into, "category", info.category)
    _put(into, "event", info.event)
    _put(into, "responseType", info.response)
    _put(into, "urgency", info.urgency)
    _put(into, "severity", info.severity)
    _put(into, "certainty", info.certainty)
    _put(into, "expires", written(info.expires) if info.expires else "")
    _put(into, "senderName", info.sender_name)
    _put(into, "headline", info.headline)
    _put(into, "description", info.description)
    _put(into, "instruction", info.instruction)
    _put(into, "web", info.web)
    _put_areas(into, info.areas)


def _put_areas(into: Element, areas: Iterable[Area]) -> None:
    for one in areas:
        area = SubElement(into, "area")
        _put(area, "areaDesc", one.description)
        for name, value in one.codes:
            code = SubElement(area, "geocode")
            _put(code, "valueName", name)
            _put(code, "value", value)


def _put(into: Element, name: str, text: str) -> None:
    """Nothing where there is nothing to say: every such element may be left out."""
    if said := speakable(text):
        SubElement(into, name).text = said
