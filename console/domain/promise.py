"""A promised next update: when it is due, when people are reminded, and what keeps it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from console.domain.message import Kind
from console.domain.moment import moment

FIELD = "next_update"
"""The fact that promises it, in every type of incident (templates/incidents/common.toml)."""
OVERDUE = timedelta(minutes=15)
"""So long after it was due, people are reminded a second and last time."""
KEEPS = frozenset({Kind.UPDATE, Kind.ALL_CLEAR, Kind.CANCEL})
"""What ends a promise: people were told how it stands, or that nothing of it does."""


def promised(facts: Mapping[str, Any], said_at: datetime) -> datetime | None:
    """The moment that the facts promise an update by, or None. ``said_at``: local, as the words
    are read."""
    typed = facts.get(FIELD)
    return moment(typed, said_at, future=True) if isinstance(typed, str) and typed else None


def next_reminder(due_at: datetime, now: datetime) -> datetime | None:
    """When people are reminded after ``now``; None: they were, twice."""
    return next((one for one in (due_at, due_at + OVERDUE) if one > now), None)
