"""Names for records that sort by their time: the AT Protocol's TIDs, https://atproto.com/specs/tid"""

import hashlib
from datetime import UTC, datetime, timedelta

_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


def tid(moment: datetime, key: str) -> str:
    """Microseconds since 1970 and ten bits of the key: the same for the same two, at every try."""
    since = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    clock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") & 0x3FF
    number = since << 10 | clock
    return "".join(_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def moment(name: str) -> datetime | None:
    """When a record was given this name; None where it is no TID."""
    if len(name) != 13 or set(name) - set(_LETTERS):
        return None
    number = 0
    for letter in name:
        number = number << 5 | _LETTERS.index(letter)
    since = timedelta(microseconds=number >> 10)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + since
    except OverflowError:
        return None
