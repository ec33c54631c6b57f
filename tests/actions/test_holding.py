"""Holds: who may, with what reason, on what, and what the board is told; on both databases."""

import json

import pytest

from console.actions import holding, register
from console.actions.errors import NotFound, NotPermitted, ReasonMissing
from console.actions.people import User
from console.store.audit import EntryRow
from console.store.register import EVERYTHING
from tests.stage import Stage


@pytest.fixture(autouse=True)
def _register(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)


def hold(stage: Stage, channel: str, reason: str = "Odd post", by: User | None = None) -> None:
    with stage.sessions.begin() as db:
        holding.hold(db, channel=channel, reason=reason, by=by or stage.approver, now=stage.now)


def let_go(stage: Stage, channel: str, by: User | None = None) -> None:
    with stage.sessions.begin() as db:
        holding.let_go(db, channel=channel, by=by or stage.officer, now=stage.now)


def held(stage: Stage) -> holding.Held:
    with stage.sessions.read() as db:
        return holding.held(db)


def entries(stage: Stage, action: str) -> list[tuple[str, dict[str, str]]]:
    """Who did it, and what the record says of it."""
    with stage.sessions.read() as db:
        found = db.query(EntryRow).filter(EntryRow.action == action)
        return [(one.actor, json.loads(one.detail)) for one in found]


@pytest.mark.parametrize("channel", ["mastodon", EVERYTHING])
def test_a_hold_is_on_the_record_from_its_beginning_to_its_end(stage: Stage, channel: str) -> None:
    hold(stage, channel)
    found = held(stage)[channel]
    assert (found.by, found.at, found.reason) == ("Approver", stage.now, "Odd post")
    let_go(stage, channel)
    assert held(stage) == {}
    (begun,) = entries(stage, "sending held")
    (ended,) = entries(stage, "sending let go")
    assert (begun[0], begun[1]["reason"]) == ("Approver", "Odd post")
    assert (ended[0], ended[1]["held_by"]) == ("Officer", "Approver")


def test_the_first_hold_stays_and_a_second_end_is_no_mistake(stage: Stage) -> None:
    hold(stage, "mastodon")
    hold(stage, "mastodon", "Mine", stage.officer)
    assert held(stage)["mastodon"].by == "Approver"
    let_go(stage, "mastodon")
    let_go(stage, "mastodon")
    assert len(entries(stage, "sending held")) == len(entries(stage, "sending let go")) == 1


def test_a_hold_takes_a_reason(stage: Stage) -> None:
    with pytest.raises(ReasonMissing):
        hold(stage, "mastodon", " \n")
    assert held(stage) == {}


def test_an_auditor_holds_nothing_and_lets_nothing_go(stage: Stage) -> None:
    auditor = stage.people["auditor"]
    with pytest.raises(NotPermitted):
        hold(stage, EVERYTHING, by=auditor)
    hold(stage, EVERYTHING)
    with pytest.raises(NotPermitted):
        let_go(stage, EVERYTHING, auditor)
    assert set(held(stage)) == {EVERYTHING}


def test_a_channel_that_there_is_not_cannot_be_held(stage: Stage) -> None:
    with pytest.raises(NotFound):
        hold(stage, "nowhere")


def test_what_waits_for_a_hold_says_so_and_nothing_else_does(stage: Stage) -> None:
    message = stage.released()
    hold(stage, "mastodon")
    waiting = {one.channel: one.hold for one in stage.sheet(message).deliveries}
    assert [channel for channel, one in waiting.items() if one] == ["mastodon"]
    hold(stage, EVERYTHING, "All", stage.officer)
    waiting = {one.channel: one.hold for one in stage.sheet(message).deliveries}
    assert {one.reason for one in waiting.values() if one} == {"All"}
    assert all(waiting.values())
    let_go(stage, EVERYTHING)
    assert held(stage).keys() == {"mastodon"}, "what was frozen alone stays frozen"
