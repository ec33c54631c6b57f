"""Whoever stands still in the middle of a transaction holds nobody up for long."""

import time
from datetime import UTC, datetime

import pytest

from console.domain.record_key import keys_of
from console.store import audit
from console.store.audit import Actor, record
from console.store.away import DatabaseAway
from console.store.engine import Sessions, Transaction
from tests.stage import SECRET, Stage

PATIENCE = 1.5
NOW = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)


def note(db: Transaction) -> None:
    record(db, actor=Actor("anybody"), action="did", subject="x", now=NOW)


def frozen_while_another_writes(sessions: Sessions) -> None:
    begun = time.monotonic()
    with sessions.begin() as frozen:
        note(frozen)
        audit.write(frozen)
        frozen.flush()  # it holds the head of the record, and nothing happens any more
        with sessions.begin() as other:
            note(other)
        assert time.monotonic() - begun < PATIENCE


def test_the_end_of_the_record_is_given_back_by_whoever_was_frozen_with_it(
    postgres_stage: Stage,
) -> None:
    url = postgres_stage.desk.settings.database_url
    sessions = Sessions(url, patience=PATIENCE, keys=keys_of(SECRET))
    with sessions.read() as db:
        before, _ = audit.head(db)
    with pytest.raises(DatabaseAway):
        frozen_while_another_writes(sessions)
    with sessions.read() as db:
        assert audit.head(db)[0] == before + 1
    sessions.close()


def test_whoever_only_reads_may_take_their_time(postgres_stage: Stage) -> None:
    url = postgres_stage.desk.settings.database_url
    sessions = Sessions(url, patience=0.2)
    with sessions.read() as db:
        first = audit.head(db)
        time.sleep(0.5)
        assert audit.head(db) == first
    sessions.close()
