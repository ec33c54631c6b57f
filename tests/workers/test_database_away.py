"""A database that is away for a while costs time, and neither a post nor its outcome."""

import pytest
from sqlalchemy import text

from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from workers.practice import Practice


def rename(stage: Stage, old: str, new: str) -> None:
    with stage.sessions.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def sent(practice: Practice, network: str) -> int:
    return sum(one.network == network for one in practice.log.entries())


def test_an_outcome_that_cannot_be_recorded_yet_is_kept_until_it_can(
    sqlite_wired: Stage,
    practice: Practice,
    start_worker: StartWorker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = sqlite_wired.released(text="Snow.", channels=["radio"])
    rename(sqlite_wired, "outcomes", "elsewhere")  # a claim does without it
    start_worker(sqlite_wired)
    until(lambda: "Retrying workers.recording.settle" in caplog.text)
    rename(sqlite_wired, "elsewhere", "outcomes")
    until(lambda: sqlite_wired.states(message)["radio"] == "sent")
    assert sent(practice, "webhook") == 1


def test_a_worker_outlives_a_turn_that_failed(
    sqlite_wired: Stage, start_worker: StartWorker, caplog: pytest.LogCaptureFixture
) -> None:
    rename(sqlite_wired, "mails", "elsewhere")
    start_worker(sqlite_wired)
    until(lambda: "database not available" in caplog.text)
    rename(sqlite_wired, "elsewhere", "mails")
    message = sqlite_wired.released(text="Snow.", channels=["radio"])
    until(lambda: sqlite_wired.states(message)["radio"] == "sent")


def test_an_answer_for_what_the_database_does_not_have_takes_no_other_with_it(
    sqlite_wired: Stage,
    practice: Practice,
    start_worker: StartWorker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for network in ("webhook", "bluesky"):
        practice.faults.put({"network": network, "fault": "slow", "times": 1, "seconds": 3})
    start_worker(sqlite_wired)
    message = sqlite_wired.released(text="Snow.", channels=["radio", "bluesky"])
    until(lambda: set(sqlite_wired.states(message).values()) == {"sending"})
    with sqlite_wired.sessions.engine.begin() as connection:
        connection.execute(text("DELETE FROM attempts WHERE delivery_id IN "
                                "(SELECT id FROM deliveries WHERE channel = 'radio')"))  # fmt: skip
    until(lambda: sqlite_wired.states(message)["bluesky"] == "sent")
    until(lambda: "could not be recorded together" in caplog.text)
    later = sqlite_wired.released(text="Ice.", channels=["radio"])
    until(lambda: sqlite_wired.states(later)["radio"] == "sent")
