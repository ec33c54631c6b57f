"""Reads templates/incidents/*.toml and proves that every wording in them renders."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from console.configuration import ConfigurationFaults, Fault, read_toml, suggestion
from console.domain.about import Category
from console.domain.facts import problems
from console.domain.incident_type import Field, FieldKind, IncidentType, Wording
from console.domain.message import Kind
from console.domain.place import Places
from console.domain.severity import Severity
from console.domain.wording import FRAME_NAMES, UNWRITABLE, Frame, fill, names_in

COMMON = "common.toml"
"""Fields that several types share; what a type says itself goes before what is shared."""

_FIELD = TypeAdapter(Field)
_FREE = (FieldKind.TEXT, FieldKind.LONG_TEXT)
"""What somebody could write a name in."""
_WORDING = ("subject", "long", "short")
_TRIAL = Frame(
    source="Northbrae Council",
    link="https://example.org/incidents/1",
    at=datetime(2026, 1, 16, 5, 18, tzinfo=UTC),
    earlier_at=datetime(2026, 1, 16, 4, 18, tzinfo=UTC),
)


def load(folder: Path, places: Places) -> dict[str, IncidentType]:
    """Every type by its slug, which is its file's name.

    Raises `ConfigurationFaults` with the first fault of every file that cannot be used.
    """
    faults: list[Fault] = []
    common = (read_toml(folder / COMMON, faults) or {}) if (folder / COMMON).exists() else {}
    found = {}
    for file in sorted(folder.glob("*.toml")):
        if file.name != COMMON:
            try:
                found[file.stem] = _load(file, common, places)
            except ConfigurationFaults as error:
                faults += error.faults
    if not found and not faults:
        faults.append(Fault(str(folder), "", "has no incident type", "Add one file for each"))
    if faults:
        raise ConfigurationFaults(faults)
    return found


_KEYS = ("title", "lead", "severity", "category", "do", "relay", "over")


def _load(file: Path, common: Mapping[str, Any], places: Places) -> IncidentType:
    faults: list[Fault] = []
    table = read_toml(file, faults)
    if table is None:
        raise ConfigurationFaults(faults)
    _only(file, "", table, (*_KEYS, "field", *Kind))
    asked = [_field(file, entry, common) for entry in table.get("field", [])]
    found = IncidentType(
        slug=file.stem,
        title=_text(file, "title", table),
        lead=_text(file, "lead", table),
        fields=_with_places(asked, places),
        wording={kind: _wording(file, kind, table) for kind in Kind},
        severity=_severity(file, table),
        relay=table.get("relay") is True,
        over=_text(file, "over", table) if "over" in table else "",
        category=_category(file, table),
        do=_do(file, table),
    )
    if wrong := next(_misfits(found), None):
        raise _bad(file, *wrong)
    for kind in Kind:
        _check_examples(file, found, kind, places)
        _check_wording(file, found, kind, places)
    return found


def _bad(file: Path, key: str, what: str, remedy: str) -> ConfigurationFaults:
    return ConfigurationFaults([Fault(file.name, key, what, remedy)])


def _field(file: Path, entry: Mapping[str, Any], common: Mapping[str, Any]) -> Field:
    key = f"field.{entry.get('name') or entry.get('common') or '(without a name)'}"
    values = dict(entry)
    if shared := values.pop("common", None):
        if shared not in common:
            raise _bad(file, key, f"is not in {COMMON}", suggestion(str(shared), [*common]))
        values = {"name": shared, **common[shared], **values}
    _only(file, f"{key}.", values, [one.name for one in fields(Field)])
    try:
        return _FIELD.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(step) for step in first["loc"])
        what = f"does not do: {first['msg']}"
        raise _bad(file, f"{key}.{at}", what, "Correct the value") from error


def _with_places(asked: Sequence[Field], places: Places) -> tuple[Field, ...]:
    """Examples for fields of places that name none: two of the list, others for each status, so
    that a council can put its own list there and change nothing else."""
    found: list[Field] = []
    for field in asked:
        if field.kind is FieldKind.PLACES and not field.example.strip():
            # The first one is often the whole of it: "all of Northbrae".
            ids = [*places.get(field.places, ())]
            ids = ids[1:] if len(ids) > 2 else ids
            at = 2 * sum(one.places == field.places and bool(one.status) for one in found)
            field = replace(field, example=", ".join(ids[at : at + 2]))
        found.append(field)
    return tuple(found)


def _misfits(found: IncidentType) -> Iterator[tuple[str, str, str]]:
    """Key, what, and remedy of what each field alone cannot tell."""
    names = [field.name for field in found.fields]
    for field in found.fields:
        if field.required_with and field.required_with not in names:
            what = f"names {field.required_with!r}, which is no field here"
            yield f"field.{field.name}.required_with", what, suggestion(field.required_with, names)
        if field.status and field.kind is not FieldKind.PLACES:
            remedy = "Use it in fields of kind places"
            yield f"field.{field.name}.status", "is for places", remedy
        if found.relay and field.kind in _FREE and not field.silent:
            remedy = f"Use another kind than {' or '.join(_FREE)}, or make it silent"
            yield f"field.{field.name}.kind", "lets people write freely in a relay", remedy
        if found.relay and field.kind is FieldKind.LINK and not field.hosts:
            remedy = "Name the hosts of those whose message it is"
            yield f"field.{field.name}.hosts", "lets a relay link to any site", remedy


def _wording(file: Path, kind: Kind, table: Mapping[str, Any]) -> Wording:
    section = table.get(kind)
    if not isinstance(section, dict):
        raise _bad(file, kind, "is missing", f"Write subject, long and short under [{kind}]")
    _only(file, f"{kind}.", section, _WORDING)
    return Wording(**{key: _text(file, f"{kind}.{key}", section) for key in _WORDING})


def _text(file: Path, key: str, table: Mapping[str, Any]) -> str:
    value = table.get(key.rpartition(".")[2])
    if not isinstance(value, str) or not value.strip():
        raise _bad(file, key, "is missing or is no text", "Write the words for people there")
    return value


def _severity(file: Path, table: Mapping[str, Any]) -> Severity:
    try:
        return Severity(table.get("severity", Severity.MODERATE))
    except ValueError as error:
        remedy = f"Use one of {', '.join(Severity)}"
        raise _bad(file, "severity", f"{table['severity']!r} is not known", remedy) from error


def _category(file: Path, table: Mapping[str, Any]) -> Category:
    try:
        return Category(table.get("category", Category.SAFETY))
    except ValueError as error:
        remedy = f"Use one of {', '.join(Category)}"
        raise _bad(file, "category", f"{table['category']!r} is not known", remedy) from error


def _do(file: Path, table: Mapping[str, Any]) -> tuple[str, ...]:
    said = table.get("do", [])
    if not isinstance(said, list) or not all(isinstance(one, str) and one.strip() for one in said):
        raise _bad(file, "do", "is no list of sentences", 'Write do = ["Stay in."]')
    return tuple(said)


def _only(file: Path, prefix: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
    allowed = [str(key) for key in known]
    for key in table:
        if key not in allowed:
            raise _bad(file, f"{prefix}{key}", "is not a known key", suggestion(key, allowed))


def _check_examples(file: Path, found: IncidentType, kind: Kind, places: Places) -> None:
    """The examples are shown to officers and tried below, so they must be good answers."""
    for field in found.asks(kind):
        if field.kind is FieldKind.PLACES and field.places not in places:
            remedy = suggestion(field.places, [*places])
            raise _bad(file, f"field.{field.name}.places", "is no list in config/places/", remedy)
    for problem in problems(found, kind, found.examples(kind), places, now=_TRIAL.at):
        what = f"does not do for a message of kind {kind}: {problem.reason}"
        raise _bad(file, f"field.{problem.field}.example", what, "Give a good answer as an example")


def _check_wording(file: Path, found: IncidentType, kind: Kind, places: Places) -> None:
    known = FRAME_NAMES | {field.name for field in found.asks(kind) if not field.silent}
    for key in _WORDING:
        source = getattr(found.wording[kind], key)
        try:
            if unknown := sorted(names_in(source) - known):
                what = f"uses {unknown[0]!r}, which a message of kind {kind} does not have"
                raise _bad(file, f"{kind}.{key}", what, suggestion(unknown[0], sorted(known)))
            _try(source, found, kind, places)
        except UNWRITABLE as error:
            remedy = "Use {{ name }} and {% if name %} ... {% endif %} only"
            raise _bad(file, f"{kind}.{key}", f"does not render: {error}", remedy) from error


def _try(source: str, found: IncidentType, kind: Kind, places: Places) -> None:
    """Renders with every answer, and with the needed ones alone."""
    for facts in (found.examples(kind), found.least(kind)):
        fill(source, found.asks(kind), facts, frame=_TRIAL, places=places)
