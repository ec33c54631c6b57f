"""Whose claim counts, what may be claimed, what a lost worker leaves; on both databases."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from console.actions import deliveries, messages
from console.actions.release import release
from console.domain.channel import Reason, Receipt, Refused, Unavailable, Uncertain
from console.domain.delivery import STANDARD, DeliveryEvent
from console.domain.message import Kind, MessageState
from console.store import claiming, mails, outbox
from console.store.deliveries import AttemptRow, OutcomeRow
from console.store.engine import database_now
from console.store.mails import MailRow
from console.store.messages import MessageRow, PictureRow
from tests.stage import Stage
from tests.waiting import until
from tests.workers.hands import LATE, answer, long_ago, put, put_of, recorded, row, take
from workers import claims, sweep
from workers.deadline import clock
from workers.deliver import deliver
from workers.dispatcher import Dispatcher
from workers.recheck import signed_texts


def test_what_is_claimed_is_claimed_once_and_its_call_ends_within_the_lease(stage: Stage) -> None:
    stage.released()
    taken = take(stage)
    assert len(taken) == len(stage.desk.channels)
    assert take(stage, "two:1") == {}
    for errand in taken.values():
        assert errand.start_by - clock() <= STANDARD.head_start.total_seconds()
    with stage.sessions.read() as db:
        assert db.query(AttemptRow).count() == len(taken)


def test_no_more_is_claimed_than_there_are_threads_for(stage: Stage) -> None:
    incident = stage.incident()
    for number in range(10):
        stage.released(incident, text=f"Message {number}")
    for limit in (1, 3, 10):
        taken = claims.take(stage.sessions, stage.desk, worker="one:1", limit=limit)
        assert len(taken) == limit


@pytest.mark.parametrize("event", [DeliveryEvent.ACCEPT, DeliveryEvent.REFUSE])
def test_an_answer_to_an_older_claim_of_the_same_worker_changes_no_state(
    stage: Stage, event: DeliveryEvent
) -> None:
    stage.released()
    older = take(stage)["radio"]
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    put(stage, due_at=long_ago())
    assert take(stage)["radio"].fence == older.fence + 1
    answer(stage, older, event=event)
    assert row(stage, "radio").state == "sending"
    assert recorded(stage, LATE) == 1


def test_an_answer_after_the_claim_was_taken_back_is_kept_and_changes_no_state(
    stage: Stage,
) -> None:
    stage.released()
    errand = take(stage)["radio"]
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    answer(stage, errand, receipt=Receipt(reference="42"))
    found = row(stage, "radio")
    assert (found.state, found.reference) == ("queued", "")
    with stage.sessions.read() as db:
        assert db.get_one(OutcomeRow, errand.attempt_id).outcome == "accept"
    assert recorded(stage, LATE) == 1


def test_an_answer_that_is_recorded_again_since_its_commit_was_not_heard_stands_once(
    stage: Stage,
) -> None:
    stage.released(text="Snow.", channels=["radio"])
    errand = take(stage)["radio"]
    for _ in range(2):
        answer(stage, errand, receipt=Receipt(reference="42"))
    assert row(stage, "radio").state == "sent"
    assert (recorded(stage, "published"), recorded(stage, LATE)) == (1, 0)


def test_only_the_worker_that_claimed_it_settles_it(stage: Stage) -> None:
    stage.released()
    answer(stage, take(stage)["radio"], worker="two:1")
    assert row(stage, "radio").state == "sending"


def test_what_a_network_answered_is_on_the_record_with_its_reference(stage: Stage) -> None:
    stage.released()
    taken = take(stage)
    answer(stage, taken["radio"], receipt=Receipt(reference="42", url="https://a.example/42"))
    refused = Refused(Reason.CONTENT, "too rude", status=422)
    answer(stage, taken["bluesky"], event=DeliveryEvent.REFUSE, error=refused)
    sent = row(stage, "radio")
    assert (sent.state, sent.reference, sent.lease_until) == ("sent", "42", None)
    assert recorded(stage, "published") == recorded(stage, "refused by the network") == 1


def test_the_time_that_a_network_names_is_kept(stage: Stage) -> None:
    stage.released()
    busy = Unavailable(Reason.RATE, retry_after=600)
    answer(stage, take(stage)["radio"], event=DeliveryEvent.POSTPONE, error=busy)
    due = row(stage, "radio").due_at
    assert due is not None
    assert due - datetime.now(UTC) > timedelta(minutes=9)


def test_an_update_waits_only_for_the_alert_that_is_being_sent_on_its_channel(
    stage: Stage,
) -> None:
    incident = stage.incident()
    stage.released(incident, text="Snow.", channels=["radio", "bluesky"])
    alert = take(stage)
    stage.released(incident, Kind.UPDATE, text="It thaws.", channels=["radio", "mastodon"])
    assert set(take(stage)) == {"mastodon"}
    answer(stage, alert["radio"], receipt=Receipt(reference="42"))
    follow = take(stage)
    assert set(follow) == {"radio"}
    assert follow["radio"].post.reply_to == "42"


def test_an_all_clear_waits_until_the_call_of_a_lost_alert_has_surely_ended(stage: Stage) -> None:
    incident = stage.incident()
    stage.released(incident, text="Snow.", channels=["radio", "mastodon"])
    take(stage)
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.")
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    # Neither where it would be sent again nor where it is looked for; at once where none is lost.
    assert set(take(stage)) == {"bluesky", "public-page", "residents-email"}
    put(stage, changed_at=long_ago())
    assert {name: one.post.kind for name, one in take(stage).items()} == {
        "radio": "all clear",
        "mastodon": "all clear",
    }


def test_an_all_clear_is_not_claimed_beside_a_claim_of_its_alert_that_is_still_open(
    postgres_stage: Stage,
) -> None:
    """Seeds 278 and 388: two releases of an incident within milliseconds, and two workers."""
    stage, incident = postgres_stage, postgres_stage.incident()
    alert = stage.released(incident, text="Snow.", channels=["radio"])
    clear = stage.released(incident, Kind.ALL_CLEAR, text="It is over.", channels=["radio"])
    # As if neither release had seen the other, and the all clear's were not committed yet.
    put_of(stage, alert, state="queued")
    put_of(stage, clear, not_before=datetime.now(UTC) + timedelta(hours=1))
    with ThreadPoolExecutor(1) as other:
        with stage.sessions.begin() as db:
            claiming.one_at_a_time(db)
            now = database_now(db)
            who = claiming.Claimer("one:1", now, now + STANDARD.lease, long_ago(), long_ago())
            (claimed,) = claiming.claim(db, who, limit=9, paces={})
            put_of(stage, clear, not_before=None)
            taking = other.submit(take, stage, "two:1")
            with pytest.raises(TimeoutError):
                taking.result(timeout=0.5)
        assert claimed.message_id == alert
        assert taking.result() == {}
    put_of(stage, alert, state="sent", changed_at=long_ago())
    assert take(stage)["radio"].post.kind == "all clear"


def test_two_releases_of_an_incident_do_not_pass_each_other_unseen(postgres_stage: Stage) -> None:
    stage, incident = postgres_stage, postgres_stage.incident()
    alert, clear = stage.draft(incident), stage.draft(incident, Kind.ALL_CLEAR, text="It is over.")
    for message in (alert, clear):
        stage.submit(message)
    with stage.sessions.begin() as db:
        claiming.prepare(db, stage.desk.paces, database_now(db))  # as workers did before
    with ThreadPoolExecutor(1) as other:
        with stage.sessions.begin() as db:
            row = db.get_one(MessageRow, alert)
            release(db, stage.desk, row, by=stage.officer, now=stage.now)
            db.flush()
            signing = other.submit(stage.sign, clear)
            with pytest.raises(TimeoutError):
                signing.result(timeout=0.5)
        signing.result()
    assert set(stage.states(alert).values()) == {"cancelled"}
    assert set(stage.states(clear).values()) == {"queued"}


def test_behind_a_worker_that_may_be_at_work_still_an_all_clear_waits_for_its_longest_call(
    stage: Stage,
) -> None:
    incident = stage.incident()
    stage.released(incident, text="Snow.", channels=["mastodon"])
    take(stage)
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.", channels=["mastodon"])
    put(stage, lease_until=long_ago())
    sweep.sweep(stage.sessions, stage.desk, worker="two:1")
    put(stage, changed_at=datetime.now(UTC) - timedelta(seconds=30))
    assert take(stage) == {}
    put(stage, changed_at=datetime.now(UTC) - STANDARD.longest_hold - STANDARD.tick)
    assert take(stage)["mastodon"].post.kind == "all clear"


def test_an_alert_that_comes_back_after_its_all_clear_may_be_public_and_is_never_claimed(
    stage: Stage,
) -> None:
    incident = stage.incident()
    alert = stage.released(incident, text="Snow.", channels=["radio", "bluesky"])
    take(stage)
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.", channels=["radio"])
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    put(stage, due_at=long_ago(), changed_at=long_ago())
    taken = take(stage)
    assert {name: one.post.kind for name, one in taken.items()} == {
        "radio": "all clear",
        "bluesky": "alert",
    }
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert stage.states(alert) == {"radio": "uncertain", "bluesky": "sending"}
    assert recorded(stage, "may not leave again, may be public") == 1


def test_an_alert_that_was_certainly_not_sent_is_cancelled_after_its_all_clear(
    stage: Stage,
) -> None:
    incident = stage.incident()
    alert = stage.released(incident, text="Snow.", channels=["radio"])
    taken = take(stage)
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.", channels=["radio"])
    busy = Unavailable(Reason.RATE, "slow down", retry_after=60)
    answer(stage, taken["radio"], event=DeliveryEvent.POSTPONE, error=busy)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert stage.states(alert) == {"radio": "cancelled"}
    assert recorded(stage, "cancelled: may not leave any more") == 1


def test_a_late_yes_settles_what_nobody_has_claimed_since(stage: Stage) -> None:
    stage.released(text="Snow.", channels=["residents-email"])
    taken = take(stage)
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    assert row(stage, "residents-email").state == "uncertain"
    answer(stage, taken["residents-email"], receipt=Receipt(reference="42"))
    sent = row(stage, "residents-email")
    assert (sent.state, sent.reference, sent.reason) == ("sent", "42", "")
    assert recorded(stage, "published, as a late answer says") == 1


def test_what_a_person_sent_again_may_still_be_public_from_before(stage: Stage) -> None:
    message = stage.released(text="Snow.", channels=["residents-email"])
    take(stage)
    sweep.give_back(stage.sessions, stage.desk, dead="one:1", by="test")
    with stage.sessions.begin() as db:
        now = datetime.now(UTC)
        by, id_ = stage.people["officer"], row(stage, "residents-email").id
        deliveries.resend(db, delivery_id=id_, by=by, now=now)
        messages.stop(db, message_id=message, reason="Wrong", by=by, now=now)
    assert stage.states(message) == {"residents-email": "uncertain"}


def test_a_no_to_the_second_try_leaves_the_first_ones_outcome_unknown(stage: Stage) -> None:
    stage.released(text="Snow.", channels=["radio"])
    taken = take(stage)
    answer(stage, taken["radio"], event=DeliveryEvent.LOSE, error=Uncertain(Reason.NO_ANSWER))
    put(stage, due_at=long_ago())
    refused = Refused(Reason.CREDENTIAL, status=401)
    answer(stage, take(stage)["radio"], event=DeliveryEvent.REFUSE, error=refused)
    assert (row(stage, "radio").state, row(stage, "radio").due_at) == ("uncertain", None)


def test_after_a_clock_was_set_back_nothing_waits_for_the_old_time(stage: Stage) -> None:
    stage.released(text="Snow.", channels=["radio", "bluesky"])
    taken = take(stage)
    busy = Unavailable(Reason.RATE, retry_after=30)
    answer(stage, taken["radio"], event=DeliveryEvent.POSTPONE, error=busy)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    put(stage, changed_at=ahead, lease_until=ahead, due_at=ahead)
    with stage.sessions.begin() as db:
        now = database_now(db)
        assert outbox.put_right(db, now=now, until=now + STANDARD.lease) == 2
    assert set(take(stage)) == {"radio"}
    lease = row(stage, "bluesky").lease_until
    assert lease is not None
    assert lease <= datetime.now(UTC) + STANDARD.lease


def test_a_second_alert_of_the_incident_does_not_overtake_the_first(stage: Stage) -> None:
    incident = stage.incident()
    first = stage.released(incident)
    stage.released(incident, text="Ice on Mill Road as well.")
    taken = claims.take(stage.sessions, stage.desk, worker="one:1", limit=100)
    assert len(taken) == 2 * len(stage.desk.channels)
    assert set(stage.states(first).values()) == {"sending"}


def test_a_reply_names_the_last_post_on_its_own_channel(stage: Stage) -> None:
    incident = stage.incident()
    for number, kind in ((1, Kind.ALERT), (2, Kind.UPDATE)):
        stage.released(incident, kind, text=f"Message {number}", channels=["radio", "bluesky"])
        for name, errand in take(stage).items():
            answer(stage, errand, receipt=Receipt(reference=f"{name} {number}"))
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.")
    assert {name: one.post.reply_to for name, one in take(stage).items() if one.post.reply_to} == {
        "radio": "radio 2",
        "bluesky": "bluesky 2",
    }


def test_what_is_past_its_end_is_not_claimed_even_before_the_sweep(stage: Stage) -> None:
    stage.released(text="Snow.", expires_at=stage.now + timedelta(hours=1))
    put(stage, expires_at=long_ago())
    assert take(stage) == {}


def test_a_lapsed_lease_is_taken_back_by_any_worker(stage: Stage) -> None:
    message = stage.released()
    take(stage)
    sweep.sweep(stage.sessions, stage.desk, worker="two:1")
    assert set(stage.states(message).values()) == {"sending"}
    put(stage, lease_until=long_ago())
    sweep.sweep(stage.sessions, stage.desk, worker="two:1")
    assert set(stage.states(message).values()) == {"queued", "uncertain"}
    assert recorded(stage, "worker did not come back") == len(stage.desk.channels)


def test_the_sweep_ends_what_nobody_signed_in_time(stage: Stage) -> None:
    stage.later(minutes=-40)
    message = stage.draft()
    stage.submit(message)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert stage.sheet(message).message.state is MessageState.EXPIRED


def test_a_call_that_might_outlast_its_lease_is_not_begun(stage: Stage) -> None:
    stage.released()
    late = replace(take(stage)["public-page"], start_by=clock() - 1)
    outcome = deliver(late, stage.desk)
    assert (outcome.event, outcome.receipt) == (DeliveryEvent.POSTPONE, None)
    assert not (stage.desk.settings.home / "public").exists()


@pytest.mark.parametrize(
    "tampering",
    [
        # Both copies of the words alike: only the digest still knows what was signed.
        [f"UPDATE {table} SET text = 'Free money'" for table in ("variants", "deliveries")],
        [f"UPDATE {table} SET account = 'somebody'" for table in ("variants", "deliveries")],
        ["UPDATE messages SET expires_at = NULL"],
        ["UPDATE approvals SET digest = 'x'"],
    ],
)
def test_what_was_changed_everywhere_alike_is_still_not_what_was_signed(
    stage: Stage, tampering: list[str]
) -> None:
    message = stage.released(text="Snow.", expires_at=stage.now + timedelta(hours=1))
    with stage.sessions.engine.begin() as connection:
        for one in tampering:
            connection.execute(text(one))
    assert take(stage) == {}
    assert set(stage.states(message).values()) == {"failed"}
    assert recorded(stage, "sending refused: not as signed") == len(stage.desk.channels)


def test_what_was_altered_after_a_try_that_may_have_reached_the_network_is_no_failure(
    stage: Stage,
) -> None:
    """“Nothing was sent” is what a failure says, and of this nobody knows."""
    message = stage.released(text="Snow.")
    put(stage, doubtful=True, text="Free money")
    assert take(stage) == {}
    assert set(stage.states(message).values()) == {"uncertain"}
    assert (row(stage, "radio").reason, row(stage, "radio").due_at) == (Reason.ALTERED, None)
    sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert recorded(stage, "people told of trouble") > 0


def test_a_picture_whose_bytes_were_changed_is_not_sent(stage: Stage) -> None:
    sha256 = hashlib.sha256(b"the picture").hexdigest()
    with stage.sessions.begin() as db:
        db.add(
            PictureRow(
                sha256=sha256,
                media_type="image/png",
                width=1,
                height=1,
                content=b"the picture",
                added_at=stage.now,
            )
        )
    stage.released(text="Snow", picture=sha256, alt="A road", channels=["radio"])
    stage.released(text="Ice", picture=sha256, alt="A road", channels=["bluesky"])
    [whole] = claims.take(stage.sessions, stage.desk, worker="one:1", limit=1)
    assert whole.post.picture is not None
    base_url = stage.desk.settings.console.base_url
    assert whole.post.picture.url == f"{base_url}/pictures/{sha256}.jpg"
    with stage.sessions.engine.begin() as connection:
        connection.execute(update(PictureRow).values(content=b"another"))
    assert take(stage) == {}


def test_a_mail_is_one_workers_until_it_is_settled(stage: Stage) -> None:
    stage.submit(stage.draft())
    with stage.sessions.begin() as db:
        now = stage.now
        held = mails.claim(db, now=now, until=now + timedelta(seconds=40), limit=2)
        others = mails.claim(db, now=now, until=now + timedelta(seconds=40), limit=10)
        assert not {one.id for one in held} & {one.id for one in others}
        assert mails.claim(db, now=now, until=now, limit=10) == []
        mails.settle(db, held[0].id, now=now, error="")
        mails.settle(db, held[1].id, now=now, error="no such host")
    with stage.sessions.begin() as db:
        sent, failed = (db.get_one(MailRow, one.id) for one in held)
        assert (sent.state, failed.state, failed.error) == ("sent", "due", "no such host")
        assert timedelta(0) < failed.due_at - now < timedelta(minutes=1)


def test_a_stopped_messages_words_are_not_signed_for_sending_any_more(stage: Stage) -> None:
    message = stage.released()
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=message, reason="Wrong", by=stage.officer, now=stage.now)
    put(stage, state="queued")
    assert take(stage) == {}
    with stage.sessions.read() as db:
        assert signed_texts(db, stage.desk, message).fault == "the message is not released"


def test_a_worker_with_one_thread_sends_everything_in_turn(sqlite_wired: Stage) -> None:
    worker = Dispatcher(sqlite_wired.sessions, sqlite_wired.desk, name="one:1", threads=1)
    message = sqlite_wired.released()
    worker.start()
    try:
        until(lambda: set(sqlite_wired.states(message).values()) == {"sent"})
    finally:
        worker.stop()
