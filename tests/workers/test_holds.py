"""A channel that is held: nothing is claimed on it, others go on, and it leaves when let go."""

import pytest

from console.actions import holding, register
from console.domain.message import Kind
from console.store.engine import database_now
from console.store.register import EVERYTHING
from tests.stage import Stage
from tests.workers.hands import answer, long_ago, put, row, take
from workers import sweep


@pytest.fixture(autouse=True)
def _register(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)


def hold(stage: Stage, channel: str) -> None:
    with stage.sessions.begin() as db:
        holding.hold(db, channel=channel, reason="Odd post", by=stage.approver, now=stage.now)


def let_go(stage: Stage, channel: str) -> None:
    with stage.sessions.begin() as db:
        holding.let_go(db, channel=channel, by=stage.officer, now=stage.now)


def anything_due(stage: Stage) -> bool:
    with stage.sessions.read() as db:
        return sweep.due(db, database_now(db), stage.desk.settings.timing).deliveries


def test_a_frozen_channel_waits_while_the_others_go_on(stage: Stage) -> None:
    stage.released()
    hold(stage, "radio")
    taken = take(stage)
    assert set(taken) == {one.name for one in stage.desk.channels} - {"radio"}
    assert not anything_due(stage), "no worker is kept busy by what may not leave"
    let_go(stage, "radio")
    assert anything_due(stage)
    assert set(take(stage)) == {"radio"}


def test_a_hold_of_everything_stops_every_queue_and_ends_at_once(stage: Stage) -> None:
    hold(stage, EVERYTHING)
    stage.released()
    assert take(stage) == {}
    assert not anything_due(stage)
    let_go(stage, EVERYTHING)
    assert set(take(stage)) == {one.name for one in stage.desk.channels}


def test_a_channel_with_a_pace_is_held_as_the_others(stage: Stage) -> None:
    paced = next(iter(stage.desk.paces))
    stage.released()
    hold(stage, paced)
    assert paced not in take(stage)
    let_go(stage, paced)
    assert set(take(stage)) == {paced}


def test_what_a_worker_has_begun_ends_as_it_ends(stage: Stage) -> None:
    stage.released()
    taken = take(stage)
    hold(stage, EVERYTHING)
    answer(stage, taken["radio"])
    assert row(stage, "radio").state == "sent"


def test_what_was_overtaken_while_it_was_held_does_not_leave(stage: Stage) -> None:
    incident = stage.incident()
    hold(stage, "radio")
    stage.released(incident, text="Snow.", channels=["radio"])
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.", channels=["radio"])
    let_go(stage, "radio")
    taken = take(stage)
    assert [one.post.text for one in taken.values()] == ["It is over."]


def test_what_is_past_its_end_does_not_leave_when_let_go(stage: Stage) -> None:
    stage.released(text="Snow.", channels=["radio"])
    hold(stage, "radio")
    put(stage, expires_at=long_ago())
    let_go(stage, "radio")
    assert take(stage) == {}


def test_what_is_held_is_told_as_held_and_not_as_late(stage: Stage) -> None:
    stage.released(text="Snow.", channels=["radio", "mastodon"])
    hold(stage, "radio")
    put(stage, created_at=long_ago(), changed_at=long_ago())
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert row(stage, "mastodon").alarmed_at, "nobody holds that one"
    assert row(stage, "radio").alarmed_at is None


def test_what_was_let_go_is_late_when_it_waits_from_then_on(stage: Stage) -> None:
    stage.released(text="Snow.", channels=["radio"])
    hold(stage, EVERYTHING)
    put(stage, created_at=long_ago(), changed_at=long_ago())
    let_go(stage, EVERYTHING)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert row(stage, "radio").alarmed_at is None
    put(stage, changed_at=long_ago())
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert row(stage, "radio").alarmed_at
