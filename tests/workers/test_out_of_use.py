"""A channel that was parked or retired: what still waits for it does not leave, and says why."""

import pytest

from console import trouble_words
from console.actions import deliveries, people, register
from console.actions.errors import OutOfUse
from console.actions.people import User
from console.domain.incident import Mode
from console.domain.policy import Role
from console.domain.register import Move
from console.store.audit import Actor
from console.store.engine import database_now
from console.store.register import ChannelRow
from tests.stage import PASSWORD, Stage
from tests.workers.hands import answer, put, recorded, row, take
from workers import sweep


@pytest.fixture
def keeper(stage: Stage) -> User:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
        return people.add(
            db,
            email="keeper@northbrae.example",
            name="Keeper",
            roles=[Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def move(stage: Stage, keeper: User, how: Move, channel: str = "radio") -> None:
    with stage.sessions.begin() as db:
        register.move(db, name=channel, move=how, by=keeper, now=stage.now)


@pytest.mark.parametrize("how", [Move.PARK, Move.RETIRE])
def test_what_still_waits_is_cancelled_and_the_board_says_why(
    stage: Stage, keeper: User, how: Move
) -> None:
    message = stage.released()
    move(stage, keeper, how)
    taken = take(stage)
    assert "radio" not in taken
    assert len(taken) == len(stage.desk.channels) - 1, "the others go on"
    with stage.sessions.read() as db:
        assert sweep.any_unsendable(db, database_now(db))
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert stage.states(message)["radio"] == "cancelled"
    assert recorded(stage, "cancelled: may not leave any more") == 1
    card = next(one for one in stage.sheet(message).deliveries if one.channel == "radio")
    assert "parked, retired" in trouble_words.words(card, exercise=False).what


def test_what_may_be_public_already_is_not_called_cancelled(stage: Stage, keeper: User) -> None:
    stage.released(text="Snow.", channels=["radio"])
    put(stage, doubtful=True)
    move(stage, keeper, Move.PARK)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert row(stage, "radio").state == "uncertain"


def test_what_a_worker_has_begun_ends_as_it_ends(stage: Stage, keeper: User) -> None:
    stage.released(text="Snow.", channels=["radio"])
    taken = take(stage)
    move(stage, keeper, Move.PARK)
    answer(stage, taken["radio"])
    assert row(stage, "radio").state == "sent"


def test_a_channel_that_is_a_pilot_again_takes_exercises_and_nothing_else(
    stage: Stage, keeper: User
) -> None:
    actual = stage.released(text="Snow.", channels=["radio"])
    move(stage, keeper, Move.PARK)
    move(stage, keeper, Move.RETURN)
    rehearsed = stage.released(stage.incident(Mode.EXERCISE), text="Snow.", channels=["radio"])
    assert [one.post.exercise for one in take(stage).values()] == [True]
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert stage.states(actual) == {"radio": "cancelled"}
    assert stage.states(rehearsed) == {"radio": "sending"}


def test_nothing_is_sent_again_on_it_by_hand(stage: Stage, keeper: User) -> None:
    message = stage.released(text="Snow.", channels=["radio"])
    put(stage, state="failed", reason="server error")
    move(stage, keeper, Move.PARK)
    with pytest.raises(OutOfUse), stage.sessions.begin() as db:
        deliveries.resend(db, delivery_id=row(stage, "radio").id, by=stage.officer, now=stage.now)
    with stage.sessions.begin() as db:
        again = deliveries.resend_failed(
            db, message_id=message, channel="radio", by=stage.officer, now=stage.now
        )
    assert again == 0


def test_a_channel_that_the_register_does_not_know_sends(stage: Stage, keeper: User) -> None:
    with stage.sessions.begin() as db:
        db.delete(db.get_one(ChannelRow, "radio"))
    stage.released(text="Snow.", channels=["radio"])
    assert set(take(stage)) == {"radio"}
