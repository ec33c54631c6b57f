"""Canonical bytes (RFC 8785), so that the same facts always have the same digest."""

from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(value: Mapping[str, Any]) -> bytes:
    """The RFC 8785 form. Raises ValueError for floats, huge integers or text that is no text."""
    _only_exact(value)
    return rfc8785.dumps(dict(value))


def _only_exact(value: Any) -> None:
    """Floats have more than one way to be rounded; nothing that we sign or record needs one."""
    if isinstance(value, float):
        raise ValueError("a canonical record holds no floating point numbers")  # noqa: TRY004
    if isinstance(value, Mapping):
        for one in value.values():
            _only_exact(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _only_exact(one)
