"""How much a network takes: the length of a text and how it is counted, and calls in a minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Counting(StrEnum):
    """How a network counts the length of a text; the rules are in `counting`."""

    CHARACTERS = "characters"
    """Unicode code points."""
    GRAPHEMES = "graphemes"
    """Extended grapheme clusters, what a reader takes for one character (Bluesky)."""
    MASTODON = "mastodon"
    """Grapheme clusters, every link counted as 23 (Mastodon)."""
    THREADS = "threads"
    """Unicode code points, emoji by their UTF-8 bytes (Threads)."""
    WEIGHTED = "weighted"
    """Most characters 1, wide ones and whole emoji 2, every link 23 (X)."""
    UTF_16 = "utf-16"
    """UTF-16 units: most characters 1, emoji and rare ones 2 (Telegram)."""
    SMS = "sms"
    """GSM-7 septets or UCS-2 units, split into parts."""


@dataclass(frozen=True)
class Limit:
    """The longest text that a network takes; None where it sets no limit of its own."""

    characters: int | None = None
    counting: Counting = Counting.CHARACTERS
    octets: int | None = None
    """UTF-8 bytes, where a network limits them as well."""


@dataclass(frozen=True)
class Pace:
    """How much a network takes: calls at once, and a minute; None where it sets no limit."""

    parallel: int | None = None
    per_minute: int | None = None

    @property
    def interval(self) -> timedelta | None:
        """Between two calls, on the whole. A sixth longer than the minute's share, so that a burst
        on top of a full minute stays within the minute's number."""
        return timedelta(minutes=1) / self.per_minute * 7 / 6 if self.per_minute else None

    def room(self, *, busy: int, free_at: datetime, now: datetime) -> int:
        """How many calls may start now, ``busy`` being under way. ``free_at`` is when all that was
        started would be over, had it started one interval after the other."""
        rooms = [MOST_AT_ONCE]
        if self.parallel is not None:
            rooms.append(max(self.parallel - busy, 0))
        if self.interval is not None:
            ahead = max(free_at - now, timedelta(0))
            rooms.append(max((max(BURST, self.interval) - ahead) // self.interval, 0))
        return min(rooms)


BURST = timedelta(seconds=10)
"""As much as a pace allows in this time may start at once."""
MOST_AT_ONCE = 1000
