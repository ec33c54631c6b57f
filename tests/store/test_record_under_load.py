"""Many who write at once leave one unbroken record; on both databases."""

from concurrent.futures import ThreadPoolExecutor

from console.domain.audit import first_break
from console.store import audit
from console.store.audit import Actor
from tests.stage import Stage

WRITERS, EACH = 16, 10


def test_entries_written_at_once_have_no_gap_and_no_number_twice(stage: Stage) -> None:
    def write(writer: int) -> None:
        for number in range(EACH):
            with stage.sessions.begin() as db:
                # Reading first, as every act does, must not make the head an old one.
                audit.head(db)
                audit.record(
                    db,
                    actor=Actor(f"writer {writer}"),
                    action=f"wrote {number}",
                    subject="test",
                    now=stage.now,
                )

    with stage.sessions.read() as db:
        before = audit.head(db)[0]
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with stage.sessions.read() as db:
        assert audit.head(db)[0] == before + WRITERS * EACH
        assert first_break(audit.entries(db), head=audit.head(db)) is None


def test_two_entries_of_one_transaction_follow_each_other(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        for action in ("first", "second"):
            audit.record(db, actor=Actor("test"), action=action, subject="test", now=stage.now)
    with stage.sessions.read() as db:
        second, first = audit.newest(db, limit=2)
        assert (first.action, second.action) == ("first", "second")
        assert second.previous == first.digest


def test_sqlite_keeps_what_was_committed_and_knows_what_belongs_to_what(
    sqlite_stage: Stage,
) -> None:
    with sqlite_stage.sessions.engine.connect() as connection:
        known = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "foreign_keys", "journal_mode")
        }
    assert known == {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}
