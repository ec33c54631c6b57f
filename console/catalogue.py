"""The languages that pages are shown in: the catalogue of each, its times, numbers and lists.

English is in the code. A catalogue, and here Babel too, is loaded when somebody first reads another
language: workers of a council of one language pay nothing for it.
"""

import gettext
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from console import languages
from console.domain.moment import Moment

if TYPE_CHECKING:
    from babel.support import Translations

ENGLISH, WELSH = "en", "cy"
FURTHER = {WELSH: "Cymraeg"}
"""Languages with a catalogue, each as its readers call it."""
OWN = {ENGLISH: "English", **FURTHER}
FOLDER = Path(__file__).parent / "translations"
PLAIN = gettext.NullTranslations()
"""Says everything as it is in the code."""


def N_(text: str) -> str:
    """Marks words for the catalogue that are translated later, where they are shown."""
    return text


def file(language: str) -> Path:
    """The catalogue as translators write it."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: str) -> "Translations":
    """Of one of the further languages. Compiled in memory, once a process: a file beside the source
    could differ from it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with file(language).open("rb") as written:
        read = read_po(written, locale=language)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)


def said_in(language: str) -> gettext.NullTranslations:
    """What translates to this language, English too."""
    return PLAIN if language == ENGLISH else catalogue(language)


def when(local: datetime, language: str) -> str:
    """``05:18, Fri 16 Jan``, ``05:18, Gwen 16 Ion``"""
    if language == ENGLISH:
        return str(Moment(local, local))
    return _said(local, "HH:mm, E d MMM", language)


def day(local: datetime, language: str) -> str:
    """``16 January 2026``, ``16 Ionawr 2026``"""
    if language == ENGLISH:
        return f"{local.day} {local:%B %Y}"
    return _said(local, "d MMMM y", language)


def _said(local: datetime, pattern: str, language: str) -> str:
    from babel.dates import format_datetime

    return format_datetime(local, pattern, locale=language)


def number(value: int, language: str) -> str:
    """``1,240``"""
    if language == ENGLISH:
        return f"{value:,}"
    from babel.numbers import format_decimal

    return format_decimal(value, locale=language)


def listed(names: list[str], language: str) -> str:
    """``A, B and C``, ``A, B a C``"""
    *first, last = names or [""]
    return f"{', '.join(first)} {_and(last, language)} {last}" if first else last


def _and(last: str, language: str) -> str:
    if language == ENGLISH:
        return "and"
    return "ac" if last[:1].casefold() in "aâeêiîoôuûwŵyŷ" else "a"


def language_name(code: str, language: str) -> str:
    """``Welsh (Cymraeg)`` to readers of English, ``Cymraeg`` to those of Welsh."""
    if language == ENGLISH:
        return languages.own_name(code)
    from babel import Locale

    return str(Locale(language).languages.get(code) or languages.own_name(code))
