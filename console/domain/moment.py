"""A time as people type it under pressure, and as a message says it: absolute, with its day."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d\d))? ?(?P<half>[ap])?\.?m?\.?", re.I)
_DATED = re.compile(
    r"(?P<clock>[\d:.]{3,5} ?(?:[ap]\.?m\.?)?),?(?: (?P<weekday>[a-z]{3})[a-z]*)?,?"
    r" (?P<day>\d{1,2}) (?P<month>[a-z]{3})[a-z]*(?: (?P<year>\d{4}))?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True)
class Moment:
    """A time in a message; ``05:18, Fri 16 Jan`` wherever it is printed."""

    at: datetime
    now: datetime
    """When the message is written: what `clock` may leave out depends on it."""

    @property
    def clock(self) -> str:
        """``05:18``, for where there is little room; with the weekday if that is another day."""
        short = f"{self.at:%H:%M}"
        return short if self.at.date() == self.now.date() else f"{short} {_weekday(self.at)}"

    @property
    def day(self) -> str:
        """``Fri 16 Jan``."""
        return f"{_weekday(self.at)} {self.at.day} {_MONTHS[self.at.month - 1]}"

    def __str__(self) -> str:
        return f"{self.at:%H:%M}, {self.day}"


class AsTyped(str):
    """A time that was not understood, so that a preview can still show it."""

    __slots__ = ()

    @property
    def clock(self) -> str:
        return self

    @property
    def day(self) -> str:
        return self


def _weekday(at: datetime) -> str:
    return _DAYS[at.weekday()]


def clock_time(text: str) -> time | None:
    """``06:30``, ``6.30``, ``0630``, ``6am`` or ``6.30 pm``; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if not match or not (match["minute"] or match["half"]):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def moment(text: str, now: datetime, *, future: bool) -> datetime | None:
    """The local time meant: ISO, ``06:30, Fri 16 Jan`` or a bare ``06:30``; None if it is neither.

    A bare time is the next one where only the future makes sense, else the nearest one.
    """
    text = " ".join(text.split())
    if _ISO.fullmatch(text):
        return _iso(text, now)
    if match := _DATED.fullmatch(text):
        return _dated(match, now)
    clock = clock_time(text)
    return None if clock is None else _occurrence(clock, now, future=future)


def _iso(text: str, now: datetime) -> datetime | None:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        return None
    return given.astimezone(now.tzinfo) if given.tzinfo else given.replace(tzinfo=now.tzinfo)


def _dated(match: re.Match[str], now: datetime) -> datetime | None:
    """Without a year, the one that brings the day nearest to now. A wrong weekday is no time."""
    clock, month = clock_time(match["clock"]), match["month"].title()
    if clock is None or month not in _MONTHS:
        return None
    years = [int(match["year"])] if match["year"] else [now.year - 1, now.year, now.year + 1]
    days = [_date(year, _MONTHS.index(month) + 1, int(match["day"]), clock, now) for year in years]
    nearest = min((day for day in days if day), key=lambda day: abs(day - now), default=None)
    if nearest and match["weekday"] and match["weekday"].title() != _weekday(nearest):
        return None
    return nearest


def _date(year: int, month: int, day: int, clock: time, now: datetime) -> datetime | None:
    try:
        return datetime(year, month, day, clock.hour, clock.minute, tzinfo=now.tzinfo)
    except ValueError:
        return None


def _occurrence(clock: time, now: datetime, *, future: bool) -> datetime:
    today = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    around = [today - timedelta(days=1), today, today + timedelta(days=1)]
    if future:
        return next(day for day in around if day > now)
    return min(around, key=lambda day: abs(day - now))
