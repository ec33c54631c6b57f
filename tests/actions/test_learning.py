"""What a year shows: times and channels, with the exercises apart."""

from datetime import UTC, datetime, timedelta

from console.actions import learning
from console.actions.learning import World
from console.domain.incident import Mode
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.store.learning import Span
from console.store.look_backs import LookBackRow
from tests.stage import Stage


def published(stage: Stage, message: str, seconds: float, state: str = "sent") -> None:
    """Every channel of it, as a worker would write it, one after the other."""
    with stage.sessions.begin() as db:
        for place, row in enumerate(db.query(DeliveryRow).filter_by(message_id=message), 1):
            row.state, row.tries, row.changed_at = state, place, stage.now
            attempt = AttemptRow(delivery_id=row.id, fence=1, worker="w", started_at=stage.now)
            db.add(attempt)
            db.flush()
            db.add(
                OutcomeRow(
                    attempt_id=attempt.id, message_id=message,
                    ended_at=stage.now + timedelta(seconds=seconds * place),
                    outcome="accept" if state == "sent" else "refuse", milliseconds=1,
                )
            )  # fmt: skip


def out(stage: Stage, mode: Mode, minutes: float) -> str:
    message = stage.draft(stage.incident(mode))
    stage.submit(message)
    stage.later(minutes=minutes)
    stage.sign(message)
    return message


def world(stage: Stage, mode: Mode) -> World:
    span = Span(stage.now - timedelta(days=2), stage.now + timedelta(days=2))
    with stage.sessions.read() as db:
        return learning.world(db, mode, span, stage.now)


def test_the_middle_time_to_approve_and_to_publish(stage: Stage) -> None:
    for minutes in (1, 2, 9):
        published(stage, out(stage, Mode.ACTUAL, minutes), 3)
    found = world(stage, Mode.ACTUAL)
    assert (found.incidents, len(found.took)) == (3, 3)
    assert found.middle("approval") == 120
    assert found.worst("approval") == 540
    assert found.middle("first") == 3
    assert found.middle("last") == 3 * len(found.channels)


def test_exercises_are_never_counted_with_actual_incidents(stage: Stage) -> None:
    published(stage, out(stage, Mode.EXERCISE, 1), 3)
    actual, exercise = world(stage, Mode.ACTUAL), world(stage, Mode.EXERCISE)
    assert (actual.incidents, actual.took, actual.channels) == (0, (), ())
    assert actual.middle("approval") is None
    assert (exercise.incidents, len(exercise.took)) == (1, 1)


def test_what_a_channel_did_is_counted_as_it_ended(stage: Stage) -> None:
    published(stage, out(stage, Mode.ACTUAL, 1), 1)
    published(stage, out(stage, Mode.ACTUAL, 1), 1, "failed")
    found = world(stage, Mode.ACTUAL).channels
    assert sum(one.at_once for one in found) == 1
    assert sum(one.after_tries for one in found) == len(found) - 1
    assert {one.failed for one in found} == {1}
    assert {one.reliability for one in found} == {0.5}


def test_another_year_counts_nothing_of_this_one(stage: Stage) -> None:
    out(stage, Mode.ACTUAL, 1)
    past = learning.year_of(stage.now.year - 1, stage.desk.settings.zone)
    with stage.sessions.read() as db:
        assert learning.world(db, Mode.ACTUAL, past, stage.now).incidents == 0


def test_what_ended_without_an_all_clear_is_named(stage: Stage) -> None:
    message = stage.draft(text="Snow.", expires_at=stage.now + timedelta(hours=1))
    stage.submit(message)
    stage.sign(message)
    assert world(stage, Mode.ACTUAL).without_all_clear == ()
    stage.later(hours=2)
    ((incident, until),) = world(stage, Mode.ACTUAL).without_all_clear
    assert incident.id == stage.sheet(message).incident.id
    assert until < stage.now


def test_a_look_back_is_late_when_its_time_has_passed(stage: Stage) -> None:
    early, late = out(stage, Mode.ACTUAL, 1), out(stage, Mode.ACTUAL, 1)
    due = stage.now + timedelta(hours=1)
    with stage.sessions.begin() as db:
        for message, looked in ((early, stage.now), (late, None)):
            db.add(
                LookBackRow(
                    message_id=message, by_id=stage.officer.id, reason="x", at=stage.now,
                    due_at=due, nag_at=due, looked_at=looked, exercise=False,
                )
            )  # fmt: skip
    assert (world(stage, Mode.ACTUAL).look_backs, world(stage, Mode.ACTUAL).late_look_backs) == (
        2, 0,
    )  # fmt: skip
    stage.later(hours=2)
    assert world(stage, Mode.ACTUAL).late_look_backs == 1


def test_an_exercise_names_who_took_part_and_on_which_channels(stage: Stage) -> None:
    message = out(stage, Mode.EXERCISE, 1)
    published(stage, message, 1)
    out(stage, Mode.ACTUAL, 1)
    span = Span(datetime(2020, 1, 1, tzinfo=UTC), stage.now + timedelta(days=1))
    with stage.sessions.read() as db:
        (one,) = learning.exercises(db, span)
    assert "Officer" in one.people
    assert "Skellat" not in one.people
    assert len(one.channels) == len(stage.states(message))
    assert len(one.messages) == 1
