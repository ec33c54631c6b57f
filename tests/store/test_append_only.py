"""What is on the record is added to and never changed: the database itself refuses, both do."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from console.domain.audit import Entry, entry_digest
from console.domain.erasure import ERASED
from console.domain.record_key import keys_of
from console.store import append_only, audit, checkpoints, record_check
from console.store.audit import Actor, EntryRow, NotKeyed
from console.store.engine import Sessions
from console.store.migrate import migrate
from tests.real.postgres import Postgres
from tests.stage import SECRET, Stage, set_up
from tests.tampering import unlock

NOW = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)
COLUMNS = "at, actor, actor_id, action, subject, incident, detail, previous, digest, key, mac"
FORBIDDEN = {
    "change": "UPDATE audit SET actor = 'Nobody' WHERE number = 2",
    "change its own number": "UPDATE audit SET number = number + 100 WHERE number = 2",
    "delete": "DELETE FROM audit WHERE number = 2",
    "delete the end": "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)",
    "leave a gap": f"INSERT INTO audit (number, {COLUMNS}) SELECT 999, {COLUMNS} FROM audit"
    " WHERE number = 1",
    "go back": f"INSERT INTO audit (number, {COLUMNS}) SELECT -1, {COLUMNS} FROM audit"
    " WHERE number = 1",
    "change a checkpoint": "UPDATE checkpoints SET note = 'x'",
    "delete a checkpoint": "DELETE FROM checkpoints",
}
OF_ONE = {
    "sqlite": {
        "write over": "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2",
        "write over a checkpoint": "INSERT OR REPLACE INTO checkpoints SELECT * FROM checkpoints",
        "change where it clashes": f"INSERT INTO audit (number, {COLUMNS}) SELECT number, {COLUMNS}"
        " FROM audit WHERE number = 2 ON CONFLICT (number) DO UPDATE SET actor = 'Nobody'",
    },
    "postgresql": {
        "empty": "TRUNCATE audit",
        "empty the checkpoints": "TRUNCATE checkpoints",
        "change as a replica": "SET LOCAL session_replication_role = replica;"
        " UPDATE audit SET actor = 'Nobody'",
    },
}


def note(sessions: Sessions, many: int = 1) -> None:
    with sessions.begin() as db:
        for number in range(many):
            audit.record(db, actor=Actor("a"), action=f"act {number}", subject="test", now=NOW)


def run(db: Session, statements: str) -> None:
    for one in statements.split(";"):
        db.execute(text(one))


@pytest.fixture
def written(stage: Stage) -> Stage:
    note(stage.sessions, 3)
    return stage


def test_what_is_written_is_not_changed_taken_out_or_written_over(written: Stage) -> None:
    with written.sessions.begin() as db:
        checkpoints.add(db, 1, NOW, "a note")
    with written.sessions.read() as db:
        dialect, before = db.get_bind().dialect.name, list(audit.rows(db))
    for statement in (FORBIDDEN | OF_ONE[dialect]).values():
        with pytest.raises(DBAPIError, match="the record"), written.sessions.begin() as db:
            run(db, statement)
    with written.sessions.read() as db:
        assert list(audit.rows(db)) == before


def erasing(db: Session, number: int = 2, **instead: str) -> dict[str, Any]:
    """Puts an erasure on the record; what a change by it would be."""
    entry = db.get_one(EntryRow, number).value()
    detail = {"entry_digest": entry.digest, **instead}
    about = f"entry:{number}"
    audit.record(db, actor=Actor("b"), action=ERASED, subject=about, detail=detail, now=NOW)
    audit.write(db)
    db.flush()
    last, _ = audit.head(db)
    later = db.get_one(EntryRow, last).value()
    return {"number": number, "detail": later.detail, "erased": later.number}


TAKE_OUT = (
    "UPDATE audit SET actor = 'erased', actor_id = '', mac = '', detail = :detail,"
    " erased = :erased WHERE number = :number"
)


def test_an_erasure_is_let_through_once_where_a_later_entry_says_so(written: Stage) -> None:
    with written.sessions.begin() as db:
        change = erasing(db)
        db.execute(text(TAKE_OUT), change)
    with pytest.raises(DBAPIError, match="the record"), written.sessions.begin() as db:
        db.execute(text(TAKE_OUT), change)
    with written.sessions.read() as db:
        assert db.get_one(EntryRow, 2).erased == change["erased"]


NOT_AN_ERASURE = {
    "words besides": TAKE_OUT.replace("'erased'", "'Nobody'"),
    "an id besides": TAKE_OUT.replace("actor_id = ''", "actor_id = 'x'"),
    "a MAC besides": TAKE_OUT.replace("mac = ''", "mac = 'x'"),
    "another time": TAKE_OUT.replace("actor_id = ''", "actor_id = '', at = 'x'"),
    "another action": TAKE_OUT.replace("actor_id = ''", "actor_id = '', action = 'x'"),
    "another subject": TAKE_OUT.replace("actor_id = ''", "actor_id = '', subject = 'x'"),
    "another incident": TAKE_OUT.replace("actor_id = ''", "actor_id = '', incident = 'x'"),
    "another digest": TAKE_OUT.replace("actor_id = ''", "actor_id = '', digest = previous"),
    "another link": TAKE_OUT.replace("actor_id = ''", "actor_id = '', previous = digest"),
    "another key": TAKE_OUT.replace("actor_id = ''", "actor_id = '', key = ''"),
    "another number": TAKE_OUT.replace("actor_id = ''", "actor_id = '', number = number + 1000"),
    "other words for it": TAKE_OUT.replace(":detail", "'{}'"),
    "no entry that says so": TAKE_OUT.replace(":erased", "0"),
    "an entry that says it of another": TAKE_OUT.replace(":number", "3"),
    "an entry before it": TAKE_OUT.replace(":erased", "1"),
    "the entry that says so": TAKE_OUT.replace(":number", ":erased"),
    "many at once": TAKE_OUT.replace("= :number", "> 0"),
}


def take_out(db: Session, statement: str) -> None:
    change = erasing(db)
    db.execute(
        text(statement),
        {name: value for name, value in change.items() if f":{name}" in statement},
    )


@pytest.mark.parametrize("statement", NOT_AN_ERASURE.values(), ids=NOT_AN_ERASURE)
def test_what_is_more_than_an_erasure_is_refused(written: Stage, statement: str) -> None:
    with written.sessions.read() as db:
        before = list(audit.rows(db))
    with pytest.raises(DBAPIError, match="the record"), written.sessions.begin() as db:
        take_out(db, statement)
    with written.sessions.read() as db:
        assert list(audit.rows(db)) == before


def test_an_erasure_of_other_words_than_were_there_is_refused(written: Stage) -> None:
    with pytest.raises(DBAPIError, match="the record"), written.sessions.begin() as db:
        db.execute(text(TAKE_OUT), erasing(db, entry_digest="0" * 64))


def test_nothing_is_written_that_is_erased_already(written: Stage) -> None:
    forged = (
        f"INSERT INTO audit (number, erased, {COLUMNS}) SELECT number + 1, 1, {COLUMNS} FROM audit"
        " WHERE number = (SELECT max(number) FROM audit)"
    )
    with pytest.raises(DBAPIError, match="the record"), written.sessions.begin() as db:
        db.execute(text(forged))


def test_a_table_of_ones_own_does_not_stand_in_for_the_record(postgres_stage: Stage) -> None:
    note(postgres_stage.sessions, 3)
    with pytest.raises(DBAPIError, match="the record"), postgres_stage.sessions.begin() as db:
        with_a_table_of_ones_own(db)


def with_a_table_of_ones_own(db: Session) -> None:
    digest = db.get_one(EntryRow, 2).digest
    db.execute(text("CREATE TEMPORARY TABLE audit AS SELECT * FROM public.audit"))
    detail = json.dumps({"entry_digest": digest})
    db.execute(
        text(
            "UPDATE pg_temp.audit SET number = 99, action = :action, subject = 'entry:2',"
            " detail = :detail WHERE number = 3"
        ),
        {"action": ERASED, "detail": detail},
    )
    take_out = TAKE_OUT.replace("UPDATE audit", "UPDATE public.audit")
    db.execute(text(take_out), {"number": 2, "detail": detail, "erased": 99})


def test_one_who_may_drop_the_triggers_is_found_all_the_same(written: Stage) -> None:
    with written.sessions.begin() as db:
        unlock(db)
        db.execute(text(FORBIDDEN["change"]))
    with written.sessions.read() as db:
        found = record_check.first_break(db)
    assert found
    assert (found.number, found.what) == (2, "its content was changed after it was written")


def test_a_record_that_was_written_anew_without_the_key_is_found(written: Stage) -> None:
    """Digests, links and the head are all right; the MACs are not."""
    with written.sessions.begin() as db:
        unlock(db)
        entries, previous = list(audit.entries(db)), ""
        for one in entries:
            actor = "Nobody" if one.number == 3 else one.actor
            forged = replace(one, actor=actor, previous=previous or one.previous)
            forged = replace(forged, digest=entry_digest(forged))
            previous = forged.digest
            db.query(EntryRow).filter_by(number=one.number).update(forged.__dict__)
        db.execute(text("UPDATE audit_head SET digest = :digest"), {"digest": previous})
    with written.sessions.read() as db:
        found = record_check.first_break(db)
    assert found
    assert found.number == 3
    assert "MAC is wrong" in found.what


def test_a_record_without_any_mac_is_not_taken_for_one_from_before_there_were_keys(
    written: Stage,
) -> None:
    with written.sessions.begin() as db:
        unlock(db)
        previous = audit.GENESIS
        for one in list(audit.entries(db)):
            forged = replace(one, key="", mac="", previous=previous)
            forged = replace(forged, digest=entry_digest(forged))
            previous = forged.digest
            db.query(EntryRow).filter_by(number=one.number).update(forged.__dict__)
        db.execute(text("UPDATE audit_head SET digest = :digest"), {"digest": previous})
    with written.sessions.read() as db:
        last, _ = audit.head(db)
        found = record_check.first_break(db)
    assert found
    assert (found.number, found.what) == (last, "it has no MAC, and the newest must have one")


def test_nobody_without_the_key_writes_into_a_record_with_macs(written: Stage) -> None:
    bare = Sessions(written.desk.settings.database_url)
    with pytest.raises(NotKeyed):
        note(bare)
    bare.close()


def test_thirty_two_who_write_at_once_leave_one_unbroken_record(postgres_stage: Stage) -> None:
    def write(writer: int) -> None:
        for _ in range(8):
            note(postgres_stage.sessions, 1 + writer % 3)

    with postgres_stage.sessions.read() as db:
        before, _ = audit.head(db)
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(write, range(32)))
    with postgres_stage.sessions.read() as db:
        assert record_check.first_break(db) is None
        assert audit.head(db)[0] == before + 8 * sum(1 + one % 3 for one in range(32))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/old.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


def test_an_older_record_stays_valid_and_the_upgrade_binds_it(empty_url: str) -> None:
    sessions = Sessions(empty_url, keys=keys_of(SECRET))
    migrate(sessions, to="0016")
    previous = audit.GENESIS
    with sessions.engine.begin() as db:
        for number in (1, 2, 3):
            one = Entry(number, NOW.isoformat(), "Anne", "a", "did", "x", "", "{}", previous)
            previous = entry_digest(one)
            db.execute(
                text(
                    "INSERT INTO audit (number, at, actor, actor_id, action, subject, incident,"
                    " detail, previous, digest) VALUES (:number, :at, :actor, :actor_id, :action,"
                    " :subject, :incident, :detail, :previous, :digest)"
                ),
                {**one.__dict__, "digest": previous},
            )
        db.execute(text("UPDATE audit_head SET number = 3, digest = :one"), {"one": previous})
    migrate(sessions, SECRET)
    note(sessions)
    with sessions.read() as db:
        assert record_check.first_break(db) is None
        found = list(audit.entries(db))
    assert [bool(one.mac) for one in found] == [False] * 3 + [True] * 2
    assert found[3].action == "record sealed from here on"
    sessions.close()


@pytest.fixture
def restricted(postgres: Postgres) -> Iterator[tuple[Sessions, Sessions]]:
    """The tables' owner, and the role that `skellat audit grants` let in."""
    name = postgres.new()
    owner = Sessions(postgres.url(name), keys=keys_of(SECRET))
    set_up(owner)
    with owner.engine.begin() as db:
        db.exec_driver_sql("CREATE ROLE skellat_app LOGIN")
        db.exec_driver_sql(append_only.grants("skellat_app"))
    url = make_url(postgres.url(name)).set(username="skellat_app")
    app = Sessions(url.render_as_string(hide_password=False), keys=keys_of(SECRET))
    yield app, owner
    app.close()
    with owner.engine.begin() as db:
        db.exec_driver_sql("DROP OWNED BY skellat_app; DROP ROLE skellat_app")
    owner.close()
    postgres.drop(name)


def test_the_role_of_the_application_may_add_to_the_record_and_no_more(
    restricted: tuple[Sessions, Sessions],
) -> None:
    app, _ = restricted
    note(app, 2)
    with app.read() as db:
        assert record_check.first_break(db) is None
    for statement in (
        *FORBIDDEN.values(),
        "TRUNCATE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER skellat_audit_change ON audit",
        "DROP TABLE audit",
        "DELETE FROM audit_head",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION skellat_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NULL; END $$",
    ):
        with pytest.raises(DBAPIError) as refused, app.begin() as db:
            db.execute(text(statement))
        told = str(refused.value)
        assert "permission denied" in told or "must be owner" in told or "no gaps" in told


def test_a_name_that_would_be_more_than_a_role_is_refused() -> None:
    with pytest.raises(ValueError, match="x; DROP"):
        append_only.grants("x; DROP TABLE audit")
