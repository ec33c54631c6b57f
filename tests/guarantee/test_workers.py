"""Workers that die, freeze or lose their supervisor: nothing is lost, nothing is doubled.

Rows 9 to 15 and 25 of the fault matrix.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.engine import make_url

from console.actions import register
from console.doorbell import Doorbell
from console.store import rounds
from tests.guarantee.installation import (
    LEASE,
    MAIL,
    PACE,
    SETTLE,
    Installation,
    alive,
)
from tests.real.postgres import Postgres
from tests.waiting import machine_time, until
from workers.watchman import wanted

ONCE = Counter({"mastodon": 1, "bluesky": 1, "webhook": 1, "public-page": 1})


def nothing_lost_or_doubled(installation: Installation, message: str) -> None:
    """Every network that can be read or knows a key has it once; of the mail a person is told."""
    states = installation.until_settled(message)
    posts = installation.posts()
    mails, state = posts.pop("smtp", 0), states.pop(MAIL)
    assert posts == ONCE
    assert set(states.values()) == {"sent"}
    assert (state, mails) in {("sent", 1), ("uncertain", 0), ("uncertain", 1)}


CRASHES = (
    "before-intent-commit",
    "after-intent",
    "before-call",
    "during-call",
    "after-call",
    "after-answer",
    "before-outcome-commit",
    "after-outcome-commit",
)


@pytest.mark.parametrize("point", CRASHES)
def test_a_worker_that_dies_at_any_point_is_replaced_and_each_network_has_one_post(
    postgres_installation: Installation, point: str
) -> None:
    dies_and_is_replaced(postgres_installation, point)


@pytest.mark.parametrize("point", ["before-intent-commit", "after-call", "before-outcome-commit"])
def test_a_worker_that_dies_in_sqlites_transactions_is_replaced_too(
    sqlite_installation: Installation, point: str
) -> None:
    dies_and_is_replaced(sqlite_installation, point)


def dies_and_is_replaced(installation: Installation, point: str) -> None:
    message = installation.stage.released(text="Snow on Glen Road.")
    workers = installation.start(2, f"{point}:kill")
    until(workers.happened)
    nothing_lost_or_doubled(installation, message)
    until(lambda: len(workers.children()) == 2)


@pytest.mark.parametrize("point", ["after-look", "after-look-commit", "during-sweep"])
def test_a_worker_that_dies_while_it_settles_an_unknown_outcome_leaves_it_to_the_next(
    sqlite_installation: Installation, point: str
) -> None:
    sqlite_installation.all_misbehave("drop")
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    if point == "during-sweep":
        # A worker and its supervisor at once: only a lease that runs out tells of them.
        gone = sqlite_installation.start(1, "after-answer:stop")
        gone.until_frozen()
        gone.kill(with_children=True)
    workers = sqlite_installation.start(2, f"{point}:kill")
    until(workers.happened)
    nothing_lost_or_doubled(sqlite_installation, message)


def test_a_supervisor_that_dies_while_it_gives_back_leaves_it_to_the_lease(
    sqlite_installation: Installation,
) -> None:
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    first = sqlite_installation.start(1, "before-call:kill,before-give-back:kill")
    until(first.ended)
    sqlite_installation.start(1)
    nothing_lost_or_doubled(sqlite_installation, message)


@pytest.mark.parametrize("point", ["after-call"])
def test_when_a_whole_machine_dies_another_resumes_within_the_lease_and_ten_seconds(
    installation: Installation, point: str
) -> None:
    message = installation.stage.released(text="Snow on Glen Road.")
    gone = installation.start(1, f"{point}:stop")
    gone.until_frozen()
    gone.kill(with_children=True)

    def resumed() -> bool:
        """By a try of the other's, or its look on the network."""
        return not any(row.state == "sending" for row in installation.rows(message).values())

    with machine_time() as passed:
        installation.start(1)
        until(resumed)
        assert passed() < LEASE + 10 / PACE + 1  # and what it takes to start
    nothing_lost_or_doubled(installation, message)


def without_checks(installation: Installation) -> None:
    """A check would sign in first, and the sending be shorter by that."""
    stage = installation.stage
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
        rounds.prepare(db, wanted(stage.desk), stage.now + timedelta(days=1))


# The death comes before this piece of the conversation: a request leaves as its head and its body,
# Bluesky's after a sign-in, and a mail as four commands, its words and the final dot.
PIECES = [("mastodon", 1), ("mastodon", 2), ("radio", 2), ("bluesky", 4), (MAIL, 5), (MAIL, 6)]


@pytest.mark.parametrize(("channel", "piece"), PIECES)
def test_a_request_that_was_sent_by_half_is_made_good(
    sqlite_installation: Installation, channel: str, piece: int
) -> None:
    message = sqlite_installation.stage.released(text="Snow.", channels=[channel])
    sqlite_installation.without_mails()
    without_checks(sqlite_installation)
    workers = sqlite_installation.start(1, f"during-call:kill:{piece}")
    until(workers.happened)
    states = sqlite_installation.until_settled(message)
    if channel == MAIL:
        assert states == {MAIL: "uncertain"}
        assert not sqlite_installation.posts()
    else:
        assert states == {channel: "sent"}
        assert sqlite_installation.posts().total() == 1


@pytest.mark.parametrize("point", ["before-call", "during-call", "after-call"])
def test_a_worker_frozen_for_longer_than_its_lease_changes_nothing_when_it_thaws(
    postgres_installation: Installation, point: str
) -> None:
    message = postgres_installation.stage.released(text="Snow on Glen Road.")
    frozen = postgres_installation.start(1, f"{point}:stop")
    pid = frozen.until_frozen()
    postgres_installation.start(1)
    nothing_lost_or_doubled(postgres_installation, message)
    before = postgres_installation.rows(message)
    os.kill(pid, signal.SIGCONT)
    assert frozen.stop() == 0  # with that, its late answers are recorded
    nothing_lost_or_doubled(postgres_installation, message)
    after = postgres_installation.rows(message)
    for channel in before.keys() - {MAIL}:
        kept = (before[channel].state, before[channel].fence, before[channel].reference)
        assert (after[channel].state, after[channel].fence, after[channel].reference) == kept
    assert "Traceback" not in frozen.said()


def test_where_a_frozen_worker_holds_up_the_database_too_nothing_is_lost_or_doubled(
    sqlite_installation: Installation,
) -> None:
    """SQLite has one writer: one that was frozen in its transaction lets nobody else write."""
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    frozen = sqlite_installation.start(1, "before-outcome-commit:stop")
    pid = frozen.until_frozen()
    sqlite_installation.start(1)
    time.sleep(LEASE + SETTLE)  # for all that could go wrong in it
    os.kill(pid, signal.SIGCONT)
    nothing_lost_or_doubled(sqlite_installation, message)


def test_without_their_supervisor_workers_finish_what_is_in_flight_and_end(
    installation: Installation,
) -> None:
    installation.all_misbehave("slow", seconds=2)
    message = installation.stage.released(text="Snow on Glen Road.")
    orphaned = installation.start(2, SKELLAT_PACE="2")  # a deadline of 10 s: far from the answers
    holders = until(lambda: installation.holders(message))
    children = orphaned.children()
    orphaned.kill()
    assert all(alive(pid) for pid in holders)
    installation.start(2, SKELLAT_PACE="2")
    until(lambda: installation.settled(message))
    assert set(installation.stage.states(message).values()) == {"sent"}
    assert installation.posts() == ONCE + Counter(smtp=1)
    by = {row.worker.rpartition(":")[2] for row in installation.rows(message).values()}
    assert {str(pid) for pid in holders} <= by  # they did finish, nobody did it for them
    assert {row.fence for row in installation.rows(message).values()} == {1}
    until(lambda: not any(alive(pid) for pid in children))


def test_a_stop_right_after_a_death_is_heard(sqlite_installation: Installation) -> None:
    """While the dead worker's successor is about to start, and has no ear of its own yet."""
    workers = sqlite_installation.start(2)
    first, _ = until(lambda: workers.children() if len(workers.children()) == 2 else None)
    os.kill(first, signal.SIGKILL)
    until(lambda: "ended by itself" in workers.said())
    begun = time.monotonic()
    assert workers.stop() == 0
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("times", [1, 3])
def test_a_stop_in_the_middle_of_the_start_is_heard(
    sqlite_installation: Installation, times: int
) -> None:
    workers = sqlite_installation.start(4)
    until(lambda: len(workers.children()) > times)
    begun = time.monotonic()
    assert workers.stop() == 0
    assert time.monotonic() - begun < 10


def test_a_supervisor_outlives_a_database_that_is_away(
    postgres_installation: Installation, postgres: Postgres
) -> None:
    message = postgres_installation.stage.released(text="Snow on Glen Road.")
    workers = postgres_installation.start(2, "before-call:stop")
    held = workers.until_frozen()
    with away(postgres, postgres_installation):
        os.kill(held, signal.SIGKILL)
        until(lambda: "not taken back" in workers.said())
    nothing_lost_or_doubled(postgres_installation, message)
    assert not workers.ended()


@contextmanager
def away(postgres: Postgres, installation: Installation) -> Iterator[None]:
    """Nobody is let into the database, and who is in is thrown out."""
    url = make_url(installation.stage.desk.settings.database_url)
    installation.stage.sessions.close()
    postgres.sql(f'alter database "{url.database}" allow_connections false')
    postgres.sql(
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{url.database}'"
    )
    yield
    postgres.sql(f'alter database "{url.database}" allow_connections true')


def test_eight_workers_and_twenty_rings_send_once(
    installation: Installation, redis_url: str
) -> None:
    installation.start(8, SKELLAT_REDIS_URL=redis_url, SKELLAT_PACE="1")
    messages = []
    for n in range(6):
        installation.stage.later(milliseconds=1)
        messages.append(installation.stage.released(text=f"Message {n}."))
    bell = Doorbell(redis_url)
    with ThreadPoolExecutor(20) as ringers:
        list(ringers.map(lambda _: bell.ring(4), range(20)))
    for n, message in enumerate(messages):
        assert set(installation.until_settled(message).values()) == {"sent"}
        assert installation.posts(f"Message {n}.") == ONCE + Counter(smtp=1)
        assert {row.tries for row in installation.rows(message).values()} == {1}
