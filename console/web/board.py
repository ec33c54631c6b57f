"""What the board says of a message: its heading, and each delivery's state in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import ceil
from zoneinfo import ZoneInfo

from console import trouble_words
from console.actions import cards
from console.domain.delivery import DeliveryEvent, DeliveryState
from console.domain.message import MessageState
from console.domain.moment import Moment
from console.settings import Settings


def counted(progress: cards.Progress, exercise: bool) -> str:
    """``4 of 5 sent``"""
    return f"{progress.sent:,} of {progress.total:,} {'rehearsed' if exercise else 'sent'}"


OUTCOMES: dict[str, str] = {
    DeliveryEvent.ACCEPT: "accepted by the network",
    DeliveryEvent.REFUSE: "refused",
    DeliveryEvent.POSTPONE: "not sent, to be tried again",
    DeliveryEvent.LOSE: "no clear answer",
}
"""How an attempt ended."""
SCHEDULED = ("scheduled", "blue")
WAYS: dict[str, str] = {
    "edited": "Edited in place: the earlier post has these words now.",
    "replied": "Replied to our earlier post.",
}
"""How a post reached its network, where it is not one of its own."""

UNTIL_NEXT_LOOK = timedelta(seconds=5)
"""The slowest that a page asks again. What is late by then is shown as late now, so that nobody
waits longer than `Timing.late` for the word."""


@dataclass(frozen=True)
class Line:
    """One delivery on the board."""

    delivery: cards.Delivery
    tag: str
    colour: str
    what: str
    """What happened, where something has to be said."""
    to_do: str
    released: bool
    """False where the message was stopped: then nothing of it is sent again."""

    @property
    def trouble(self) -> bool:
        return self.delivery.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN)

    @property
    def can_send_again(self) -> bool:
        return self.trouble and self.released

    @property
    def can_confirm(self) -> bool:
        return self.delivery.state is DeliveryState.UNCERTAIN

    @property
    def can_look(self) -> bool:
        return self.can_confirm and self.delivery.findable


@dataclass(frozen=True)
class List:
    """A channel with many recipients on the board: numbers, and those in trouble."""

    group: cards.Group
    tag: str
    colour: str
    lines: tuple[Line, ...]
    released: bool

    @property
    def can_send_again(self) -> int:
        """How many certainly did not arrive."""
        return self.group.progress.failed if self.released else 0


@dataclass(frozen=True)
class Board:
    heading: str
    lines: tuple[Line, ...]
    lists: tuple[List, ...]
    every: int
    """Seconds until the page asks again; 0 where nothing is under way."""
    said: str
    """What is read out when it changes."""

    @property
    def runs(self) -> list[tuple[bool, tuple[Line, ...]]]:
        """The lines in their order, in runs of those that need a person and those that do not."""
        runs = groupby(self.lines, key=lambda one: one.trouble)
        return [(trouble, tuple(run)) for trouble, run in runs]


def board(sheet: cards.MessageSheet, now: datetime, settings: Settings) -> Board:
    lines = tuple(_line(one, sheet, now, settings) for one in sheet.deliveries)
    heading = _heading(sheet, now, settings.zone)
    lists = tuple(_list(one, sheet, now, settings) for one in sheet.groups)
    troubled = [f"{one.delivery.title}: {one.tag}" for one in lines if one.trouble]
    troubled += [f"{one.group.title}: {one.tag}" for one in lists if one.lines]
    return Board(heading, lines, lists, _every(sheet, now), ". ".join([heading, *troubled]))


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return str(Moment(local, local))


def scheduled(message: cards.Message, now: datetime) -> bool:
    """True where it is signed, and its time has not come."""
    return (
        message.state is MessageState.RELEASED
        and message.publish_at is not None
        and message.publish_at > now
    )


def _heading(sheet: cards.MessageSheet, now: datetime, zone: ZoneInfo) -> str:
    if scheduled(sheet.message, now) and sheet.message.publish_at:
        return f"Goes out at {_when(sheet.message.publish_at, zone)}"
    match sheet.message.state:
        case MessageState.DRAFT:
            return "Sent back to you" if sheet.message.reason else "Draft"
        case MessageState.AWAITING:
            return "Waiting for approval"
        case MessageState.RELEASED | MessageState.STOPPED:
            far = counted(sheet.progress, sheet.incident.exercise)
            return far if sheet.message.state == MessageState.RELEASED else f"Stopped: {far}"
        case other:
            return str(other).capitalize()


def _every(sheet: cards.MessageSheet, now: datetime) -> int:
    if scheduled(sheet.message, now):
        return 5
    if sheet.message.state is MessageState.AWAITING:
        return 5
    if sheet.progress.waiting:
        return 2
    return 5 if sheet.progress.uncertain else 0


def _list(group: cards.Group, sheet: cards.MessageSheet, now: datetime, settings: Settings) -> List:
    """Its tag says what most needs a person, else how far it is."""
    lines = tuple(_line(one, sheet, now, settings) for one in group.listed)
    tags = trouble_words.tags(sheet.incident.exercise)
    progress, order = group.progress, DeliveryState
    if progress.uncertain:
        tag, colour = tags[order.UNCERTAIN]
        tag = f"{progress.uncertain:,} {tag}"
    elif progress.failed:
        tag, colour = tags[order.FAILED]
        tag = f"{progress.failed:,} {tag}"
    elif progress.waiting:
        tag, colour = tags[order.SENDING]
    else:
        tag, colour = tags[order.SENT if progress.sent else order.CANCELLED]
    return List(group, tag, colour, lines, sheet.message.state is MessageState.RELEASED)


def _line(
    delivery: cards.Delivery, sheet: cards.MessageSheet, now: datetime, settings: Settings
) -> Line:
    exercise = sheet.incident.exercise
    if _waits(delivery, now) and delivery.not_before:
        leaves = f"It leaves at {_when(delivery.not_before, settings.zone)}."
        return Line(delivery, *SCHEDULED, "", leaves, sheet.message.state is MessageState.RELEASED)
    since = max(delivery.changed_at, delivery.not_before or delivery.changed_at)
    late = delivery.late or now - since > settings.timing.late - UNTIL_NEXT_LOOK
    tag, colour = trouble_words.tag_of(delivery, exercise=exercise, late=late)
    said = trouble_words.words(
        delivery, exercise=exercise, next_=_next(delivery, now, settings.zone)
    )
    released = sheet.message.state is MessageState.RELEASED
    to_do = said.to_do or WAYS.get(delivery.way, "")
    return Line(delivery, tag, colour, said.what, to_do, released)


def _waits(delivery: cards.Delivery, now: datetime) -> bool:
    """For its hour alone."""
    later = delivery.not_before is not None and delivery.not_before > now
    return delivery.state is DeliveryState.QUEUED and delivery.hold is None and later


def _next(delivery: cards.Delivery, now: datetime, zone: ZoneInfo) -> str:
    """What Skellat does about an unknown outcome, and when. Empty where there is nothing to add."""
    if delivery.state is not DeliveryState.UNCERTAIN or delivery.due_at is None:
        return ""
    seconds = ceil((delivery.due_at - now).total_seconds())
    when = f"at {delivery.due_at.astimezone(zone):%H:%M}" if seconds > 90 else f"in {seconds} s"
    if delivery.findable:
        if seconds <= 0:
            return "Skellat is asking the network now."
        return f"Skellat asks the network again {when}."
    return f"Skellat sends it again {when if seconds > 0 else 'now'}, as this channel is set up to."
