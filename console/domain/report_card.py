"""What an exercise shows: how long its steps took, and what to do better next time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CHECKING = timedelta(minutes=2)
SIGNING = timedelta(seconds=90)
SENDING = timedelta(seconds=60)
"""What a snow day at 05:12 leaves for each step. Longer is a lesson, not a fault."""


class Step(StrEnum):
    """The times of a message, each counted from the one before."""

    DRAFTED = "drafted"
    SUBMITTED = "sent for approval"
    SIGNED = "signed"
    FIRST = "first channel"
    LAST = "last channel"


@dataclass(frozen=True)
class Timeline:
    """When a message came to where; a step that it did not come to is missing."""

    opened: datetime
    steps: dict[Step, datetime]

    def took(self, begin: Step, end: Step) -> timedelta | None:
        if begin not in self.steps or end not in self.steps:
            return None
        return max(self.steps[end] - self.steps[begin], timedelta())

    @property
    def checking(self) -> timedelta | None:
        """From the first save to "Send for approval": reading the texts, and changing them."""
        return self.took(Step.DRAFTED, Step.SUBMITTED)

    @property
    def signing(self) -> timedelta | None:
        return self.took(Step.SUBMITTED, Step.SIGNED)

    @property
    def sending(self) -> timedelta | None:
        return self.took(Step.SIGNED, Step.LAST)

    @property
    def whole(self) -> timedelta | None:
        end = self.steps.get(Step.LAST)
        return max(end - self.opened, timedelta()) if end else None


class Lesson(StrEnum):
    """What to do better; the words for people are in ``console/web/report_words.py``."""

    CHECKING = "the check took long"
    SIGNING = "the sign-off took long"
    SENDING = "the last channel took long"
    NOTHING_SENT = "nothing was sent"
    FAILED = "channels failed"
    UNKNOWN = "outcomes were left unknown"
    LATE = "channels were late"
    ALONE = "one person played both parts"
    NO_ALL_CLEAR = "the all clear was left unsaid"
    BROKEN_PROMISE = "a promised update came late or never"
    ONLY_ALERT = "nothing followed the alert"


@dataclass(frozen=True)
class Shown:
    """Everything that lessons are drawn from."""

    timelines: tuple[Timeline, ...]
    failed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    alone: bool = False
    owed: tuple[str, ...] = ()
    broken: int = 0
    """Promised updates that came late, or never."""


def lessons(shown: Shown) -> tuple[Lesson, ...]:
    """The most urgent first."""
    out = [one for one in shown.timelines if Step.SIGNED in one.steps]
    checking, signing, sending = (
        max((took for one in out if (took := getattr(one, name)) is not None), default=None)
        for name in ("checking", "signing", "sending")
    )
    found = {
        Lesson.NOTHING_SENT: not out,
        Lesson.FAILED: bool(shown.failed),
        Lesson.UNKNOWN: bool(shown.unknown),
        Lesson.LATE: bool(shown.late),
        Lesson.NO_ALL_CLEAR: bool(shown.owed),
        Lesson.BROKEN_PROMISE: shown.broken > 0,
        Lesson.SIGNING: signing is not None and signing > SIGNING,
        Lesson.CHECKING: checking is not None and checking > CHECKING,
        Lesson.SENDING: sending is not None and sending > SENDING,
        Lesson.ALONE: shown.alone,
        Lesson.ONLY_ALERT: len(out) == 1,
    }
    return tuple(lesson for lesson, learnt in found.items() if learnt)
