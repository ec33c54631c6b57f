"""Messages that wait for their hour: never before it, whatever the clock or anybody does."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from console.actions import messages
from console.actions.errors import NotReady
from console.domain.delivery import DeliveryState
from console.domain.message import Kind
from console.store import outbox
from console.store.deliveries import DeliveryRow
from console.store.engine import database_now
from console.store.messages import MessageRow
from tests.stage import Stage
from tests.workers.hands import answer, put, recorded, take
from workers import sweep
from workers.recheck import signed_texts

HOUR = timedelta(hours=1)


def scheduled(stage: Stage, incident: str | None = None, kind: Kind = Kind.ALERT) -> str:
    """Signed, and to go out in an hour."""
    return stage.released(incident, kind, text="Ice is coming.", publish_at=stage.now + HOUR)


def its_hour_comes(stage: Stage, message: str) -> None:
    """As if it had been signed to go out a minute ago."""
    ago = stage.now - timedelta(minutes=1)
    with stage.sessions.begin() as db:
        of_it = DeliveryRow.message_id == message
        db.execute(
            update(DeliveryRow).where(of_it).values(not_before=ago, due_at=ago, created_at=ago)
        )


def test_nothing_leaves_before_its_hour(stage: Stage) -> None:
    message = scheduled(stage)
    assert take(stage) == {}
    assert set(stage.states(message).values()) == {"queued"}
    with stage.sessions.read() as db:
        assert not sweep.due(db, database_now(db), stage.desk.settings.timing).deliveries


def test_everything_leaves_when_its_hour_comes(stage: Stage) -> None:
    at = stage.now + timedelta(milliseconds=200)
    message = stage.released(text="Ice is coming.", publish_at=at)
    found: dict[str, object] = {}
    while not found:
        found = dict(take(stage))
    with stage.sessions.read() as db:
        assert database_now(db) >= at
    assert set(found) == set(stage.states(message))


def test_a_clock_that_is_set_back_sends_nothing_early(stage: Stage) -> None:
    scheduled(stage)
    put(stage, changed_at=stage.now + timedelta(minutes=20))
    with stage.sessions.begin() as db:
        now = database_now(db)
        assert outbox.put_right(db, now=now, until=now)
    assert take(stage) == {}


def test_it_is_stopped_before_its_hour(stage: Stage) -> None:
    message = scheduled(stage)
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=message, reason="Not so", by=stage.officer, now=stage.now)
    assert set(stage.states(message).values()) == {"cancelled"}


def test_it_is_not_late_while_it_waits(stage: Stage) -> None:
    scheduled(stage)
    put(stage, changed_at=stage.now - timedelta(minutes=10))
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert recorded(stage, "people told of trouble") == 0


def test_another_hour_than_the_one_that_was_signed_sends_nothing(stage: Stage) -> None:
    message = scheduled(stage)
    its_hour_comes(stage, message)
    assert take(stage) == {}
    assert set(stage.states(message).values()) == {"failed"}
    assert recorded(stage, "sending refused: not as signed") > 0


def test_another_hour_in_the_message_sends_nothing_either(stage: Stage) -> None:
    message = scheduled(stage)
    its_hour_comes(stage, message)
    with stage.sessions.begin() as db:
        ago = stage.now - timedelta(minutes=1)
        db.get_one(MessageRow, message).publish_at = ago
    assert take(stage) == {}
    assert set(stage.states(message).values()) == {"failed"}


def test_what_waits_for_its_hour_leaves_the_earlier_word_alone(stage: Stage) -> None:
    """The alert that one channel has not taken yet is all that its readers have until then."""
    incident = stage.incident()
    alert = stage.released(incident)
    scheduled(stage, incident, Kind.UPDATE)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert set(stage.states(alert).values()) == {"queued"}
    assert set(take(stage)) == set(stage.states(alert))


def test_when_its_hour_comes_what_is_older_and_has_not_left_is_cancelled(stage: Stage) -> None:
    incident = stage.incident()
    alert = stage.released(incident)
    later = scheduled(stage, incident, Kind.ALL_CLEAR)
    its_hour_comes(stage, later)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert set(stage.states(alert).values()) == {"cancelled"}


def test_an_all_clear_now_cancels_the_update_that_waits(stage: Stage) -> None:
    incident = stage.incident()
    stage.released(incident)
    for one in take(stage).values():
        answer(stage, one)
    waiting = scheduled(stage, incident, Kind.UPDATE)
    clear = stage.released(incident, Kind.ALL_CLEAR)
    assert set(stage.states(waiting).values()) == {"cancelled"}
    assert set(take(stage)) == set(stage.states(clear))


def test_signed_after_its_hour_it_goes_out_at_once(stage: Stage) -> None:
    message = stage.draft(text="Ice is coming.", publish_at=stage.now + timedelta(minutes=5))
    stage.submit(message)
    with stage.sessions.begin() as db:
        # Its hour passes while it waits for its sign-off: everything is ten minutes older.
        stage.now = database_now(db)
    stage.later(minutes=10)
    stage.sign(message)
    due = {one.due_at for one in stage.sheet(message).deliveries}
    with stage.sessions.read() as db:
        row = db.get_one(MessageRow, message)
        assert row.publish_at is not None
        assert row.released_at is not None
        assert row.publish_at < row.released_at
        assert max(one for one in due if one) <= max(row.publish_at, database_now(db))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"publish_at": -1}, "publish_at"),
        ({"publish_at": 15 * 24 * 60}, "publish_at"),
        ({"publish_at": 60, "expires_at": 30}, "expires_at"),
        ({"publish_at": 60, "expires_at": 60}, "expires_at"),
    ],
)
def test_times_that_make_no_sense_are_not_sent_for_approval(
    stage: Stage, words: dict[str, int], field: str
) -> None:
    at = {name: stage.now + timedelta(minutes=minutes) for name, minutes in words.items()}
    message = stage.draft(text="Ice is coming.", **at)
    with pytest.raises(NotReady) as refused:
        stage.submit(message)
    assert [one.field for one in refused.value.troubles] == [field]


def test_the_hour_is_part_of_what_is_signed(stage: Stage) -> None:
    at_once = stage.draft(text="Ice is coming.")
    later = stage.draft(text="Ice is coming.", publish_at=stage.now + HOUR)
    other = stage.draft(text="Ice is coming.", publish_at=stage.now + 2 * HOUR)
    assert len({stage.submit(one) for one in (at_once, later, other)}) == 3


def test_the_hour_is_signed_alike_in_any_zone(stage: Stage) -> None:
    """A form gives a local time, the database gives it back in UTC: the digest is one."""
    local = (stage.now + HOUR).astimezone(stage.desk.settings.zone)
    message = stage.released(text="Ice is coming.", publish_at=local)
    its_hour = stage.sheet(message).message.publish_at
    assert its_hour == local
    with stage.sessions.begin() as db:
        db.execute(
            update(DeliveryRow)
            .where(DeliveryRow.message_id == message)
            .values(state=str(DeliveryState.QUEUED))
        )
    with stage.sessions.read() as db:
        assert signed_texts(db, stage.desk, message).fault == ""
