"""From the last sign-off to every network; the practice networks' own log is the judge."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from console.actions import deliveries, messages
from console.domain.audit import first_break
from console.domain.incident import Mode
from console.domain.message import Kind
from console.store import audit
from console.store.audit import EntryRow
from console.store.deliveries import DeliveryRow
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from workers import claims, sweep
from workers.practice import Practice

ALL_SENT = {"sent"}


def settled(stage: Stage, message: str) -> bool:
    return stage.sheet(message).progress.waiting == 0


def sent_on(practice: Practice, network: str) -> int:
    return sum(one.network == network for one in practice.log.entries())


def due_now(stage: Stage, message: str) -> None:
    """Puts the message's next try or look at once, instead of waiting for it."""
    with stage.sessions.engine.begin() as connection:
        connection.execute(
            update(DeliveryRow)
            .where(DeliveryRow.message_id == message, DeliveryRow.due_at.is_not(None))
            .values(due_at=stage.now - timedelta(minutes=5))
        )


def test_a_released_message_reaches_every_channel_once(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(wired)
    message = wired.released(text="Snow on Glen Road. Stay at home.")
    until(lambda: settled(wired, message))
    sheet = wired.sheet(message)
    assert {str(one.state) for one in sheet.deliveries} == ALL_SENT
    posts = Counter(one.network for one in practice.log.entries())
    assert posts == {"mastodon": 1, "bluesky": 1, "smtp": 1, "webhook": 1}
    assert {one.text.strip() for one in practice.log.entries()} == {
        "Snow on Glen Road. Stay at home."
    }
    for delivery in sheet.deliveries:
        assert delivery.reference
        assert [one.outcome for one in delivery.attempts] == ["accept"]


def test_a_mail_with_the_link_reaches_every_approver(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(wired)
    message = wired.draft(text="Snow on Glen Road. Stay at home.")
    wired.submit(message)
    mails = until(lambda: practice.mails.all() if len(practice.mails.all()) == 3 else None)
    assert {one.to for one in mails} == {
        "approver@northbrae.example",
        "second.approver@northbrae.example",
        "both@northbrae.example",
    }
    for mail in mails:
        assert "Snow on Glen Road. Stay at home." in mail.text
        assert mail.text.count("/sign-off/") == 1
    until(lambda: all(one.mailed_at for one in wired.sheet(message).sign_offs))


def test_two_workers_send_once(wired: Stage, practice: Practice, start_worker: StartWorker) -> None:
    workers = [start_worker(wired), start_worker(wired), start_worker(wired)]
    sent = [wired.released(text=f"Message {number}") for number in range(5)]
    for worker in workers * 5:
        worker.ring()
    until(lambda: all(settled(wired, one) for one in sent))
    posts = Counter((one.network, one.text.strip()) for one in practice.log.entries())
    assert len(posts) == 20
    assert set(posts.values()) == {1}


@pytest.mark.parametrize("network", ["mastodon", "bluesky", "webhook"])
@pytest.mark.parametrize("fault", ["500 after storing", "drop", "bad body"])
def test_an_answer_that_was_lost_never_makes_a_second_post(
    sqlite_wired: Stage,
    practice: Practice,
    start_worker: StartWorker,
    network: str,
    fault: str,
) -> None:
    start_worker(sqlite_wired)
    practice.faults.put({"network": network, "fault": fault, "times": 1})
    message = sqlite_wired.released()

    def delivered() -> bool:
        due_now(sqlite_wired, message)
        return set(sqlite_wired.states(message).values()) == ALL_SENT

    until(delivered)
    assert sent_on(practice, network) == 1


def test_a_lost_mail_is_put_before_a_person_and_not_sent_again(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(sqlite_wired)
    practice.faults.put({"network": "smtp", "fault": "drop", "times": 1})
    message = sqlite_wired.released()
    until(lambda: settled(sqlite_wired, message))
    mail = next(one for one in sqlite_wired.sheet(message).deliveries if one.network == "smtp")
    assert (str(mail.state), mail.due_at) == ("uncertain", None)
    with sqlite_wired.sessions.begin() as db:
        deliveries.confirm(db, delivery_id=mail.id, by=sqlite_wired.officer, now=sqlite_wired.now)
    assert sqlite_wired.states(message)["residents-email"] == "sent"
    assert sent_on(practice, "smtp") == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("401", "credential rejected"), ("403", "not permitted"), ("422", "content rejected")],
)
def test_a_refusal_fails_at_once_and_can_be_sent_again_on_its_own(
    sqlite_wired: Stage,
    practice: Practice,
    start_worker: StartWorker,
    fault: str,
    reason: str,
) -> None:
    start_worker(sqlite_wired)
    practice.faults.put({"network": "mastodon", "fault": fault, "times": 1})
    message = sqlite_wired.released()
    until(lambda: settled(sqlite_wired, message))
    failed = next(
        one for one in sqlite_wired.sheet(message).deliveries if one.network == "mastodon"
    )
    assert (str(failed.state), failed.reason) == ("failed", reason)
    with sqlite_wired.sessions.begin() as db:
        deliveries.resend(db, delivery_id=failed.id, by=sqlite_wired.officer, now=sqlite_wired.now)
    until(lambda: set(sqlite_wired.states(message).values()) == ALL_SENT)
    assert sent_on(practice, "mastodon") == 1


def test_a_busy_network_is_tried_again_at_its_own_time(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(sqlite_wired)
    practice.faults.put({"network": "bluesky", "fault": "429", "times": 1, "seconds": 2})
    message = sqlite_wired.released()
    until(lambda: set(sqlite_wired.states(message).values()) == ALL_SENT)
    bluesky = next(
        one for one in sqlite_wired.sheet(message).deliveries if one.network == "bluesky"
    )
    assert [one.outcome for one in bluesky.attempts] == ["postpone", "accept"]
    first, second = bluesky.attempts
    assert first.ended_at is not None
    assert second.started_at - first.ended_at >= timedelta(seconds=1)


def test_one_networks_trouble_does_not_hold_up_the_others(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(sqlite_wired)
    practice.faults.put({"network": "webhook", "fault": "hang after storing", "times": 1})
    message = sqlite_wired.released()

    def others_sent() -> bool:
        states = sqlite_wired.states(message)
        return states.pop("radio") == "sending" and set(states.values()) == ALL_SENT

    until(others_sent, seconds=15)


def test_what_was_changed_after_the_sign_off_is_never_sent(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    message = wired.released()
    with wired.sessions.engine.begin() as connection:
        connection.execute(
            text("UPDATE deliveries SET text = 'Free money' WHERE network = 'bluesky'")
        )
    start_worker(wired)
    until(lambda: settled(wired, message))
    states = wired.states(message)
    assert states.pop("bluesky") == "failed"
    assert set(states.values()) == ALL_SENT
    assert "Free money" not in {one.text for one in practice.log.entries()}


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE approvals SET state = 'asked'",
        "UPDATE messages SET digest = 'x'",
        "UPDATE variants SET text = 'Free money'",
        "UPDATE deliveries SET exercise = 1",
        "UPDATE deliveries SET account = 'somebody else'",
    ],
)
def test_without_the_sign_off_for_exactly_this_nothing_leaves(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker, tampering: str
) -> None:
    message = sqlite_wired.released()
    with sqlite_wired.sessions.engine.begin() as connection:
        connection.execute(text(tampering))
    start_worker(sqlite_wired)
    until(lambda: settled(sqlite_wired, message))
    assert set(sqlite_wired.states(message).values()) == {"failed"}
    assert practice.log.entries() == []


def test_after_a_stop_nothing_more_leaves(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    message = wired.released()
    with wired.sessions.begin() as db:
        messages.stop(db, message_id=message, reason="Wrong", by=wired.officer, now=wired.now)
    start_worker(wired)
    later = wired.released(text="Another")
    until(lambda: settled(wired, later))
    assert set(wired.states(message).values()) == {"cancelled"}
    assert {one.text.strip() for one in practice.log.entries()} == {"Another"}


def test_a_message_past_its_end_is_cancelled(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    end = wired.now + timedelta(seconds=1)
    message = wired.released(text="Closed until 06:00", expires_at=end)
    until(lambda: datetime.now(UTC) > end)
    start_worker(wired)
    until(lambda: set(wired.states(message).values()) == {"cancelled"})
    assert practice.log.entries() == []


def test_an_update_answers_the_alert_and_never_goes_before_it(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(wired)
    incident = wired.incident()
    alert = wired.released(incident, text="Snow on Glen Road.")
    until(lambda: settled(wired, alert))
    update_ = wired.released(incident, Kind.UPDATE, text="Glen Road is treated.")
    until(lambda: settled(wired, update_))
    for network in ("mastodon", "bluesky"):
        first, second = [one for one in practice.log.entries() if one.network == network]
        assert second.in_reply_to == first.id


def test_an_exercise_uses_practice_accounts_of_its_own(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    start_worker(sqlite_wired)
    message = sqlite_wired.released(sqlite_wired.incident(Mode.EXERCISE))
    until(lambda: settled(sqlite_wired, message))
    assert set(sqlite_wired.states(message).values()) == ALL_SENT
    assert all(one.account.startswith("exercise.") for one in practice.log.entries())
    assert len(practice.log.entries()) == 4


def test_a_worker_that_died_gives_back_what_it_held(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    message = wired.released()
    taken = claims.take(wired.sessions, wired.desk, worker="dead:1", limit=100)
    assert len(taken) == len(wired.desk.channels)
    sweep.give_back(wired.sessions, wired.desk, dead="dead:1", by="test")
    states = wired.states(message)
    # Sent again where that leaves one post, looked for where it can be read, else for a person.
    assert states == {
        "public-page": "queued",
        "radio": "queued",
        "bluesky": "queued",
        "mastodon": "uncertain",
        "residents-email": "uncertain",
    }
    start_worker(wired)

    def all_but_mail() -> bool:
        due_now(wired, message)
        found = wired.states(message)
        return found.pop("residents-email") == "uncertain" and set(found.values()) == ALL_SENT

    until(all_but_mail)
    assert Counter(one.network for one in practice.log.entries()) == {
        "mastodon": 1,
        "bluesky": 1,
        "webhook": 1,
    }


def test_a_stop_of_the_worker_finishes_what_is_in_flight(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    practice.faults.put({"network": "webhook", "fault": "slow", "times": 1, "seconds": 1})
    worker = start_worker(sqlite_wired)
    message = sqlite_wired.released()
    until(lambda: "queued" not in sqlite_wired.states(message).values())
    worker.stop()
    assert sqlite_wired.states(message)["radio"] == "sent"


def test_the_record_is_unbroken_and_names_every_channel(
    wired: Stage, start_worker: StartWorker
) -> None:
    start_worker(wired)
    message = wired.released()
    until(lambda: settled(wired, message))
    with wired.sessions.read() as db:
        assert first_break(audit.entries(db), head=audit.head(db)) is None
        published = db.query(EntryRow).filter(EntryRow.action == "published").count()
    assert published == len(wired.desk.channels)


def test_a_post_that_is_not_there_is_sent_only_after_two_late_looks(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    message = sqlite_wired.released()
    claims.take(sqlite_wired.sessions, sqlite_wired.desk, worker="dead:1", limit=100)
    sweep.give_back(sqlite_wired.sessions, sqlite_wired.desk, dead="dead:1", by="test")
    start_worker(sqlite_wired)
    with sqlite_wired.sessions.read() as db:
        row = db.query(DeliveryRow).filter(DeliveryRow.network == "mastodon").one()
        lost_at = row.changed_at

    def looks() -> list[str]:
        with sqlite_wired.sessions.read() as db:
            entries = db.query(EntryRow).filter(EntryRow.action.like("looked, not%"))
            return [one.action for one in entries]

    # The first look, two seconds after, finds nothing, and that is not believed yet.
    until(lambda: len(looks()) == 1)
    assert sqlite_wired.states(message)["mastodon"] == "uncertain"
    with sqlite_wired.sessions.engine.begin() as connection:
        connection.execute(
            update(DeliveryRow)
            .where(DeliveryRow.network == "mastodon")
            .values(changed_at=lost_at - timedelta(minutes=1), due_at=lost_at)
        )
    until(lambda: len(looks()) == 2)
    assert sqlite_wired.states(message)["mastodon"] == "uncertain"
    due_now(sqlite_wired, message)
    until(lambda: sqlite_wired.states(message)["mastodon"] == "sent")
    assert sent_on(practice, "mastodon") == 1
