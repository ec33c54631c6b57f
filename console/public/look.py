"""The few files of the public page's look, each named by its content, to be kept for long."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from console.public.file import CSS, SVG, File

FOLDER = Path(__file__).resolve().parent.parent / "web" / "static"
KINDS = {"public.css": CSS, "bell.svg": SVG, "bell-light.svg": SVG}


@cache
def files() -> Mapping[str, File]:
    """Path below /public/ -> its file."""
    return {path(name): File(_content(name), kind) for name, kind in KINDS.items()}


@cache
def path(name: str) -> str:
    """``public.css`` -> ``look/public.1a2b3c4d.css``"""
    stem, dot, ending = name.rpartition(".")
    return f"look/{stem}.{hashlib.sha256(_content(name)).hexdigest()[:8]}{dot}{ending}"


@cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
