"""Local times that a change of the clocks leaves out, or brings twice."""

from datetime import UTC, datetime
from enum import StrEnum


class ClockFault(StrEnum):
    """Why a local time is no one moment; the words for people are in ``console/web/words.py``."""

    SKIPPED = "the clocks skip that time"
    TWICE = "that time comes twice"


def clock_fault(at: datetime) -> ClockFault | None:
    """``at`` is local, with its zone, as somebody typed it; None where it is one moment."""
    there_and_back = at.astimezone(UTC).astimezone(at.tzinfo)
    if there_and_back.replace(tzinfo=None, fold=0) != at.replace(tzinfo=None, fold=0):
        return ClockFault.SKIPPED
    first, second = at.replace(fold=0), at.replace(fold=1)
    return ClockFault.TWICE if first.utcoffset() != second.utcoffset() else None
