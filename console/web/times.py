"""How pages say a time: absolute, on the council's clock, in the page's language."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from console import catalogue
from console.web.context import web
from console.web.locales import current

HALF_A_YEAR = timedelta(days=180)


@dataclass(frozen=True)
class Times:
    """The filters of the templates, for one council."""

    zone: ZoneInfo

    def when(self, at: datetime) -> str:
        """``05:18, Fri 16 Jan``"""
        return _when(at, self.zone, current())

    def clock(self, at: datetime) -> str:
        """``05:18``"""
        return f"{at.astimezone(self.zone):%H:%M}"

    def clock_second(self, at: datetime) -> str:
        """``05:18:40``"""
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def clock_or_day(self, at: datetime) -> str:
        """``05:18``, with the day where that is another one."""
        today = web().now.astimezone(self.zone).date()
        return self.clock(at) if at.astimezone(self.zone).date() == today else self.when(at)

    def day(self, at: datetime) -> str:
        """``16 January 2026``"""
        return _day(at, self.zone, current())

    def since(self, at: datetime) -> str:
        """``05:18, Fri 16 Jan``, or the day with its year where that was long ago."""
        return self.when(at) if abs(web().now - at) < HALF_A_YEAR else self.day(at)


# A page of 200 accounts says 600 times, mostly those of a minute ago. The zone is part of what is
# asked: the same moment, given in two zones, counts as one.
@lru_cache(4096)
def _when(at: datetime, zone: ZoneInfo, language: str) -> str:
    return catalogue.when(at.astimezone(zone), language)


@lru_cache(4096)
def _day(at: datetime, zone: ZoneInfo, language: str) -> str:
    return catalogue.day(at.astimezone(zone), language)
