"""A new version takes over in the middle of a broadcast: row 30 of the fault matrix.

What is in flight is finished or handed back, and what the last version wrote is sent by this one.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, Table, insert, inspect, select

import console.store
from console.domain.record_key import keys_of
from console.store import readiness
from console.store.base import new_id
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions, database_now
from console.store.migrate import migrate
from console.store.readiness import Database
from tests.guarantee.installation import MAIL, Installation, Preloaded, install
from tests.real.postgres import Postgres
from tests.stage import SECRET, Stage, settings_for, stage_on
from tests.waiting import until
from workers.practice import Practice

FIRST = "0001"
ONCE = Counter({"mastodon": 1, "bluesky": 1, "webhook": 1, "smtp": 1, "public-page": 1})


def once_each(installation: Installation, message: str) -> bool:
    return set(installation.stage.states(message).values()) == {"sent"}


@pytest.mark.parametrize("whom", ["supervisor", "one worker", "every worker"])
def test_row_30_told_to_stop_in_the_middle_it_finishes_or_hands_back_and_the_next_goes_on(
    installation: Installation, whom: str
) -> None:
    installation.all_misbehave("slow", seconds=1.5)
    old = installation.start(2, SKELLAT_PACE="2")  # a deadline of 10 s: far from the answers
    message = installation.stage.released(text="Snow on Glen Road.")
    until(lambda: installation.holders(message))
    told = {
        "supervisor": [old.pid],
        "one worker": sorted(installation.holders(message))[:1],
        "every worker": old.children(),
    }[whom]
    for pid in told:
        os.kill(pid, signal.SIGTERM)
    installation.start(2, SKELLAT_PACE="2")
    until(lambda: once_each(installation, message))
    assert installation.posts() == ONCE
    assert (old.stop(), old.said().count("Traceback")) == (0, 0)


def test_row_30_old_and_new_version_together_send_every_message_once(
    installation: Installation,
) -> None:
    installation.all_misbehave("slow", times=8, seconds=0.5)
    old = installation.start(2, SKELLAT_PACE="2")
    messages = [installation.stage.released(text=f"Snow, number {n}.") for n in range(4)]
    new = installation.start(2, SKELLAT_PACE="2")
    until(lambda: any(installation.begun(one) for one in messages))
    assert old.stop() == 0
    messages.append(installation.stage.released(text="Snow, number 4."))
    until(lambda: all(once_each(installation, one) for one in messages))
    assert [installation.posts(f"Snow, number {n}.") for n in range(5)] == [ONCE] * 5
    assert new.children()


def at_first_version(sessions: Sessions) -> None:
    """The tables as the first version made them."""
    config = Config()
    folder = Path(console.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with sessions.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        connection.commit()


def copy_rows(today: Sessions, first: Sessions) -> None:
    """Every row that the first version could have had, by its own columns."""
    newer, older = MetaData(), MetaData()
    newer.reflect(today.engine)
    older.reflect(first.engine)
    with today.engine.connect() as source, first.engine.begin() as target:
        for table in older.sorted_tables:
            if table.name == "alembic_version":
                continue
            target.execute(table.delete())
            columns = newer.tables[table.name].columns
            rows = source.execute(select(*(columns[one.name] for one in table.columns)))
            if found := [{name: _utc(one) for name, one in row._mapping.items()} for row in rows]:
                target.execute(table.insert(), found)


def _utc(value: Any) -> Any:
    """SQLite keeps times without their zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[Sessions]:
    (tmp_path / "first").mkdir()
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'first' / 'skellat.db'}"
    else:
        url = postgres.url(postgres.new())
    sessions = Sessions(url, keys=keys_of(SECRET))
    yield sessions
    sessions.close()


def as_left(stage: Stage, message: str) -> None:
    """As the last version may leave it: queued, sending with a lapsed lease, uncertain, sent."""
    with stage.sessions.begin() as db:
        now = database_now(db)
        rows = db.scalars(select(DeliveryRow).where(DeliveryRow.message_id == message))
        by_channel = {one.channel: one for one in rows}
        sending = by_channel["mastodon"]
        sending.state, sending.fence, sending.tries = "sending", 1, 1
        sending.worker = "gone:1"
        sending.lease_until = now - timedelta(minutes=1)
        by_channel["bluesky"].state = "uncertain"
        by_channel["bluesky"].due_at = now
        by_channel[MAIL].state = "sent"
        by_channel[MAIL].due_at = None


def test_row_30_what_the_first_version_left_is_sent_once_by_this_one(
    empty: Sessions, sqlite_stage: Stage, practice: Practice, preloaded: Preloaded, tmp_path: Path
) -> None:
    message = sqlite_stage.released(text="Snow on Glen Road.")
    waiting = sqlite_stage.draft(text="Waits for its sign-off.")
    sqlite_stage.submit(waiting)
    as_left(sqlite_stage, message)
    at_first_version(empty)
    copy_rows(sqlite_stage.sessions, empty)
    assert readiness.database(empty) is Database.OTHER_SCHEMA
    url = empty.engine.url.render_as_string(hide_password=False)
    home = tmp_path / "first"
    known = settings_for(home, url)
    migrate(empty, known.secret)
    assert readiness.database(empty) is Database.READY
    today = install(stage_on(empty, known), practice, home, preloaded)
    try:
        today.start(2)
        until(lambda: once_each(today, message), 40)
        # The mail was sent by the version before: its practice mailbox is not this one.
        assert today.posts() == ONCE - Counter({"smtp": 1})
        today.stage.sign(waiting)
        until(lambda: once_each(today, waiting), 40)
        assert today.posts("Waits for its sign-off.") == ONCE
    finally:
        today.close()


def test_row_30_this_versions_tables_take_what_the_first_version_writes(
    installation: Installation, empty: Sessions
) -> None:
    """While a deploy runs, the last version's processes still write to the new tables."""
    at_first_version(empty)
    first = {one["name"] for one in inspect(empty.engine).get_columns("deliveries")}
    stage = installation.stage
    message = stage.released(text="Snow on Glen Road.", channels=["radio"])
    (whole,) = installation.rows(message).values()
    today = Table("deliveries", MetaData(), autoload_with=stage.sessions.engine)
    old = {one.name: getattr(whole, one.name) for one in today.columns if one.name in first}
    with stage.sessions.engine.begin() as db:
        db.execute(today.delete().where(today.c.id == whole.id))
        db.execute(insert(today).values({**old, "id": new_id()}))
    installation.start(1)
    until(lambda: once_each(installation, message))
    assert installation.posts() == Counter({"webhook": 1})
