"""When a limit that a network names is over."""

from datetime import UTC, datetime, timedelta
from math import ceil


def after(seconds: float) -> datetime:
    """Whole seconds, never earlier than promised: epochs and HTTP dates have no fractions."""
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).timestamp()
    return datetime.fromtimestamp(ceil(at), UTC)


def seconds_until(moment: datetime) -> int:
    return ceil((moment - datetime.now(UTC)).total_seconds())
