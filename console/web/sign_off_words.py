"""The words of the approver's page: what was decided, by whom, and what happens next."""

from collections.abc import Callable
from datetime import datetime

from console import languages
from console.actions.review import Review, Stage
from console.actions.same_words import listed
from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.domain.moment import Moment
from console.domain.policy import Bar
from console.settings import Settings
from console.web.words import Sorry

BARS = {
    Bar.NOT_AN_APPROVER: "Your account no longer has a role that may sign this message.",
    Bar.CONTRIBUTED: "You wrote part of this message. Nobody signs their own words.",
    Bar.INACTIVE: "Your account is closed.",
}


ON_THE_CONSOLE = "Nothing was decided: sign in to the console to decide this"


def wrong_pin(left: int, *, linked: bool) -> str:
    tries = "1 try" if left == 1 else f"{left} tries"
    then = "this link stops working" if linked else "you are asked for your second factor instead"
    return f"That is not your sign-off PIN. You have {tries} left, then {then}"


def reason_wrong(reason: str, most: int) -> str:
    if not reason.strip():
        return "Say why, so that the duty officer knows what to change"
    over = len(reason) - most
    return f"Shorten the reason by {over} characters" if over > 0 else ""


def outcome(review: Review, stage: Stage, settings: Settings) -> Sorry | None:
    """What became of the sign-off; None while it is open."""
    make = _OUTCOMES.get(stage)
    return make(review, settings) if make else None


def _released(review: Review, settings: Settings) -> Sorry:
    progress, at = review.sheet.progress, review.sheet.message.released_at
    verb = ("Rehearsing", "Rehearsed on") if review.exercise else ("Publishing", "Published to")
    later = review.sheet.message.publish_at
    if later and at and later > at and progress.waiting == progress.total:
        heading = f"Signed: it goes out at {_when(later, settings)}"
    elif progress.waiting:
        heading = f"{verb[0]}, {_clock(at, settings)}"
    elif progress.sent == progress.total:
        heading = f"{verb[1]} {_channels(progress.total, review)}"
    else:
        heading = f"{verb[1]} {progress.sent} of {_channels(progress.total, review)}"
    by = listed([one.approver for one in review.granted])
    who = "You" if review.own and len(review.granted) == 1 else by
    return Sorry(heading, (f"{who} signed these words at {_clock(at, settings)}.",))


def _signed(review: Review, settings: Settings) -> Sorry:
    left = review.sign_offs_needed - len(review.granted)
    if left <= 0:
        return _signed_in_part(review, settings)
    more = "1 more approver has" if left == 1 else f"{left} more approvers have"
    return Sorry(
        f"You signed. It is not {_done(review)} yet",
        (
            f"{more} to sign the same words by {_when(review.approve_by, settings)}.",
            "They were asked when you were. There is nothing more for you to do.",
        ),
    )


def _signed_in_part(review: Review, settings: Settings) -> Sorry:
    missing = listed([languages.own_name(one) for one in review.unsigned])
    return Sorry(
        f"You signed. It is not {_done(review)} yet",
        (
            f"Somebody who reads {missing} has to sign those words by "
            f"{_when(review.approve_by, settings)}. Nothing goes out before that.",
            _others(review, settings),
        ),
    )


def _others(review: Review, settings: Settings) -> str:
    if any(one.state is ApprovalState.ASKED for one in review.sheet.sign_offs):
        return "They were asked when you were. There is nothing more for you to do."
    return f"Nobody else was asked: {_phone(settings)}, so that it can be sent for approval again."


NOTHING_READ = "Tick each language whose words you have read"


def _stopped(review: Review, settings: Settings) -> Sorry:
    message = review.sheet.message
    return Sorry(
        "Sending was stopped",
        (
            f"It was released at {_clock(message.released_at, settings)} and stopped at "
            f"{_clock(message.settled_at, settings)}.",
            f"The reason: {message.reason}",
        ),
    )


def _expired(review: Review, settings: Settings) -> Sorry:
    return Sorry(
        "Too late to approve this",
        (
            f"It had to be approved by {_when(review.approve_by, settings)}. "
            f"Nothing was {_done(review)}, and this link cannot do it any more.",
            f"If it still has to go out, {_phone(settings)} "
            "and ask for it to be sent for approval again.",
        ),
    )


def _void(review: Review, settings: Settings) -> Sorry:
    still = (
        "You can still decide on the console: sign in, and the request is on your first page."
        if review.state is ApprovalState.ASKED
        else f"In any case {_phone(settings)}: another approver can still sign."
    )
    return Sorry(
        "This link no longer works",
        (
            f"Too many wrong PINs were entered. Nothing was {_done(review)}.",
            f"If it was not you, somebody else has your link: {_phone(settings)}.",
            still,
        ),
    )


def _ended(review: Review, settings: Settings) -> Sorry:
    return Sorry(
        "This request has ended",
        (
            "Your account, or its role as an approver, was taken from you after you were asked. "
            f"Nothing was {_done(review)}.",
            f"Others can still sign, or it can be sent to you again: {_phone(settings)}.",
        ),
    )


def _changed(review: Review, settings: Settings) -> Sorry:
    said = [f"Nothing was {_done(review)} with this link."]
    if review.sheet.message.state is MessageState.AWAITING:
        said.append("If you are to sign again, a newer mail has the link.")
    said.append(f"In doubt, {_phone(settings)}.")
    if review.digest == review.sheet.message.digest:
        return Sorry("The same words were sent for approval again", tuple(said))
    return Sorry("The words were changed after you were asked", tuple(said))


def _sent_back(review: Review, settings: Settings) -> Sorry:
    who = "You" if review.own else review.refused_by or "Another approver"
    return Sorry(
        f"{who} sent this back",
        (
            f"Nothing was {_done(review)}. It is with {review.sheet.message.submitted_by} "
            "to be changed, and you will be asked again.",
            f"The reason: {review.sheet.message.reason}",
        ),
    )


def _rejected(review: Review, settings: Settings) -> Sorry:
    who = "You" if review.own else review.refused_by or "Another approver"
    return Sorry(
        f"{who} rejected this",
        (
            f"Nothing was {_done(review)}, and this message never will be.",
            f"The reason: {review.sheet.message.reason}",
        ),
    )


def _withdrawn(review: Review, settings: Settings) -> Sorry:
    message = review.sheet.message
    at = _clock(message.settled_at, settings)
    why = f"{message.reason} " if message.reason else ""
    return Sorry(
        "This was withdrawn",
        (
            f"{why}The duty officer took it back at {at}. Nothing was {_done(review)}.",
            "There is nothing for you to do.",
        ),
    )


def _barred(review: Review, settings: Settings) -> Sorry:
    assert review.bar is not None
    return Sorry(
        "You cannot sign this message",
        (BARS[review.bar], f"Nothing was {_done(review)}. If this is wrong, {_phone(settings)}."),
    )


_OUTCOMES: dict[Stage, Callable[[Review, Settings], Sorry]] = {
    Stage.RELEASED: _released,
    Stage.SIGNED: _signed,
    Stage.STOPPED: _stopped,
    Stage.EXPIRED: _expired,
    Stage.VOID: _void,
    Stage.ENDED: _ended,
    Stage.CHANGED: _changed,
    Stage.SENT_BACK: _sent_back,
    Stage.REJECTED: _rejected,
    Stage.WITHDRAWN: _withdrawn,
    Stage.BARRED: _barred,
}


def _done(review: Review) -> str:
    return "rehearsed" if review.exercise else "published"


def _channels(count: int, review: Review) -> str:
    practice = "practice " if review.exercise else ""
    return f"{count} {practice}{'channel' if count == 1 else 'channels'}"


def _phone(settings: Settings) -> str:
    phone = settings.council.phone
    return f"phone {phone}" if phone else "phone the duty officer"


def _clock(at: datetime | None, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%H:%M:%S}" if at else ""


def _when(at: datetime, settings: Settings) -> str:
    local = at.astimezone(settings.zone)
    return str(Moment(local, local))
