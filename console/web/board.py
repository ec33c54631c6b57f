"""What the board says of a message: its heading, and each delivery's state in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.actions import cards
from console.domain.channel import Reason
from console.domain.delivery import DeliveryEvent, DeliveryState
from console.domain.message import MessageState

LATE = timedelta(seconds=120)
"""After this long without an outcome a delivery is called late."""

TAGS: dict[DeliveryState, tuple[str, str]] = {
    DeliveryState.QUEUED: ("waiting", "grey"),
    DeliveryState.SENDING: ("sending", "blue"),
    DeliveryState.SENT: ("sent", "green"),
    DeliveryState.FAILED: ("failed", "red"),
    DeliveryState.UNCERTAIN: ("may be public: check", "orange"),
    DeliveryState.CANCELLED: ("cancelled", "grey"),
}

_REHEARSED = {
    DeliveryState.SENT: ("rehearsed", "green"),
    DeliveryState.UNCERTAIN: ("may be there: check", "orange"),
}


def tags(exercise: bool) -> dict[DeliveryState, tuple[str, str]]:
    """An exercise sends nothing to the public, and does not say that it did."""
    return TAGS | _REHEARSED if exercise else TAGS


def counted(progress: cards.Progress, exercise: bool) -> str:
    """``4 of 5 sent``"""
    return f"{progress.sent} of {progress.total} {'rehearsed' if exercise else 'sent'}"


OUTCOMES: dict[str, str] = {
    DeliveryEvent.ACCEPT: "accepted by the network",
    DeliveryEvent.REFUSE: "refused",
    DeliveryEvent.POSTPONE: "not sent, to be tried again",
    DeliveryEvent.LOSE: "no clear answer",
}
"""How an attempt ended."""

WHAT_TO_DO: dict[str, tuple[str, str]] = {
    Reason.CREDENTIAL: (
        "The network did not accept our sign-in.",
        "Ask the channel's custodian to renew its password or token, then send again.",
    ),
    Reason.FORBIDDEN: (
        "The network does not let this account post.",
        "Look at the account on the network: it may be locked. Then send again.",
    ),
    Reason.CONTENT: (
        "The network did not take these words or this picture.",
        "Sending the same again will not help. Write a correction for this channel, or do without.",
    ),
    Reason.RECIPIENT: (
        "There is no such recipient.",
        "Check the address in the channel's settings, then send again.",
    ),
    Reason.RATE: ("The network asks us to slow down.", "Wait a few minutes, then send again."),
    Reason.UNREACHABLE: (
        "The network could not be reached.",
        "See whether other websites can be reached from here, then send again.",
    ),
    Reason.TLS: (
        "The network's certificate could not be trusted, so nothing was sent.",
        "Ask IT whether the network or our own proxy has changed. Do not work round it.",
    ),
    Reason.REDIRECTED: (
        "The network's address has moved.",
        "Ask IT to check the channel's address, then send again.",
    ),
    Reason.NO_ANSWER: (
        "The message left, and the network did not answer.",
        "Open the account and look whether the post is there, then say so here.",
    ),
    Reason.SERVER: (
        "The network reported an error of its own.",
        "Wait a minute, then send again.",
    ),
    Reason.BAD_ANSWER: (
        "The network answered something that we do not understand.",
        "Open the account and look whether the post is there.",
    ),
    Reason.MISCONFIGURED: (
        "The channel is not set up completely.",
        "Ask IT to run “skellat check”, which says what is missing. Then send again.",
    ),
    Reason.ALTERED: (
        "What is in the database is not what was signed, so nothing was sent.",
        "Tell IT and the auditor at once. Write the message again and have it signed.",
    ),
    Reason.LOST: (
        "The worker stopped while it was sending.",
        "Open the account and look whether the post is there.",
    ),
    Reason.RESTORED: (
        "The database was put back to an earlier state: it may have been sent since.",
        "Open the account and look whether the post is there.",
    ),
}
_UNEXPECTED = (
    "Something went wrong that Skellat does not know.",
    "Open the account and look whether the post is there. The details below help IT.",
)
_LOOK = "Open the account and look: published already, or not?"
_LOOKING = "Skellat is asking the network; look there too, if you can."


@dataclass(frozen=True)
class Line:
    """One delivery on the board."""

    delivery: cards.Delivery
    tag: str
    colour: str
    what: str
    """What happened, where something has to be said."""
    to_do: str

    @property
    def can_send_again(self) -> bool:
        return self.delivery.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN)

    @property
    def can_confirm(self) -> bool:
        return self.delivery.state is DeliveryState.UNCERTAIN


@dataclass(frozen=True)
class Board:
    heading: str
    lines: tuple[Line, ...]
    every: int
    """Seconds until the page asks again; 0 where nothing is under way."""
    said: str
    """What is read out when it changes."""


def board(sheet: cards.MessageSheet, now: datetime) -> Board:
    lines = tuple(_line(one, now, sheet.incident.exercise) for one in sheet.deliveries)
    heading = _heading(sheet)
    troubled = [f"{one.delivery.title}: {one.tag}" for one in lines if one.can_send_again]
    return Board(heading, lines, _every(sheet), ". ".join([heading, *troubled]))


def _heading(sheet: cards.MessageSheet) -> str:
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


def _every(sheet: cards.MessageSheet) -> int:
    if sheet.message.state is MessageState.AWAITING:
        return 5
    if sheet.progress.waiting:
        return 2
    return 5 if sheet.progress.uncertain else 0


def _line(delivery: cards.Delivery, now: datetime, exercise: bool) -> Line:
    tag, colour = tags(exercise)[delivery.state]
    under_way = delivery.state in (DeliveryState.QUEUED, DeliveryState.SENDING)
    if under_way and now - _since(delivery) > LATE:
        tag, colour = "late", "orange"
    what, to_do = _words(delivery)
    return Line(delivery, tag, colour, what, to_do)


def _since(delivery: cards.Delivery) -> datetime:
    """When sending should have begun: the first try, or when it was queued."""
    return delivery.attempts[0].started_at if delivery.attempts else delivery.changed_at


def _words(delivery: cards.Delivery) -> tuple[str, str]:
    what, to_do = WHAT_TO_DO.get(delivery.reason, _UNEXPECTED) if delivery.reason else ("", "")
    match delivery.state:
        case DeliveryState.FAILED:
            return what, to_do
        case DeliveryState.UNCERTAIN:
            asked = _LOOKING if delivery.due_at else _LOOK
            return what or WHAT_TO_DO[Reason.NO_ANSWER][0], asked
        case DeliveryState.QUEUED if what:
            return what, "Skellat tries again by itself."
        case DeliveryState.CANCELLED:
            return "", "It had not left yet, and now it will not."
    return "", ""
