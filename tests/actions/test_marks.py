"""A sign-off that was written into the database by hand releases nothing; nobody sends it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from console.actions.approvals import Granted
from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.store import migrate as migrations
from console.store.approvals import ApprovalRow
from console.store.engine import Sessions
from console.store.messages import MessageRow
from tests.stage import Stage
from tests.workers.hands import take
from workers.recheck import signed_texts

FORGED = "a sign-off was not made by the console"


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


def test_what_was_granted_before_there_were_marks_gets_its_own_once(stage: Stage) -> None:
    message = stage.released()
    approval = stage.approvals(message)["Approver"]
    assert approval.state is ApprovalState.GRANTED
    back_to("0009", stage.sessions)
    migrations.migrate(stage.sessions, stage.desk.settings.secret)
    assert fault(stage, message) == ""
    with stage.sessions.begin() as db:
        db.get_one(ApprovalRow, approval.id).mark = ""
    migrations.migrate(stage.sessions, stage.desk.settings.secret)
    assert fault(stage, message) == FORGED


def back_to(revision: str, sessions: Sessions) -> None:
    """What migration 0012 added is not there yet."""
    with sessions.engine.begin() as connection:
        for table in ("spoken_codes", "spoken_code_tries"):
            connection.execute(text(f"DROP TABLE {table}"))
        for column in (
            "mark",
            "wrong_signed_in",
            "links_void_at",
            "reading_at",
            "reading_signed_in",
        ):
            connection.execute(text(f"ALTER TABLE approvals DROP COLUMN {column}"))
        connection.execute(text("ALTER TABLE links DROP COLUMN spoken"))
        known = {"revision": revision}
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), known)
