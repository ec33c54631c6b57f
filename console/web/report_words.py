"""What the report card of an exercise says to do better next time, in plain words."""

from datetime import UTC, datetime, timedelta

from console.actions.report_card import ReportCard
from console.actions.same_words import listed
from console.domain.report_card import Lesson
from console.web.record_words import lasted


def lesson(one: Lesson, card: ReportCard) -> tuple[str, str]:
    """What was seen, and what to do about it."""
    shown = card.shown
    match one:
        case Lesson.NOTHING_SENT:
            return ("No message was signed.", "Rehearse again, through to the all clear.")
        case Lesson.FAILED:
            what = f"{listed([*shown.failed])} did not get everything."
            return (what, "Have the custodian check it this week, not on the day.")
        case Lesson.UNKNOWN:
            what = f"Nobody looked whether it had arrived on {listed([*shown.unknown])}."
            return (what, "“May be there: check” waits for a person: open the account and look.")
        case Lesson.LATE:
            what = f"{listed([*shown.late])} took longer than two minutes."
            return (what, "See its attempts on the message’s page, and tell IT.")
        case Lesson.NO_ALL_CLEAR:
            what = f"The all clear was left unsaid on {listed([*card.owed])}."
            return (what, "Before you stand down, look at who was told that it is over.")
        case Lesson.BROKEN_PROMISE:
            many = "A promised update" if shown.broken == 1 else f"{shown.broken} promised updates"
            return (f"{many} did not come in time.", "Promise a time that you can keep.")
        case _:
            return _of_times(one)


def _of_times(one: Lesson) -> tuple[str, str]:
    match one:
        case Lesson.SIGNING:
            return (
                "A sign-off took longer than 90 seconds.",
                "Tell approvers before you send, and have them keep their PIN at hand.",
            )
        case Lesson.CHECKING:
            return (
                "The check of the texts took longer than two minutes.",
                "Fill in the facts, and change the made words only where they are wrong.",
            )
        case Lesson.SENDING:
            return (
                "The last channel had it more than a minute after the signature.",
                "See below which one, and have its custodian check it.",
            )
        case Lesson.ALONE:
            return (
                "One person wrote it and signed it.",
                "Next time let somebody else sign, from the mail, on a telephone.",
            )
        case _:
            return (
                "Nothing followed the alert.",
                "Next time send the update that was promised, and the all clear.",
            )


ROWS = (
    ("From the first save to “Send for approval”", "checking"),
    ("From there to the signature", "signing"),
    ("From the signature to the last channel", "sending"),
    ("From the opening to the last channel", "whole"),
)


def compared(card: ReportCard) -> list[tuple[str, str, str, str]]:
    """For each step of the first message: how long it took, how long last time, and which way."""
    found = []
    before = card.before.alert if card.before else None
    for label, name in ROWS:
        now = getattr(card.alert, name, None)
        then = getattr(before, name, None)
        way = ""
        if now is not None and then is not None:
            way = "faster" if now < then * 0.95 else "slower" if now > then * 1.05 else "as before"
        found.append((label, span(now), span(then), way))
    return found


def span(took: timedelta | None) -> str:
    """``2 min 5 s``; a dash where it did not come to that."""
    if took is None:
        return "–"
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    return lasted(begin, begin + took)
