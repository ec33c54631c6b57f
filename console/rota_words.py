"""The rota in words, for pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from console.domain import rota
from console.domain.moment import Moment
from console.domain.rota import Shift, Span

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
RANKS = {1: "asked first", 2: "asked second", 3: "asked third"}
_EVERY = {0: "once", 1: "every week"}


@dataclass(frozen=True)
class Day:
    """One day of the rota: who is on duty from when to when."""

    name: str
    spans: tuple[Span, ...]


def day(at: datetime) -> str:
    """``Fri 16 Jan``"""
    return Moment(at, at).day


def span(begin: datetime, until: datetime, zone: ZoneInfo) -> str:
    """``Sat 17 Jan 03:00–07:00``, or with both days where it ends on another one."""
    first, last = begin.astimezone(zone), until.astimezone(zone)
    midnight = (last - timedelta(minutes=1)).date() == first.date() and last.time() == _MIDNIGHT
    if first.date() == last.date() or midnight:
        return f"{day(first)} {first:%H:%M}–{'24:00' if midnight else f'{last:%H:%M}'}"
    return f"{day(first)} {first:%H:%M} to {day(last)} {last:%H:%M}"


def gap(one: Span, zone: ZoneInfo) -> str:
    return f"Nobody is on duty {span(one.begin, one.until, zone)}"


def hours(one: Span, zone: ZoneInfo) -> str:
    """``03:00–07:00`` of a span that ends within its day, or with it."""
    first, last = one.begin.astimezone(zone), one.until.astimezone(zone)
    end = "24:00" if last.date() > first.date() else f"{last:%H:%M}"
    return f"{first:%H:%M}–{end}"


def shift(one: Shift) -> str:
    """``Mon 09:00–17:00, also Tue, Wed, every week from 12 Jan 2026``"""
    begin, until = one.begin, one.until
    first = day(begin) if not one.every else WEEKDAYS[begin.weekday()]
    if one.days:
        first = days(one.days)
    if one.lasts <= timedelta(days=1):
        end = f"{until:%H:%M}" + (" the next day" if until.date() > begin.date() else "")
    else:
        end = f"{WEEKDAYS[until.weekday()] if one.every else day(until)} {until:%H:%M}"
        if one.every:
            number = (until.date() - begin.date()).days
            end += f" ({number} days on)"
    words = f"{first} {begin:%H:%M} to {end}, {every(one.every)}"
    if one.every:
        words += f", from {begin.day} {begin:%b %Y}"
    if one.last:
        words += f" until {one.last.day} {one.last:%b %Y}"
    return words


def every(weeks: int) -> str:
    return _EVERY.get(weeks, f"every {weeks} weeks")


def days(found: Sequence[int] | frozenset[int]) -> str:
    """``Mon to Fri``, or ``Mon, Wed``."""
    chosen = sorted(found)
    if len(chosen) > 2 and chosen[-1] - chosen[0] == len(chosen) - 1:
        return f"{WEEKDAYS[chosen[0]]} to {WEEKDAYS[chosen[-1]]}"
    return ", ".join(WEEKDAYS[one] for one in chosen)


def by_day(spans: Sequence[Span], zone: ZoneInfo) -> tuple[Day, ...]:
    """The spans cut at the council's midnights."""
    first, last = spans[0].begin.astimezone(zone).date(), spans[-1].until.astimezone(zone).date()
    found = []
    for number in range((last - first).days + 1):
        today = first + timedelta(days=number)
        begin, end = _midnight(today, zone), _midnight(today + timedelta(days=1), zone)
        cut = tuple(
            Span(max(one.begin, begin), min(one.until, end), one.people)
            for one in spans
            if one.begin < end and begin < one.until
        )
        if cut:
            found.append(Day(day(datetime.combine(today, _MIDNIGHT)), cut))
    return tuple(found)


_MIDNIGHT = datetime.min.time()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return rota.instant(datetime.combine(day, _MIDNIGHT), zone)
