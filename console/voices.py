"""Reads templates/voice.toml, what channels add in each tone, and a channel's own voice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.configuration import Fault, read_toml, suggestion
from console.domain.message import Kind
from console.domain.voice import SPOKEN, Phrase, Phrases, Tone, Voice, hashtag_fits

FILE = "voice.toml"
_KEYS: Mapping[str, type] = {"signature": str, "tone": str, "hashtags": list, "emoji": bool}
SIGNATURE_MOST = 60
_TONES = frozenset(str(one) for one in Tone)


def load(folder: Path, faults: list[Fault]) -> Phrases:
    """Every phrase of the file; without the file, none."""
    if not (folder / FILE).exists():
        return {}
    found: dict[tuple[Tone, Kind, str], Phrase] = {}
    for tone, kinds in (read_toml(folder / FILE, faults) or {}).items():
        if tone not in _TONES or not isinstance(kinds, dict):
            faults.append(Fault(FILE, tone, "is not a tone", "Use plain or friendly"))
            continue
        for kind, table in kinds.items():
            for language, phrase in _phrases(f"{tone}.{kind}", kind, table, faults).items():
                found[Tone(tone), Kind(kind), language] = phrase
    return found


def voice_of(file: str, channel: str, written: Any, faults: list[Fault]) -> Voice:
    """The channel's voice; a fault for everything that is wrong with it."""
    before = len(faults)
    table = written if isinstance(written, dict) else {}
    if written is not None and not isinstance(written, dict):
        at = f"{channel}.voice"
        faults.append(Fault(file, at, "is not a table", f"Write it as [{at}]"))
    for key, value in table.items():
        faults += _wrong(file, f"{channel}.voice.{key}", key, value)
    if len(faults) > before:
        return Voice()
    return Voice(
        signature=str(table.get("signature", "")),
        tone=Tone(table.get("tone", Tone.PLAIN)),
        hashtags=tuple(table.get("hashtags", ())),
        emoji=bool(table.get("emoji", False)),
    )


def _wrong(file: str, at: str, key: str, value: Any) -> list[Fault]:
    if key not in _KEYS:
        return [Fault(file, at, "is not a known key", suggestion(key, [*_KEYS]))]
    if not issubclass(type(value), _KEYS[key]):
        return [Fault(file, at, f"is not of type {_KEYS[key].__name__}", "Correct the value")]
    wrong, remedy = "", ""
    if key == "tone" and value not in _TONES:
        wrong, remedy = "is not a tone", "Use plain or friendly"
    if key == "signature" and (len(value) > SIGNATURE_MOST or "\n" in value):
        wrong = f"is not one line of at most {SIGNATURE_MOST} characters"
        remedy = "Name a post, such as Roads team"
    if key == "hashtags" and (bad := [str(one) for one in value if not hashtag_fits(str(one))]):
        wrong = f"has {bad[0]!r}, which is read out badly"
        remedy = "Give each word a capital, such as #NorthbraeSnow"
    return [Fault(file, at, wrong, remedy)] if wrong else []


def _phrases(at: str, kind: str, table: Any, faults: list[Fault]) -> Mapping[str, Phrase]:
    """Language -> phrase."""
    closings = table.get("closing", {}) if isinstance(table, dict) else None
    if kind not in SPOKEN:
        spoken = " and ".join(sorted(SPOKEN))
        faults.append(Fault(FILE, at, "has no voice", f"Only {spoken} messages have one"))
    elif not isinstance(closings, dict) or set(table) - {"closing", "emoji"}:
        remedy = 'Write closing = { en = "..." } and emoji = "..."'
        faults.append(Fault(FILE, at, "is not understood", remedy))
    else:
        emoji = str(table.get("emoji", ""))
        return {str(one): Phrase(str(closing), emoji) for one, closing in closings.items()}
    return {}
