"""State machines as tables: (state, event) -> next state; a missing pair is not allowed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class NotAllowed(Exception):
    """The event cannot happen in this state."""

    def __init__(self, state: StrEnum, event: StrEnum) -> None:
        super().__init__(f"{event} is not possible when {state}")
        self.state = state
        self.event = event


def after(table: Mapping[tuple[State, Event], State], state: State, event: Event) -> State:
    """The state that follows; raises `NotAllowed` for a pair that the table does not have."""
    try:
        return table[state, event]
    except KeyError:
        raise NotAllowed(state, event) from None
