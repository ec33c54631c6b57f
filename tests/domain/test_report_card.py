"""What an exercise teaches, from its times and its channels."""

from datetime import UTC, datetime, timedelta

from console.domain.report_card import Lesson, Shown, Step, Timeline, lessons

OPENED = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)


def timeline(*seconds: int) -> Timeline:
    """Each step so long after the opening."""
    moments = [OPENED + timedelta(seconds=one) for one in seconds]
    return Timeline(OPENED, dict(zip(Step, moments, strict=False)))


QUICK = timeline(60, 90, 150, 152, 170)


def test_an_exercise_in_which_all_went_well_teaches_nothing() -> None:
    assert lessons(Shown((QUICK, QUICK))) == ()
    assert QUICK.whole == timedelta(seconds=170)


def test_what_was_never_signed_is_said_first_and_alone() -> None:
    assert lessons(Shown((timeline(60, 90),))) == (Lesson.NOTHING_SENT,)
    assert lessons(Shown(())) == (Lesson.NOTHING_SENT,)


def test_each_slow_step_is_a_lesson_of_its_own() -> None:
    assert lessons(Shown((timeline(60, 181, 200, 201, 210), QUICK))) == (Lesson.CHECKING,)
    assert lessons(Shown((timeline(60, 90, 181, 182, 190), QUICK))) == (Lesson.SIGNING,)
    assert lessons(Shown((timeline(60, 90, 100, 101, 161), QUICK))) == (Lesson.SENDING,)


def test_the_most_urgent_lesson_comes_first() -> None:
    shown = Shown(
        (QUICK,), failed=("Mastodon",), late=("Radio",), alone=True, owed=("Radio",), broken=1
    )
    assert lessons(shown) == (
        Lesson.FAILED,
        Lesson.LATE,
        Lesson.NO_ALL_CLEAR,
        Lesson.BROKEN_PROMISE,
        Lesson.ALONE,
        Lesson.ONLY_ALERT,
    )
