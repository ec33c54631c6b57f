"""Strangers and drift: what stands on an account that nobody here did, and never what we did."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from console.actions import findings as settling
from console.actions import people
from console.domain.drift import Settled
from console.domain.policy import Role
from console.domain.register import Red
from console.store.audit import Actor
from console.store.engine import database_now
from console.store.findings import FindingRow
from console.store.mails import MailRow
from console.store.register import ChannelRow
from tests.stage import PASSWORD, Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from tests.workers.hands import put, take
from tests.workers.watching import (
    account,
    checks,
    enrolled,
    entries,
    live_mastodon,
    mails,
    on_bluesky,
    on_mastodon,
    profile,
    row,
    seen,
    walk,
    with_channel,
)
from workers import postroom, recording, sweep
from workers.deliver import deliver
from workers.practice import Practice
from workers.rounds import take as take_rounds

ACTUAL = "actual.mastodon"
"""The account that the practice Mastodon knows the channel's actual messages by."""
SPAM = "Claim your free council tax refund: refund.example"


@pytest.fixture
def quiet(wired: Stage) -> Stage:
    """A council whose accounts were all looked at, and nothing was strange."""
    stage = enrolled(wired)
    walk(stage)
    assert seen(stage) == []
    return stage


def sent(stage: Stage, words: str, *channels: str) -> str:
    """A message whose deliveries were made by hand, in this very thread."""
    message = stage.released(text=words, channels=list(channels))
    outcomes = [deliver(errand, stage.desk) for errand in take(stage).values()]
    recording.settle(stage.sessions, stage.desk, worker="one:1", outcomes=outcomes)
    assert set(stage.states(message).values()) == {"sent"}
    return message


def test_a_post_that_nobody_sent_is_found_once_and_people_are_told(
    quiet: Stage, practice: Practice
) -> None:
    on_mastodon(practice, ACTUAL, SPAM)
    for _ in range(3):
        walk(quiet, "watch:mastodon")
    assert seen(quiet) == [("mastodon", "post", SPAM)]
    assert mails(quiet) == ["both", "officer"]
    assert entries(quiet, "post seen that Skellat did not send", "people told of a finding") == [
        "post seen that Skellat did not send",
        "people told of a finding",
    ]


def test_a_strange_post_on_bluesky_is_found_too(quiet: Stage, practice: Practice) -> None:
    on_bluesky(practice, "actual.bluesky", SPAM)
    walk(quiet, "watch:bluesky")
    assert seen(quiet) == [("bluesky", "post", SPAM)]


def test_what_skellat_sent_is_never_strange(quiet: Stage) -> None:
    sent(quiet, "Snow on Glen Road. Ask @desk@northbrae.example\n\nStay at home.", "mastodon",
         "bluesky")  # fmt: skip
    walk(quiet, "watch:mastodon", "watch:bluesky")
    assert seen(quiet) == []


def test_a_post_of_a_delivery_without_an_answer_is_not_strange(
    quiet: Stage, practice: Practice
) -> None:
    """Under way, lost, looked for: our post stands there, and no reference is known yet."""
    message = quiet.released(text="Snow on Glen Road.", channels=["mastodon"])
    taken = take(quiet)
    deliver(taken["mastodon"], quiet.desk)  # the answer is lost with its worker
    walk(quiet, "watch:mastodon")
    assert seen(quiet) == [], "sending"
    sweep.give_back(quiet.sessions, quiet.desk, dead="one:1", by="test")
    assert quiet.states(message) == {"mastodon": "uncertain"}
    walk(quiet, "watch:mastodon")
    assert seen(quiet) == [], "uncertain"


def test_both_posts_of_a_delivery_that_was_sent_again_are_ours(
    quiet: Stage, practice: Practice
) -> None:
    quiet.released(text="Snow on Glen Road.", channels=["mastodon"])
    on_mastodon(practice, ACTUAL, "Snow on Glen Road.")  # the first try, whose answer was lost
    put(quiet, tries=1)
    errands = take(quiet)
    outcomes = [deliver(errand, quiet.desk) for errand in errands.values()]
    recording.settle(quiet.sessions, quiet.desk, worker="one:1", outcomes=outcomes)
    walk(quiet, "watch:mastodon")
    assert seen(quiet) == []


def test_an_old_alert_said_again_by_somebody_else_is_strange(
    quiet: Stage, practice: Practice
) -> None:
    sent(quiet, "Leave your homes now.", "mastodon")
    on_mastodon(practice, ACTUAL, "Leave your homes now.")
    walk(quiet, "watch:mastodon")
    assert seen(quiet) == [("mastodon", "post", "Leave your homes now.")]


def test_what_stood_there_before_the_register_is_not_strange(
    wired: Stage, practice: Practice
) -> None:
    on_mastodon(practice, ACTUAL, "Good morning")
    stage = enrolled(wired)
    with stage.sessions.begin() as db:
        db.execute(update(ChannelRow).values(added_at=database_now(db) + timedelta(seconds=1)))
    walk(stage)
    assert seen(stage) == []


def test_where_staff_post_by_hand_nothing_is_strange_and_a_new_name_is(
    quiet: Stage, practice: Practice
) -> None:
    stage = with_channel(quiet, "mastodon", posts_by_hand=True)
    on_mastodon(practice, ACTUAL, "Come to the fair")
    profile(practice, ACTUAL, display_name="Free refunds")
    walk(stage, "watch:mastodon")
    assert seen(stage) == [("mastodon", "name", "Free refunds")]


def test_a_changed_profile_is_found_by_the_next_look_and_kept_as_a_check(
    quiet: Stage, practice: Practice
) -> None:
    profile(practice, ACTUAL, note="We moved. Write to refund.example")
    walk(quiet, "watch:mastodon")
    assert seen(quiet) == [("mastodon", "bio", "We moved. Write to refund.example")]
    assert mails(quiet) == ["both", "officer"]
    assert entries(quiet, "account changed: bio") == ["account changed: bio"]
    walk(quiet, "watch:mastodon")
    assert len(seen(quiet)) == 1
    assert len(checks(quiet, "mastodon")) == 2, "the day's, and the one that says something new"


def test_another_account_behind_the_token_is_one_finding_until_a_custodian_says_it_is_ours(
    wired: Stage, practice: Practice, tmp_path: Path
) -> None:
    stage = enrolled(live_mastodon(wired, practice, tmp_path, "ours"))
    walk(stage)
    (tmp_path / "token").write_text("theirs")
    for _ in range(2):
        walk(stage, "check:mastodon")
    [(_, kind, found)] = seen(stage)
    assert kind == "account"
    assert Red.OTHER_ACCOUNT in account(stage, "mastodon").reds
    keeper = custodian(stage)
    with stage.sessions.begin() as db:
        [open_] = settling.unsettled(db)
        settling.settle(
            db, channel="mastodon", finding_id=open_.id, how=Settled.OURS, by=keeper, now=stage.now
        )
    assert account(stage, "mastodon").account_id == found
    assert Red.OTHER_ACCOUNT not in account(stage, "mastodon").reds


def custodian(stage: Stage) -> people.User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email="custodian@northbrae.example",
            name="Custodian",
            roles=[Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def test_a_flood_of_posts_is_one_mail_an_hour_and_the_words_count_them(
    quiet: Stage, practice: Practice
) -> None:
    for number in range(3):
        on_mastodon(practice, ACTUAL, f"{SPAM} {number}")
        walk(quiet, "watch:mastodon")
    assert len(seen(quiet)) == 3
    assert mails(quiet) == ["both", "officer"]
    posting = postroom.worded(
        quiet.sessions, quiet.desk, postroom.take(quiet.sessions, quiet.desk)[0]
    )
    assert posting
    assert posting.letter.subject == "Mastodon: a post that Skellat did not send (and 2 more)"
    with quiet.sessions.begin() as db:
        db.execute(update(MailRow).values(state="sent"))
        past = database_now(db) - timedelta(minutes=61)
        db.execute(update(FindingRow).values(told_at=past))
    on_mastodon(practice, ACTUAL, f"{SPAM} again")
    walk(quiet, "watch:mastodon")
    assert mails(quiet) == ["both", "officer"]


def test_what_was_settled_is_not_mailed_and_new_ones_are_told_at_once(
    quiet: Stage, practice: Practice
) -> None:
    on_mastodon(practice, ACTUAL, SPAM)
    walk(quiet, "watch:mastodon")
    with quiet.sessions.begin() as db:
        [open_] = settling.unsettled(db)
        settling.settle(
            db,
            channel="mastodon",
            finding_id=open_.id,
            how=Settled.OURS,
            by=quiet.officer,
            now=quiet.now,
        )
    waiting = postroom.take(quiet.sessions, quiet.desk)
    assert waiting
    for mail in waiting:
        postroom.post(quiet.sessions, quiet.desk, mail)
    assert mails(quiet) == []
    on_mastodon(practice, ACTUAL, "Another")
    walk(quiet, "watch:mastodon")
    assert mails(quiet) == ["both", "officer"]


def test_a_network_that_does_not_answer_is_asked_less_often_and_is_no_finding(
    wired: Stage, practice: Practice, tmp_path: Path, free_port: int
) -> None:
    (tmp_path / "token").write_text("token")
    nowhere = {"url": f"http://127.0.0.1:{free_port}", "token": f"file:{tmp_path / 'token'}"}
    stage = enrolled(
        with_channel(wired, "mastodon", practice=False, private_network=True, settings=nowhere)
    )
    pauses = []
    for _ in range(6):
        walk(stage, "watch:mastodon")
        watched = row(stage, "watch:mastodon")
        assert watched.begun_at
        pauses.append(round((watched.due_at - watched.begun_at).total_seconds() / 60))
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert seen(stage) == []
    assert watched.seen_to is None, "what nobody could read is read later"


def test_posts_of_the_time_when_nobody_could_look_are_found_later(
    quiet: Stage, practice: Practice
) -> None:
    before = row(quiet, "watch:mastodon").seen_to
    assert before
    on_mastodon(practice, ACTUAL, SPAM)
    taken = take_rounds(quiet.sessions, quiet.desk, limit=9)
    assert taken == [], "nothing is due"
    with quiet.sessions.begin() as db:
        db.execute(update(ChannelRow).values(added_at=before - timedelta(days=9)))
    walk(quiet, "watch:mastodon")
    assert [found for _, _, found in seen(quiet)] == [SPAM]


def test_dispatcher_and_watchman_side_by_side_never_take_our_own_for_strange(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    stage = enrolled(sqlite_wired)
    start_worker(stage)
    released = [
        stage.released(text=f"Snow {number}.", channels=["mastodon", "bluesky"])
        for number in range(4)
    ]
    for _ in range(6):
        walk(stage, "watch:mastodon", "watch:bluesky")
    until(lambda: all(set(stage.states(one).values()) == {"sent"} for one in released))
    walk(stage, "watch:mastodon", "watch:bluesky")
    assert seen(stage) == []
