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
