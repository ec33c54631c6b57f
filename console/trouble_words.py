"""What people are told of a delivery: its state in words, what happened, what to do about it.

The board and the mails say the same, so the words are here, below both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from console.actions import cards
from console.catalogue import N_
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState

TAGS: Mapping[DeliveryState, tuple[str, str]] = {
    DeliveryState.QUEUED: (N_("waiting"), "grey"),
    DeliveryState.SENDING: (N_("sending"), "blue"),
    DeliveryState.SENT: (N_("sent"), "green"),
    DeliveryState.FAILED: (N_("failed"), "red"),
    DeliveryState.UNCERTAIN: (N_("may be public: check"), "orange"),
    DeliveryState.CANCELLED: (N_("cancelled"), "grey"),
}
_REHEARSED = {
    DeliveryState.SENT: (N_("rehearsed"), "green"),
    DeliveryState.UNCERTAIN: (N_("may be there: check"), "orange"),
}
LATE = (N_("late"), "orange")
HELD = (N_("held"), "orange")
_UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)


def tags(exercise: bool) -> Mapping[DeliveryState, tuple[str, str]]:
    """An exercise sends nothing to the public, and does not say that it did."""
    return {**TAGS, **_REHEARSED} if exercise else TAGS


def tag(
    state: DeliveryState, *, exercise: bool, late: bool = False, held: bool = False
) -> tuple[str, str]:
    """The state of a delivery, ``late`` where it should have left long ago, ``held`` where somebody
    froze its channel."""
    if held and state is DeliveryState.QUEUED:
        return HELD
    return LATE if late and state in _UNDER_WAY else tags(exercise)[state]


def tag_of(one: cards.Delivery, *, exercise: bool, late: bool) -> tuple[str, str]:
    return tag(one.state, exercise=exercise, late=late, held=one.hold is not None)


WHAT_TO_DO: Mapping[str, tuple[str, str]] = {
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
        "Check the address: in the channel's list of recipients, or in its settings. Then send "
        "again.",
    ),
    Reason.RETURNED: (
        "It was accepted, and came back later: it did not arrive.",
        "Reach this person otherwise, or send again.",
    ),
    Reason.UNSUBSCRIBED: (
        "This person wants no more: they answered STOP.",
        "Nothing has to be done. They get it again when they send START.",
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
    Reason.OUT_OF_USE: (
        "The channel was parked, retired or made a pilot again before this left, so it was not "
        "sent.",
        "See Channels for who did that. Use another channel, or write an update once this one is "
        "in use again.",
    ),
    Reason.LOST: (
        "The worker stopped while it was sending.",
        "Open the account and look whether the post is there.",
    ),
    Reason.LAPSED: (
        "The worker was not heard of again while it was sending.",
        "Open the account and look whether the post is there.",
    ),
    Reason.RESTORED: (
        "The database was put back to an earlier state: it may have been sent since.",
        "Open the account and look whether the post is there.",
    ),
}
_NO_MORE_TODAY = (
    "The network takes no more from this account today.",
    "Use another channel. It can be sent again tomorrow.",
)
_ALTERED_SINCE = (
    "What is in the database is not what was signed, and something left before that was noticed."
)
_UNEXPECTED = (
    "Something went wrong that Skellat does not know.",
    "Ask IT to read the details of the attempt, then send again.",
)


@dataclass(frozen=True)
class Words:
    what: str
    """What happened, where something has to be said."""
    to_do: str


def words(one: cards.Delivery, *, exercise: bool, next_: str = "") -> Words:
    """``next_`` is what Skellat itself does about an unknown outcome, and when."""
    what, to_do = WHAT_TO_DO.get(one.reason, _UNEXPECTED) if one.reason else ("", "")
    maybe = f" It may be {'there' if exercise else 'public'} already." if one.doubtful else ""
    match one.state:
        case DeliveryState.FAILED:
            if one.reason == Reason.RATE:  # for a while would be no failure
                what, to_do = _NO_MORE_TODAY
            if one.reason == Reason.RETURNED and one.detail:
                what = f"{what} “{one.detail}”"
            safe = _SAFE.get(one.reason, _SAFE_TO_REHEARSE if exercise else _SAFE_TO_SEND)
            return Words(f"{what} {safe}".strip(), to_do)
        case DeliveryState.UNCERTAIN:
            how = f"{next_ or _next(one)} {_look(one)}"
            if one.reason == Reason.ALTERED:
                return Words(_ALTERED_SINCE, f"Tell IT and the auditor at once. {how}")
            return Words(what or WHAT_TO_DO[Reason.NO_ANSWER][0], how)
        case DeliveryState.QUEUED if one.hold:
            held = f"Held by {one.hold.by}: {one.hold.reason.rstrip('.')}."
            return Words(held + maybe, "It leaves when somebody lets it go.")
        case DeliveryState.QUEUED if what:
            return Words(what + maybe, "Skellat tries again by itself.")
        case DeliveryState.QUEUED if one.late:
            return Words(
                "It has not left yet.",
                "It leaves by itself as soon as a worker takes it. Tell IT if it stays like this.",
            )
        case DeliveryState.SENDING if one.late:
            return Words(what + maybe, "Skellat is trying it now.")
        case DeliveryState.CANCELLED if one.reason == Reason.OUT_OF_USE:
            return Words(what, to_do)
        case DeliveryState.CANCELLED:
            return Words("", "It had not left yet, and now it will not.")
    return Words("", "")


_SAFE_TO_SEND = "It was not published, and it is safe to send again."
_SAFE_TO_REHEARSE = "It is not there, and it is safe to rehearse again."
_SAFE: Mapping[str, str] = {
    # Safe as well, but of no use.
    Reason.CONTENT: "It is not there.",
    Reason.ALTERED: "",
    Reason.UNSUBSCRIBED: "",
    Reason.RETURNED: "",
}


def _next(one: cards.Delivery) -> str:
    if one.due_at is None:
        return ONLY_A_PERSON
    if one.findable:
        return "Skellat goes on asking the network."
    return "Skellat sends it again by itself, as this channel is set up to."


ONLY_A_PERSON = "Only a person can tell."


def _look(one: cards.Delivery) -> str:
    """How a person finds out."""
    if one.practised:
        return "Look on the practice wall whether it is there."
    if one.where:
        return "Open the account and look whether it is there."
    if "@" in one.recipient:
        return f"Look in the mail server’s log, or ask {one.recipient}, whether it arrived."
    if one.recipient:
        return f"Ask {one.recipient} whether it arrived."
    return f"Ask {one.account} whether it arrived."
