"""The words of the approver's page: what was decided, by whom, and what happens next."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from console import catalogue
from console.actions.review import Review, Stage
from console.catalogue import N_
from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.domain.policy import Bar
from console.settings import Settings
from console.web.locales import current
from console.web.words import Sorry

BARS = {
    Bar.NOT_AN_APPROVER: N_("Your account no longer has a role that may sign this message."),
    Bar.CONTRIBUTED: N_("You wrote part of this message. Nobody signs their own words."),
    Bar.INACTIVE: N_("Your account is closed."),
}


def wrong_pin(left: int, *, linked: bool) -> str:
    if linked:
        then = ngettext(
            "You have %(num)s try left, then this link stops working",
            "You have %(num)s tries left, then this link stops working",
            left,
        )
    else:
        then = ngettext(
            "You have %(num)s try left, then you are asked for your second factor instead",
            "You have %(num)s tries left, then you are asked for your second factor instead",
            left,
        )
    wrong = _("That is not your sign-off PIN.")
    return f"{wrong} {then}"


def reason_wrong(reason: str, most: int) -> str:
    if not reason.strip():
        return str(_("Say why, so that the duty officer knows what to change"))
    over = len(reason) - most
    if over <= 0:
        return ""
    return str(
        ngettext(
            "Shorten the reason by %(num)s character",
            "Shorten the reason by %(num)s characters",
            over,
        )
    )


def outcome(review: Review, stage: Stage, settings: Settings) -> Sorry | None:
    """What became of the sign-off; None while it is open."""
    make = _OUTCOMES.get(stage)
    return make(review, settings) if make else None


def _released(review: Review, settings: Settings) -> Sorry:
    clock = _clock(review.sheet.message.released_at, settings)
    if review.own and len(review.granted) == 1:
        signed = _("You signed these words at %(clock)s.", clock=clock)
    else:
        by = catalogue.listed([one.approver for one in review.granted], current())
        signed = _("%(who)s signed these words at %(clock)s.", who=by, clock=clock)
    return Sorry(_progress(review, settings, clock), (signed,))


def _progress(review: Review, settings: Settings, clock: str) -> str:
    progress, at = review.sheet.progress, review.sheet.message.released_at
    later = review.sheet.message.publish_at
    if later and at and later > at and progress.waiting == progress.total:
        return str(_("Signed: it goes out at %(when)s", when=_when(later, settings)))
    if progress.waiting:
        going = _("Rehearsing, %(clock)s") if review.exercise else _("Publishing, %(clock)s")
        return str(going % {"clock": clock})
    channels = _channels(progress.total, review)
    if progress.sent < progress.total:
        channels = _("%(done)s of %(channels)s", done=progress.sent, channels=channels)
    on = _("Rehearsed on %(channels)s") if review.exercise else _("Published to %(channels)s")
    return str(on % {"channels": channels})


def _signed(review: Review, settings: Settings) -> Sorry:
    left = review.sign_offs_needed - len(review.granted)
    if left <= 0:
        return _signed_in_part(review, settings)
    more = ngettext(
        "%(num)s more approver has to sign the same words by %(when)s.",
        "%(num)s more approvers have to sign the same words by %(when)s.",
        left,
        when=_when(review.approve_by, settings),
    )
    return Sorry(_not_yet(review), (more, _nothing_more()))


def _signed_in_part(review: Review, settings: Settings) -> Sorry:
    names = [catalogue.language_name(one, current()) for one in review.unsigned]
    missing = _(
        "Somebody who reads %(languages)s has to sign those words by %(when)s. Nothing goes out "
        "before that.",
        languages=catalogue.listed(names, current()),
        when=_when(review.approve_by, settings),
    )
    return Sorry(_not_yet(review), (missing, _others(review, settings)))


def _not_yet(review: Review) -> str:
    if review.exercise:
        return str(_("You signed. It is not rehearsed yet"))
    return str(_("You signed. It is not published yet"))


def _others(review: Review, settings: Settings) -> str:
    if any(one.state is ApprovalState.ASKED for one in review.sheet.sign_offs):
        return _nothing_more()
    return str(
        _(
            "Nobody else was asked: %(phone)s, so that it can be sent for approval again.",
            phone=_phone(settings),
        )
    )


def _nothing_more() -> str:
    return str(_("They were asked when you were. There is nothing more for you to do."))


def _stopped(review: Review, settings: Settings) -> Sorry:
    message = review.sheet.message
    times = _(
        "It was released at %(released)s and stopped at %(stopped)s.",
        released=_clock(message.released_at, settings),
        stopped=_clock(message.settled_at, settings),
    )
    return Sorry(_("Sending was stopped"), (times, _reason(message.reason)))


def _expired(review: Review, settings: Settings) -> Sorry:
    by = _("It had to be approved by %(when)s.", when=_when(review.approve_by, settings))
    nothing = (
        _("Nothing was rehearsed, and this link cannot do it any more.")
        if review.exercise
        else _("Nothing was published, and this link cannot do it any more.")
    )
    again = _(
        "If it still has to go out, %(phone)s and ask for it to be sent for approval again.",
        phone=_phone(settings),
    )
    return Sorry(_("Too late to approve this"), (f"{by} {nothing}", again))


def _void(review: Review, settings: Settings) -> Sorry:
    phone, many = _phone(settings), _("Too many wrong PINs were entered.")
    return Sorry(
        _("This link no longer works"),
        (
            f"{many} {_nothing(review)}",
            _("If it was not you, somebody else has your link: %(phone)s.", phone=phone),
            _(
                "You can still decide on the console: sign in, and the request is on your first "
                "page."
            )
            if review.state is ApprovalState.ASKED
            else _("In any case %(phone)s: another approver can still sign.", phone=phone),
        ),
    )


def _ended(review: Review, settings: Settings) -> Sorry:
    taken = _("Your account, or its role as an approver, was taken from you after you were asked.")
    others = _(
        "Others can still sign, or it can be sent to you again: %(phone)s.", phone=_phone(settings)
    )
    return Sorry(_("This request has ended"), (f"{taken} {_nothing(review)}", others))


def _changed(review: Review, settings: Settings) -> Sorry:
    said = [
        _("Nothing was rehearsed with this link.")
        if review.exercise
        else _("Nothing was published with this link.")
    ]
    if review.sheet.message.state is MessageState.AWAITING:
        said.append(_("If you are to sign again, a newer mail has the link."))
    said.append(_("In doubt, %(phone)s.", phone=_phone(settings)))
    if review.digest == review.sheet.message.digest:
        return Sorry(_("The same words were sent for approval again"), tuple(said))
    return Sorry(_("The words were changed after you were asked"), tuple(said))


def _sent_back(review: Review, settings: Settings) -> Sorry:
    message = review.sheet.message
    heading = (
        _("You sent this back")
        if review.own
        else _("%(who)s sent this back", who=_who_refused(review))
    )
    next_ = _(
        "It is with %(who)s to be changed, and you will be asked again.", who=message.submitted_by
    )
    return Sorry(heading, (f"{_nothing(review)} {next_}", _reason(message.reason)))


def _rejected(review: Review, settings: Settings) -> Sorry:
    heading = (
        _("You rejected this")
        if review.own
        else _("%(who)s rejected this", who=_who_refused(review))
    )
    never = (
        _("Nothing was rehearsed, and this message never will be.")
        if review.exercise
        else _("Nothing was published, and this message never will be.")
    )
    return Sorry(heading, (never, _reason(review.sheet.message.reason)))


def _who_refused(review: Review) -> str:
    return review.refused_by or str(_("Another approver"))


def _withdrawn(review: Review, settings: Settings) -> Sorry:
    message = review.sheet.message
    at = _clock(message.settled_at, settings)
    why = f"{message.reason} " if message.reason else ""
    back = _("The duty officer took it back at %(clock)s.", clock=at)
    return Sorry(
        _("This was withdrawn"),
        (f"{why}{back} {_nothing(review)}", _("There is nothing for you to do.")),
    )


def _barred(review: Review, settings: Settings) -> Sorry:
    assert review.bar is not None
    wrong = _("If this is wrong, %(phone)s.", phone=_phone(settings))
    return Sorry(
        _("You cannot sign this message"), (_(BARS[review.bar]), f"{_nothing(review)} {wrong}")
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


def _nothing(review: Review) -> str:
    return str(_("Nothing was rehearsed.") if review.exercise else _("Nothing was published."))


def _reason(reason: str) -> str:
    return str(_("The reason: %(reason)s", reason=reason))


def _channels(count: int, review: Review) -> str:
    if review.exercise:
        return str(ngettext("%(num)s practice channel", "%(num)s practice channels", count))
    return str(ngettext("%(num)s channel", "%(num)s channels", count))


def _phone(settings: Settings) -> str:
    """In the middle of a sentence."""
    phone = settings.council.phone
    return str(_("phone %(phone)s", phone=phone) if phone else _("phone the duty officer"))


def _clock(at: datetime | None, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%H:%M:%S}" if at else ""


def _when(at: datetime, settings: Settings) -> str:
    return catalogue.when(at.astimezone(settings.zone), current())
