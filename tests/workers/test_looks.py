"""What is done about an unknown outcome: when a network's word is believed; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console import trouble_words
from console.actions import messages
from console.domain.channel import Reason, Receipt, Refused, Unavailable
from console.domain.delivery import STANDARD
from tests.stage import Stage
from tests.workers.hands import long_ago, put, recorded, row, take
from workers import reconcile, sweep
from workers.errand import Errand
from workers.reconcile import Look


def lost(stage: Stage) -> Errand:
    """A claimed delivery on Mastodon whose worker died long ago, due for a look."""
    stage.released(text="Snow.", channels=["mastodon"])
    take(stage)
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    put(stage, changed_at=long_ago())
    return due_for_a_look(stage)


def due_for_a_look(stage: Stage) -> Errand:
    put(stage, due_at=long_ago())
    [errand] = reconcile.take(stage.sessions, stage.desk, limit=10)
    return errand


def look(stage: Stage, **found: Any) -> None:
    """One whole look, that finds this; nothing, unless something is named."""
    seen = Look(due_for_a_look(stage), **found)
    reconcile.settle(stage.sessions, stage.desk, seen, worker="one:1")


def test_a_lost_delivery_is_looked_for_by_one_worker_at_a_time(stage: Stage) -> None:
    lost(stage)
    assert reconcile.take(stage.sessions, stage.desk, limit=10) == []


def test_it_takes_two_looks_to_believe_that_a_post_is_not_there(stage: Stage) -> None:
    lost(stage)
    look(stage)
    assert row(stage, "mastodon").state == "uncertain"
    look(stage)
    assert row(stage, "mastodon").state == "queued"


def test_two_looks_at_the_same_moment_are_one(stage: Stage) -> None:
    looks = [Look(lost(stage)), Look(due_for_a_look(stage))]
    for one in looks * 2:
        reconcile.settle(stage.sessions, stage.desk, one, worker="one:1")
    assert (row(stage, "mastodon").state, row(stage, "mastodon").looks) == ("uncertain", 1)


def test_a_look_right_after_the_call_is_not_believed_however_often(stage: Stage) -> None:
    lost(stage)
    put(stage, changed_at=datetime.now(UTC))
    for _ in range(3):
        look(stage)
    assert row(stage, "mastodon").state == "uncertain"


def test_an_absence_is_believed_later_where_a_lease_ran_out_and_its_call_may_begin_still(
    stage: Stage,
) -> None:
    stage.released(text="Snow.", channels=["mastodon"])
    take(stage)
    put(stage, lease_until=long_ago())  # as a clock does that is set forward
    sweep.sweep(stage.sessions, stage.desk, worker="two:1")
    surely = STANDARD.longest_hold + STANDARD.settle + STANDARD.tick
    for age, state in ((surely - timedelta(seconds=5), "uncertain"), (surely, "queued")):
        put(stage, changed_at=datetime.now(UTC) - age)
        for _ in range(2):
            look(stage)
        assert row(stage, "mastodon").state == state


def test_a_look_that_failed_is_no_absence_and_begins_the_count_anew(stage: Stage) -> None:
    lost(stage)
    failed = {"error": Unavailable(Reason.SERVER)}
    for found in (failed, failed, failed, {}, failed, {}):
        look(stage, **found)
    assert row(stage, "mastodon").state == "uncertain"


def test_a_look_for_an_older_try_says_nothing_about_the_newer_one(stage: Stage) -> None:
    older = lost(stage)
    put(stage, state="queued", due_at=long_ago())
    take(stage)
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    reconcile.settle(stage.sessions, stage.desk, Look(older, receipt=Receipt("7")), worker="one:1")
    assert row(stage, "mastodon").state == "uncertain"


@pytest.mark.parametrize(
    "found", [{}, {"error": Refused(Reason.CONTENT, "other words stand there")}, {"looked": False}]
)
@pytest.mark.parametrize("table", ["deliveries", "variants", "deliveries and variants"])
def test_words_that_were_altered_since_are_not_looked_for_but_put_before_a_person(
    stage: Stage, found: dict[str, Any], table: str
) -> None:
    """Seed 5278: Bluesky had the signed words, the database had others by then, and it was asked
    about them over and over."""
    lost(stage)
    with stage.sessions.engine.begin() as connection:
        for one in table.split(" and "):
            connection.exec_driver_sql(f"UPDATE {one} SET text = text || ' Or not.'")
    for _ in range(2):
        look(stage, **found)
        one = row(stage, "mastodon")
        assert (one.state, one.reason, one.due_at) == ("uncertain", Reason.ALTERED, None)
    assert recorded(stage, "cannot be looked for, a person decides") == 2
    [shown] = stage.sheet(one.message_id).deliveries
    said = trouble_words.words(shown, exercise=False)
    assert "not what was signed" in said.what
    assert "Tell IT and the auditor at once. Only a person can tell." in said.to_do


def test_what_is_found_is_there_whatever_was_altered(stage: Stage) -> None:
    lost(stage)
    put(stage, text="Other words.")
    look(stage, receipt=Receipt("7"))
    assert row(stage, "mastodon").state == "sent"


def test_a_message_that_was_stopped_since_is_still_looked_for(stage: Stage) -> None:
    errand = lost(stage)
    with stage.sessions.begin() as db:
        messages.stop(
            db,
            message_id=errand.post.message,
            reason="Wrong road.",
            by=stage.officer,
            now=stage.now,
        )
    look(stage)
    assert row(stage, "mastodon").reason == Reason.LOST
    assert row(stage, "mastodon").due_at
