"""When a draft is to go out: the time as it was typed, and what is wrong with it."""

import re
from datetime import datetime

from console.actions.compose import AHEAD_MOST
from console.domain.clock_change import ClockFault, clock_fault
from console.domain.moment import Moment, moment
from console.web import words
from console.web.context import web

_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")
"""A time that says its own distance from Greenwich is one moment in any case."""


def read(typed: str) -> datetime | None:
    """The local time meant; None where nothing was typed, or no time."""
    now = web().now.astimezone(web().desk.settings.zone)
    return moment(typed, now, future=True) if typed.strip() else None


def wrong(publish: str, expires: str) -> dict[str, str]:
    """By field; one sentence each."""
    found: dict[str, str] = {}
    at, end, now = read(publish), read(expires), web().now
    if publish.strip():
        if at is None:
            found["publish"] = words.fault("not a time", "", found=publish)
        elif fault := _clock_fault(publish, at):
            found["publish"] = words.fault(fault, "", found=str(Moment(at, at)))
        elif at <= now:
            found["publish"] = words.fault("past", "", found=publish)
        elif at > now + AHEAD_MOST:
            found["publish"] = words.fault("too far ahead", "")
    if expires.strip():
        if end is None:
            found["expires"] = words.fault("not a time", "", found=expires)
        elif end <= now:
            found["expires"] = words.fault("past", "", found=expires)
        elif at and end <= at:
            found["expires"] = words.fault("before it goes out", "")
    return found


def _clock_fault(typed: str, at: datetime) -> ClockFault | None:
    return None if _OFFSET.search(typed.strip()) else clock_fault(at)
