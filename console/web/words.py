"""All words for people: what a state, a reason, an obstacle means, and what to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext

from console.actions.errors import NobodyToAsk, NotCounted, NotReady, Obstacle, ReasonMissing, Stale
from console.actions.pictures import Flaw as PictureFlaw
from console.catalogue import N_
from console.domain.approval import ApprovalState
from console.domain.clock_change import ClockFault
from console.domain.facts import Reason
from console.domain.message import Kind, MessageState
from console.domain.plain_text import Flaw as TextFlaw
from console.domain.policy import Act, Role
from console.domain.severity import Severity
from console.domain.states import NotAllowed
from console.public.kinds import KINDS as KINDS
from console.store.away import Why
from console.web import channel_words, delivery_words


@dataclass(frozen=True)
class Sorry:
    """A page about something that went wrong: a heading, and sentences on what to do."""

    heading: str
    sentences: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    """What is put into the sentences once they are in the reader's language."""


def said(sorry: Sorry) -> Sorry:
    """In the language of the page. What no catalogue has stays as it is."""
    return Sorry(gettext(sorry.heading), tuple(_said(one, sorry.values) for one in sorry.sentences))


def _said(sentence: str, values: Mapping[str, str]) -> str:
    words = str(gettext(sentence))
    return words % values if values else words


TOO_LARGE = Sorry(
    N_("That was too much to take"),
    (
        N_("The form was larger than this console takes: 1 MB of words, or 8 MB with a picture."),
        N_(
            "Nothing was saved or sent. Press your browser's Back button: what you typed is still "
            "there. Shorten the text or choose a smaller picture, and send it again."
        ),
    ),
)
OTHER_SITE = Sorry(
    N_("This did not come from Skellat"),
    (
        N_("Another website asked your browser to do this. Nothing was done."),
        N_("If you meant to do it, begin again from the first page."),
    ),
)
HTTP = {
    400: Sorry(
        N_("Something in the request was not right"),
        (N_("Nothing was saved or sent."), N_("Go back and try once more.")),
    ),
    404: Sorry(
        N_("There is no such page"),
        (
            N_(
                "If you typed the address, check it. If a link led here, go to the first page "
                "instead."
            ),
        ),
    ),
    405: Sorry(
        N_("This page cannot be opened like that"),
        (N_("Nothing was changed. Begin from the first page."),),
    ),
    500: Sorry(
        N_("Something broke on our side"),
        (
            N_("Press your browser's Back button: what you typed is still there."),
            N_(
                "Whether it was saved is not known. Look at the incident before you send it again; "
                "sending twice does no harm."
            ),
        ),
    ),
}
_DATABASE = {
    Why.BUSY: (
        N_("The database is busy"),
        N_("Something else has been writing to it for longer than a page waits."),
    ),
    Why.DISK: (
        N_("The disk is full"),
        N_(
            "Skellat cannot save anything: its disk is full, or takes nothing more. Tell your IT "
            "department at once. What is on its way already still goes out."
        ),
    ),
    Why.AWAY: (
        N_("The database does not answer"),
        N_(
            "It is being restarted, or cannot be reached. If that lasts for more than a minute, "
            "tell your IT department."
        ),
    ),
}
NOT_SAVED = N_("Nothing was saved, decided or published.")
NOT_KNOWN = N_(
    "Whether it was saved is not known: the database went away at that very moment. Doing it again "
    "is safe, nothing is done twice."
)
_ACTS = {
    Act.DRAFT: N_("Only duty officers draft messages and send them for approval."),
    Act.SIGN: N_("Only approvers sign messages."),
    Act.STOP: N_("Only duty officers and approvers stop a sending."),
    Act.RESEND: N_("Only duty officers and approvers send again."),
    Act.READ: (
        N_(
            "You are signed in, but your account has no role yet. An administrator gives it one; "
            "for some of them a second administrator has to agree, and then you are told by mail."
        )
    ),
    Act.AUDIT: N_("The record is for auditors, approvers, duty officers and administrators."),
    Act.ADMINISTER: N_("Only administrators do this."),
    Act.KEEP: N_("Only channel custodians and administrators keep channels and their lists."),
    Act.ALONE: N_("Policy lets nobody with your roles release a message alone."),
    Act.TAKE_BACK: N_("Only duty officers and approvers take a message back."),
    Act.HOLD: N_("Auditors hold nothing and let nothing go: everybody else who is signed in may."),
    Act.NOTE: N_("Only duty officers and approvers write in the log."),
    Act.AWAY: N_("Approvers say when they are away, and administrators for them."),
}


_ROLES = {
    Role.DUTY_OFFICER: N_("duty officer"),
    Role.APPROVER: N_("approver"),
    Role.AUDITOR: N_("auditor"),
    Role.CUSTODIAN: N_("channel custodian"),
    Role.ADMINISTRATOR: N_("administrator"),
}


def roles(of: Iterable[Role]) -> str:
    """``approver, duty officer``"""
    return ", ".join(str(gettext(_ROLES[one])) for one in sorted(of))


def choose_one(label: str) -> str:
    return f"Choose which “{label}” is to stay"


def not_permitted(act: Act) -> Sorry:
    return Sorry(
        N_("Your account may not do this"),
        (_ACTS[act], N_("Nothing was changed. If you need it, ask an administrator for the role.")),
    )


def database(why: Why, *, unsettled: bool) -> Sorry:
    """The database could not be used just now."""
    heading, what = _DATABASE[why]
    return Sorry(heading, (what, NOT_KNOWN if unsettled else NOT_SAVED))


def too_late(error: NotAllowed) -> Sorry:
    return Sorry(
        "That cannot be done any more",
        (
            f"It is {error.state} now: somebody else, or Skellat itself, was quicker.",
            "Nothing was changed. Look at it again to see where it stands.",
        ),
    )


def obstacle(error: Obstacle) -> Sorry:
    """Why an act was not done, on a page of its own."""
    sentences = (
        delivery_words.obstacle(error)
        or _of_messages(error)
        or channel_words.obstacle(error)
        or ("Nothing was changed.",)
    )
    return Sorry("This was not done", sentences)


def _of_messages(error: Obstacle) -> tuple[str, ...]:
    match error:
        case ReasonMissing():
            return ("It needs a reason. Go back and write one line why.",)
        case Stale():
            return ("Somebody saved this message since you opened it. Open it again.",)
        case NobodyToAsk():
            return (f"{nobody_to_ask(error.needed, error.found)}.", "Nothing was sent.")
        case NotCounted():
            return (f"{error.listed}: type that number on the page that asks for it.",)
        case NotReady():
            return tuple(
                f"{fault(one.reason, one.field, over=one.over, found=one.found)}."
                for one in error.troubles
            )
    return ()


FAULTS: dict[str, str] = {
    "blank": "Fill in “{label}”",
    "unknown": "“{found}” is not known here. Choose one of the list",
    "not in use": (
        "“{found}” is not in use for this (see Channels). Open the message and leave it out"
    ),
    "needed": "{found} takes no message without a picture. Choose one, or leave {found} out",
    "not translated": "Write it in {label} too: policy asks for both before it goes for approval",
    "stood down": "The incident is stood down. Open it again before you write to it",
    "past": "“{found}” has passed. Give a time that is still to come",
    "too far ahead": "A message goes out at most 14 days after it is signed. Give an earlier time",
    "before it goes out": "It would end before it goes out. Give a later end, or none",
    ClockFault.SKIPPED: (
        "There is no {found}: the clocks go forward that night. Give a time before or after it"
    ),
    ClockFault.TWICE: (
        "{found} comes twice: the clocks go back that night. Give a time before or after that hour"
    ),
    "lost": "The picture could not be kept with what you typed. Choose it again",
    Reason.TOO_LONG: "“{label}” is {over} characters too long. Shorten it",
    Reason.TOO_MANY: "“{label}” has {over} places too many. Name a larger area instead",
    Reason.NOT_ONE_LINE: "“{label}” must be one line. Take the line breaks out",
    Reason.WRONG_SHAPE: "“{label}” was not understood. Fill it in again",
    Reason.UNKNOWN_FIELD: "“{label}” is not asked for here. Go back and fill the form in again",
    Reason.UNKNOWN_PLACE: "“{found}” is not in the list of places. Tick places of the list only",
    Reason.TWO_STATUSES: "“{found}” is in two lists. Leave it in one: a place has one status",
    Reason.OTHER_HOST: (
        "“{found}” leads elsewhere than it may. Link to the site of those whose message it is"
    ),
    Reason.NOT_A_REFERENCE: (
        "“{found}” is not a reference. Write its digits, with three capital letters at most"
    ),
    "relay": "{label}: this type passes on others' words alone. Take it out",
    Reason.NO_SUCH_OPTION: "Choose one of the answers to “{label}”",
    Reason.NOT_A_TIME: "“{found}” is not a time. Write it like 07:30, or 07:30, Fri 16 Jan",
    Reason.PASSED: "“{found}” has passed. Give a time that is still to come",
    Reason.NOT_A_NUMBER: "“{found}” is not a telephone number. Write it like 01632 960 123",
    Reason.NOT_A_LINK: "“{found}” is not a link. It begins with https://",
    Reason.UNFILLED: "“{found}” looks like a gap that nobody filled. Write the fact, or remove it",
    TextFlaw.BIDI: (
        "“{label}” has a hidden character ({found}) that turns the direction of text and can "
        "disguise a link. Delete that part and type it again"
    ),
    TextFlaw.HIDDEN: (
        "“{label}” has a character that nobody can see ({found}). Type that part again"
    ),
    TextFlaw.CONTROL: "“{label}” has a control character ({found}). Type that part again",
    TextFlaw.SURROGATE: "“{label}” has half a character in it ({found}). Type that part again",
    TextFlaw.STACKED: "“{label}” has marks stacked on a letter. Type that word again",
    TextFlaw.ENCODED: "“{found}” is mail code, not words. Type that part again",
    TextFlaw.LINK_SIGN_IN: (
        "The link “{found}” has a name before an @, so it leads elsewhere than it seems. "
        "Give the plain address of the page"
    ),
    TextFlaw.LINK_HOST: (
        "The link “{found}” has letters that can imitate another site. Give an address in plain "
        "letters"
    ),
    TextFlaw.LINK_BROKEN: "The link “{found}” names no website. Copy it again, from https:// on",
}

PICTURES: dict[PictureFlaw, str] = {
    PictureFlaw.TOO_BIG: "The picture is too big. Choose one of less than 8 MB",
    PictureFlaw.NOT_A_PICTURE: "The file is not a picture. Choose a JPEG, PNG or WebP file",
    PictureFlaw.MISNAMED: (
        "The file is not what its name says. Save the picture as JPEG, PNG or WebP, and choose that"
    ),
    PictureFlaw.KIND: "That kind of picture is not taken. Choose a still JPEG, PNG or WebP",
    PictureFlaw.MOVING: "A picture that moves is not taken. Choose one that stands still",
    PictureFlaw.BROKEN: "The picture cannot be read to its end. Save it again, or choose another",
}


def fault(reason: str, label: str, *, over: int = 0, found: str = "") -> str:
    """One sentence: what is wrong with the field that people know by this label."""
    sentence = FAULTS.get(reason, "“{label}” does not do: " + reason.replace("{", "("))
    return sentence.format(label=label, over=f"{over:,}", found=found[:80])


def nobody_to_ask(needed: int, found: int) -> str:
    people = {0: "Nobody", 1: "Only one person"}.get(found, f"Only {found} people")
    return (
        f"{people} may sign this, and policy asks for {needed}. Ask an administrator to add an "
        "approver who has not written any of it"
    )


SEVERITIES: dict[Severity, str] = {
    Severity.MINOR: "Minor: it is a nuisance",
    Severity.MODERATE: "Moderate: it may harm",
    Severity.SEVERE: "Severe: it harms many",
    Severity.EXTREME: "Extreme: danger to life",
}
_A_KIND: dict[Kind, str] = {
    Kind.ALERT: "an alert",
    Kind.UPDATE: "an update",
    Kind.CORRECTION: "a correction",
    Kind.ALL_CLEAR: "the all clear",
    Kind.CANCEL: "a cancel message",
}


def begin(kind: Kind, exercise: bool) -> str:
    """What the button that begins a message says. “Cancel” alone would seem to leave the page."""
    return f"{'Rehearse' if exercise else 'Write'} {_A_KIND[kind]}"


NEXT_HINTS: dict[Kind, str] = {
    Kind.UPDATE: "Something has changed, or the update that you promised is due.",
    Kind.CORRECTION: "We said something wrong: say what, and what is right.",
    Kind.ALL_CLEAR: "It is over: say so, and what people can do again.",
    Kind.CANCEL: "The message should not have gone out: nothing in it stands.",
}
MESSAGE_TAGS: dict[MessageState, tuple[str, str]] = {
    MessageState.DRAFT: ("draft", "grey"),
    MessageState.AWAITING: ("awaiting approval", "yellow"),
    MessageState.WITHDRAWN: ("withdrawn", "grey"),
    MessageState.REJECTED: ("rejected", "red"),
    MessageState.EXPIRED: ("expired", "orange"),
    MessageState.RELEASED: ("released", "green"),
    MessageState.STOPPED: ("stopped", "red"),
}
SIGN_OFF_TAGS: dict[ApprovalState, tuple[str, str]] = {
    ApprovalState.ASKED: ("asked", "yellow"),
    ApprovalState.GRANTED: ("approved", "green"),
    ApprovalState.REFUSED: ("refused", "red"),
    ApprovalState.SUPERSEDED: ("overtaken", "grey"),
    ApprovalState.LAPSED: ("lapsed", "grey"),
}
