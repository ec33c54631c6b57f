"""An incident: open or stood down; actual or an exercise, fixed when it is opened."""

from enum import StrEnum


class Mode(StrEnum):
    ACTUAL = "actual"
    EXERCISE = "exercise"


class IncidentState(StrEnum):
    OPEN = "open"
    STOOD_DOWN = "stood down"


class IncidentEvent(StrEnum):
    STAND_DOWN = "stand down"
    REOPEN = "reopen"


NEXT = {
    (IncidentState.OPEN, IncidentEvent.STAND_DOWN): IncidentState.STOOD_DOWN,
    (IncidentState.STOOD_DOWN, IncidentEvent.REOPEN): IncidentState.OPEN,
}
