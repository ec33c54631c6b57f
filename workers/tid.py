"""Names for records that sort by their time: the AT Protocol's TIDs, https://atproto.com/specs/tid"""

import hashlib
import re
from datetime import UTC, datetime, timedelta

_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_SECOND = timedelta(seconds=1)
_MICROSECONDS = 1_000_000
_CLOCKS = 1 << 10


def tid(moment: datetime, key: str) -> str:
    """Of the second before this moment's; its microsecond and the clock identifier come from the
    key: the same for the same two, at every try. Two of one moment would have one name once in
    1,024 by the clock identifier alone, and the network would refuse the second."""
    second = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _SECOND - 1
    chosen = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    number = second * _MICROSECONDS * _CLOCKS + chosen % (_MICROSECONDS * _CLOCKS)
    return "".join(_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def moment(name: str) -> datetime | None:
    """When a record was given this name, up to two seconds early if it is ours; None if no TID."""
    if not _TID.fullmatch(name):
        return None
    number = 0
    for letter in name:
        number = number << 5 | _LETTERS.index(letter)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10)
