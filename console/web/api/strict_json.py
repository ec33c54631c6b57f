"""Reads a request's JSON so that two readers can never understand it differently (RFC 7493)."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NoReturn

DEEPEST = 8
"""How deep objects and lists may be nested; the API itself needs three."""


class NotJson(Exception):
    """The body is not one unambiguous JSON object. ``why`` says so to a person."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read(body: bytes) -> dict[str, Any]:
    """Raises `NotJson`."""
    try:
        found = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant
        )
    except UnicodeDecodeError:
        raise NotJson("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise NotJson("it is nested too deep") from None
    except ValueError:
        # Python refuses to read a number of more than 4,300 digits.
        raise NotJson("it has a number that is too long") from None
    if not isinstance(found, dict):
        raise NotJson("it is not an object: { ... }")
    _check(found, DEEPEST)
    return found


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise NotJson(f"the key {json.dumps(twice[:60])} is there twice")
    return found


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


_HALF = re.compile("[\ud800-\udfff]")


def _check(value: Any, deepest: int) -> None:
    if isinstance(value, str) and _HALF.search(value):
        raise NotJson("it has half a character, such as \\ud800")
    if isinstance(value, dict | list):
        if deepest == 0:
            raise NotJson("it is nested too deep")
        for one in value if isinstance(value, list) else [*value, *value.values()]:
            _check(one, deepest - 1)
