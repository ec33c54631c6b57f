"""The daily check: what it keeps, when it comes again, who makes it; on both databases."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from console.actions import checking, register
from console.domain.policy import Role
from console.domain.register import Move, Red
from console.domain.rounds import What
from console.store.engine import database_now
from console.store.register import CheckRow
from console.store.rounds import RoundRow
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from tests.workers.test_alarm import at_pace
from tests.workers.watching import (
    account,
    checks,
    due,
    enrolled,
    entries,
    live_mastodon,
    only,
    row,
    taken,
    walk,
    with_channel,
)
from workers import findings
from workers.contract.peer import peer
from workers.practice import Practice
from workers.rounds import go
from workers.watchman import Watchman

CHANGED = ("check failed", "check passed again", "account pinned")


def test_every_channel_is_checked_at_the_first_start_and_its_account_pinned(wired: Stage) -> None:
    stage = enrolled(wired)
    walk(stage)
    for channel in stage.desk.channels:
        found = account(stage, channel.name)
        assert found.check
        assert found.check.passed, (channel.name, found.check.detail)
        assert Red.REFUSED not in found.reds
    mastodon = account(stage, "mastodon")
    assert mastodon.check
    assert mastodon.account_id == mastodon.check.account_id != ""
    assert mastodon.check.followers == 0
    assert set(entries(stage, *CHANGED)) == {"account pinned"}


def test_a_dead_token_is_red_before_anything_is_sent_and_says_no_secret(
    wired: Stage, practice: Practice, tmp_path: Path
) -> None:
    stage = enrolled(live_mastodon(wired, practice, tmp_path, "bad"))
    walk(stage)
    found = account(stage, "mastodon")
    assert Red.REFUSED in found.reds
    assert found.check
    assert found.check.reason == "credential rejected"
    assert entries(stage, "check failed") == ["check failed"]


def test_the_same_result_is_on_the_record_once_and_its_end_too(
    wired: Stage, practice: Practice, tmp_path: Path
) -> None:
    stage = only(enrolled(live_mastodon(wired, practice, tmp_path, "bad")), "mastodon")
    for _ in range(3):
        walk(stage, "check:mastodon")
    (tmp_path / "token").write_text("good")
    for _ in range(3):
        walk(stage, "check:mastodon")
    assert entries(stage, *CHANGED) == ["check failed", "check passed again", "account pinned"]
    assert [one.passed for one in checks(stage, "mastodon")] == [False] * 3 + [True] * 3


def test_a_check_that_passed_comes_again_in_a_day_and_one_that_failed_within_the_hour(
    wired: Stage, practice: Practice, tmp_path: Path
) -> None:
    stage = enrolled(live_mastodon(wired, practice, tmp_path, "bad"))
    walk(stage)
    with stage.sessions.read() as db:
        now = database_now(db)
    passed = row(stage, "check:bluesky").due_at - now
    failed = row(stage, "check:mastodon").due_at - now
    assert timedelta(hours=23) < passed <= timedelta(days=1)
    assert failed <= timedelta(minutes=5)
    for _ in range(8):
        walk(stage, "check:mastodon")
    assert row(stage, "check:mastodon").due_at - now <= timedelta(hours=1, seconds=30)


def test_two_workers_check_once(wired: Stage) -> None:
    stage = enrolled(wired)
    found: list[str] = []
    both = [threading.Thread(target=lambda: found.extend(taken(stage))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(found) == len(set(found))
    assert {"check:mastodon", "check:radio", "watch:bluesky"} <= set(found)


def test_a_killed_checkers_round_is_made_by_another_when_its_lease_ends(wired: Stage) -> None:
    stage = enrolled(wired)
    dead = taken(stage)["check:mastodon"]
    assert taken(stage) == {}
    with stage.sessions.begin() as db:
        past = database_now(db) - timedelta(seconds=1)
        db.execute(update(RoundRow).values(lease_until=past))
    again = taken(stage)["check:mastodon"]
    assert again.fence == dead.fence + 1
    findings.settle(stage.sessions, stage.desk, go(again, stage.desk), worker="two:1")
    late = go(dead, stage.desk)
    findings.settle(stage.sessions, stage.desk, late, worker="one:1")
    assert len(checks(stage, "mastodon")) == 1, "who came back late changes nothing"


def test_parked_and_retired_channels_rest(wired: Stage) -> None:
    stage = enrolled(wired)
    custodian = replace(stage.officer, roles=frozenset({Role.CUSTODIAN}))
    with stage.sessions.begin() as db:
        for name, move in (("mastodon", Move.PARK), ("bluesky", Move.RETIRE)):
            register.move(db, name=name, move=move, by=custodian, now=stage.now)
    ids = set(taken(stage))
    assert not {one for one in ids if "mastodon" in one or "bluesky" in one}
    assert "check:radio" in ids


def test_who_asks_has_it_checked_at_once_even_while_a_check_is_under_way(wired: Stage) -> None:
    stage = enrolled(wired)
    walk(stage)
    assert taken(stage) == {}
    with stage.sessions.begin() as db:
        checking.ask(db, "mastodon", stage.officer, stage.now)
    begun = taken(stage)["check:mastodon"]
    with stage.sessions.begin() as db:
        checking.ask(db, "mastodon", stage.officer, stage.now)
    assert taken(stage) == {}, "not two at the same time"
    findings.settle(stage.sessions, stage.desk, go(begun, stage.desk), worker="one:1")
    assert list(taken(stage)) == ["check:mastodon"]
    assert entries(stage, "check asked for") == ["check asked for"] * 2


def test_only_what_was_not_checked_for_an_hour_is_wanted_before_sending(wired: Stage) -> None:
    stage = enrolled(wired)
    walk(stage)
    names = ["mastodon", "bluesky"]
    with stage.sessions.begin() as db:
        checking.want(db, names)
        db.execute(
            update(CheckRow)
            .where(CheckRow.channel == "bluesky")
            .values(at=database_now(db) - timedelta(minutes=61))
        )
    assert taken(stage) == {}
    with stage.sessions.begin() as db:
        assert checking.stale(db, names) == ["bluesky"]
        checking.want(db, names)
        assert checking.stale(db, names) == [], "it is asked for once"
    assert list(taken(stage)) == ["check:bluesky"]


def test_old_checks_are_thinned_to_one_a_day(wired: Stage) -> None:
    stage = enrolled(wired)
    with stage.sessions.begin() as db:
        now = database_now(db).replace(hour=12, minute=0)
        for days in (1, 40, 41):
            for hour in range(3):
                at = now - timedelta(days=days, hours=hour)
                made = CheckRow(
                    channel="mastodon", at=at, passed=True, profile={}, followers=10 * days + hour
                )
                db.add(made)
    walk(stage)
    # The last of each old day, and everything that is younger than a month.
    old = [one.followers for one in checks(stage, "mastodon")]
    assert old == [410, 400, 12, 11, 10, 0]


def test_a_check_that_hangs_delays_no_sending_and_ends_by_the_deadline(
    sqlite_wired: Stage, tmp_path: Path, start_worker: StartWorker
) -> None:
    """The network takes the connection and says nothing."""
    (tmp_path / "token").write_text("token")
    with peer(part=lambda _connection, over: over.wait(30) and None) as silent:
        settings = {"url": silent.url, "token": f"file:{tmp_path / 'token'}"}
        stage = with_channel(
            sqlite_wired, "mastodon", practice=False, private_network=True, settings=settings
        )
        stage = at_pace(enrolled(stage), 4)  # a call ends after 5 s
        watchman = Watchman(stage.sessions, stage.desk, name="one:1")
        watchman.start()
        try:
            until(lambda: silent.received)
            start_worker(stage)
            message = stage.released(text="Snow on Glen Road.", channels=["bluesky", "radio"])
            until(lambda: set(stage.states(message).values()) == {"sent"})
            assert not checks(stage, "mastodon"), "it hangs still"
            until(lambda: checks(stage, "mastodon"), 30)
        finally:
            watchman.stop()
    assert checks(stage, "mastodon")[0].reason == "no answer"
    assert account(stage, "bluesky").check


def test_a_watchman_checks_what_was_never_checked_by_itself(sqlite_wired: Stage) -> None:
    stage = sqlite_wired
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
    pair = [Watchman(stage.sessions, stage.desk, name=f"one:{number}") for number in range(2)]
    for one in pair:
        one.start()
    try:
        until(lambda: all(checks(stage, one.name) for one in stage.desk.channels))
        due(stage, What.WATCH, "mastodon")
        pair[0].ring()
    finally:
        for one in pair:
            one.stop()
    assert {len(checks(stage, one.name)) for one in stage.desk.channels} == {1}


def test_a_channel_that_left_practice_has_another_account_and_begins_anew(
    wired: Stage, practice: Practice, tmp_path: Path
) -> None:
    stage = enrolled(wired)
    walk(stage)
    before = account(stage, "mastodon").account_id
    stage = enrolled(live_mastodon(stage, practice, tmp_path, "live-token"))
    assert checks(stage, "mastodon") == []
    walk(stage)
    found = account(stage, "mastodon")
    assert found.account_id not in ("", before)
    assert Red.OTHER_ACCOUNT not in found.reds
