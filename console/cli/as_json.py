"""JSON for programs: ``--json``, and how dates and records are written in it."""

import json
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import click


def json_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """--json, which every command that tells something takes."""
    return click.option("--json", "json", is_flag=True, help="For programs.")(command)


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
