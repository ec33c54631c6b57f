"""A sign-off that was written into the database by hand releases nothing; nobody sends it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from console.actions.approvals import Granted
from console.domain.approval import mark
from console.domain.message import MessageState
from console.store.approvals import ApprovalRow
from console.store.engine import Sessions
from console.store.messages import MessageRow
from console.store.migrate import migrate
from tests.stage import BEGIN, Stage
from tests.workers.hands import take
from workers.recheck import signed_texts

FORGED = "a sign-off was not made by the console"
BEFORE = "0011"
"""The schema before there were marks."""
SECRET = "an installation's own"
GRANTED: dict[str, dict[str, object]] = {
    "users": {"id": "u", "email": "u@northbrae.example"},
    "incidents": {"id": "i", "opened_by": "u"},
    "messages": {"id": "m", "incident_id": "i", "drafted_by": "u"},
    "approvals": {
        "id": "a", "message_id": "m", "approver_id": "u", "digest": "d" * 64, "state": "granted",
        "proof": "pin", "decided_at": BEGIN,
    },
}  # fmt: skip
EMPTY: dict[str, object] = {
    "VARCHAR": "", "TEXT": "", "INTEGER": 0, "BOOLEAN": False, "JSON": {}, "TIMESTAMP": BEGIN,
    "DATETIME": BEGIN.replace(tzinfo=None),
}  # fmt: skip


def fault(stage: Stage, message: str) -> str:
    with stage.sessions.read() as db:
        return signed_texts(db, stage.desk, message).fault


def awaiting(stage: Stage) -> tuple[str, str]:
    """A message, and the id of the approver's sign-off."""
    message = stage.draft()
    stage.submit(message)
    return message, stage.approvals(message)["Approver"].id


def test_what_the_console_granted_is_whole(stage: Stage) -> None:
    message = stage.released()
    assert fault(stage, message) == ""
    assert take(stage)


def test_row_18_a_sign_off_that_was_written_by_hand_is_sent_by_nobody(stage: Stage) -> None:
    """Everything as a release leaves it, but for the mark, which takes the secret."""
    message, approval = awaiting(stage)
    with stage.sessions.begin() as db:
        row = db.get_one(ApprovalRow, approval)
        row.state, row.decided_at, row.proof = "granted", stage.now, "pin"
        row.mark = "0" * 64
        db.get_one(MessageRow, message).state = "released"
    assert fault(stage, message) == FORGED


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "0" * 64},
        {"approver_id": "second approver"},
        {"languages": ["en", "cy"]},
        {"proof": "session"},
        {"decided_at": timedelta(seconds=1)},
        {"mark": ""},
        {"decided_at": None, "mark": "none"},
    ],
)
def test_a_mark_holds_for_nothing_else(stage: Stage, change: dict[str, object]) -> None:
    message = stage.released()
    with stage.sessions.begin() as db:
        row = db.get_one(ApprovalRow, stage.approvals(message)["Approver"].id)
        for name, value in change.items():
            if isinstance(value, timedelta):
                assert row.decided_at
                value = row.decided_at + value
            if name == "approver_id":
                value = stage.people[str(value)].id
            setattr(row, name, value)
    assert fault(stage, message) == FORGED


def test_a_mark_of_another_message_does_not_count(stage: Stage) -> None:
    signed = stage.released()
    message, approval = awaiting(stage)
    with stage.sessions.begin() as db:
        real = db.get_one(ApprovalRow, stage.approvals(signed)["Approver"].id)
        row = db.get_one(ApprovalRow, approval)
        for name in ("state", "decided_at", "proof", "languages", "mark"):
            setattr(row, name, getattr(real, name))
        db.get_one(MessageRow, message).state = "released"
    assert fault(stage, message) == FORGED


def test_a_forged_first_of_two_sign_offs_releases_nothing(stage: Stage) -> None:
    message, approval = awaiting(stage)
    with stage.sessions.begin() as db:
        row = db.get_one(MessageRow, message)
        row.rules = {**(row.rules or {}), "sign_offs": 2}
        forged = db.get_one(ApprovalRow, approval)
        forged.state, forged.decided_at = "granted", stage.now
    granted = stage.sign(message, approver="Second approver")
    assert granted == Granted(message, released=False, still=1)
    assert stage.sheet(message).message.state is MessageState.AWAITING


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_was_granted_before_there_were_marks_gets_its_own_once(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'older.db'}"
    sessions = Sessions(url if database == "sqlite" else request.getfixturevalue("postgres_url"))
    migrate(sessions, to=BEFORE)
    for table, row in GRANTED.items():
        put(sessions, table, row)
    migrate(sessions, SECRET)
    with sessions.begin() as db:
        row = db.get_one(ApprovalRow, "a")
        assert row.mark == mark(
            SECRET, message="m", digest="d" * 64, approver="u", proof="pin", languages=None,
            decided_at=BEGIN,
        )  # fmt: skip
        row.mark = ""
    migrate(sessions, SECRET)
    with sessions.read() as db:
        assert db.get_one(ApprovalRow, "a").mark == ""
    sessions.close()


def put(sessions: Sessions, table: str, row: dict[str, object]) -> None:
    """A row of an older schema: what it does not name is as empty as it may be."""
    metadata = MetaData()
    metadata.reflect(sessions.engine, only=[table])
    empty = {
        one.name: EMPTY[str(one.type).split("(")[0]]
        for one in metadata.tables[table].columns
        if not one.nullable and one.server_default is None
    }
    with sessions.engine.begin() as connection:
        connection.execute(metadata.tables[table].insert(), empty | row)
