"""How pages say a time: absolute, on the council's clock, in the page's language."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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
        return catalogue.when(at.astimezone(self.zone), current())

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
        return catalogue.day(at.astimezone(self.zone), current())

    def since(self, at: datetime) -> str:
        """``05:18, Fri 16 Jan``, or the day with its year where that was long ago."""
        return self.when(at) if abs(web().now - at) < HALF_A_YEAR else self.day(at)
