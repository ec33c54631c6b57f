"""Asking in turns with real workers and a real mail server: the first at once, the next when their
turn comes, nobody after the decision, and nobody twice when a worker dies between two turns."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from console.settings_tables import Practice as PracticePlace
from console.store.approvals import ApprovalRow
from console.store.engine import database_now
from console.store.mails import UNANSWERED, MailRow
from console.store.messages import MessageRow
from tests.rota import away, on_duty
from tests.stage import Stage
from tests.waiting import until
from workers import postroom, sweep
from workers.practice import Practice

from .conftest import StartWorker, on_practice

ADDRESSES = {
    "both@northbrae.example": "Both",
    "approver@northbrae.example": "Approver",
    "second.approver@northbrae.example": "Second approver",
    "officer@northbrae.example": "Officer",
}


@pytest.fixture
def stage(stage: Stage, practice: Practice) -> Stage:
    """Both is on duty, Approver after them; Second approver is not."""
    stage = on_practice(stage, practice)
    on_duty(stage, "both", "approver")
    return stage


def submitted(stage: Stage) -> str:
    with stage.sessions.read() as db:
        stage.now = database_now(db)
    message = stage.draft()
    stage.submit(message)
    return message


def passes(stage: Stage, **how_long: float) -> None:
    """So much time goes by: everything that was to come is that much nearer."""
    step = timedelta(**how_long)
    with stage.sessions.begin() as db:
        for row in db.scalars(select(MailRow).where(MailRow.state == "due")):
            row.due_at -= step
        for approval in db.scalars(select(ApprovalRow)):
            approval.turn_at = approval.turn_at and approval.turn_at - step
            approval.approve_by -= step
        for message in db.scalars(select(MessageRow)):
            message.unanswered_at = message.unanswered_at and message.unanswered_at - step
            message.approve_by = message.approve_by and message.approve_by - step
            message.submitted_at = message.submitted_at and message.submitted_at - step


def post(stage: Stage) -> None:
    """What a worker does in one turn."""
    with stage.sessions.read() as db:
        due = sweep.due(db, database_now(db), stage.desk.settings.timing)
    if due.chores:
        sweep.sweep(stage.sessions, stage.desk, worker="test")
    for mail in postroom.take(stage.sessions, stage.desk):
        postroom.post(stage.sessions, stage.desk, mail)


def mailbox(practice: Practice) -> list[tuple[str, str]]:
    """To whom, and the first word of what about, the first first."""
    found = requests.get(f"{practice.url}/mail", timeout=5).json()
    return [(ADDRESSES[one["to"]], one["subject"].split()[0]) for one in found]


def test_the_first_at_once_the_others_when_their_turn_comes(
    stage: Stage, practice: Practice
) -> None:
    submitted(stage)
    post(stage)
    asked = [("Both", "Approve")]
    assert mailbox(practice) == asked
    passes(stage, minutes=4, seconds=30)
    post(stage)
    assert mailbox(practice) == asked
    passes(stage, seconds=31)
    post(stage)
    asked.append(("Approver", "Approve"))
    assert mailbox(practice) == asked
    passes(stage, minutes=5)
    post(stage)
    asked.append(("Second approver", "Approve"))
    assert mailbox(practice) == asked
    passes(stage, minutes=5)
    post(stage)
    post(stage)
    assert mailbox(practice) == [*asked, ("Officer", "Nobody")]


def test_after_the_decision_nobody_else_is_asked(stage: Stage, practice: Practice) -> None:
    message = submitted(stage)
    post(stage)
    stage.sign(message, approver="Both")
    passes(stage, minutes=20)
    post(stage)
    post(stage)
    assert [one for one in mailbox(practice) if one[1] != "Released:"] == [
        ("Both", "Approve"),
        *[one for one in mailbox(practice) if one[0] == "Officer"],
    ]
    with stage.sessions.read() as db:
        left = {(one.purpose, one.state) for one in db.scalars(select(MailRow))}
    assert ("sign-off", "due") not in left
    assert UNANSWERED not in {purpose for purpose, _ in left}


def test_a_mail_server_that_is_down_holds_up_no_turn(
    stage: Stage, practice: Practice, free_port: int
) -> None:
    away_ = PracticePlace(url=practice.url, smtp=f"127.0.0.1:{free_port}")
    nowhere = replace(stage.desk.settings, practice=away_)
    submitted(stage)
    post(replace(stage, desk=replace(stage.desk, settings=nowhere)))
    assert mailbox(practice) == []
    passes(stage, minutes=5)
    post(stage)
    assert sorted(mailbox(practice)) == [("Approver", "Approve"), ("Both", "Approve")]


def test_a_void_link_brings_the_next_within_one_sweep(stage: Stage, practice: Practice) -> None:
    message = submitted(stage)
    post(stage)
    for _ in range(5):
        stage.sign(message, pin="000000", approver="Both")
    post(stage)
    assert ("Approver", "Approve") in mailbox(practice)
    assert ("Second approver", "Approve") not in mailbox(practice)


def test_who_goes_away_before_their_turn_gets_no_mail(stage: Stage, practice: Practice) -> None:
    submitted(stage)
    post(stage)
    away(stage, "approver")
    passes(stage, minutes=5)
    post(stage)
    assert mailbox(practice) == [("Both", "Approve"), ("Second approver", "Approve")]


def test_two_workers_at_once_ask_nobody_twice(
    stage: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    message = submitted(stage)
    for _ in range(2):
        start_worker(stage)
    until(lambda: stage.approvals(message)["Both"].mailed_at, 20)
    for _ in range(5):
        stage.sign(message, pin="000000", approver="Both")
    # On the record, too: `passes` would make due again what a worker still has in hand.
    until(lambda: stage.approvals(message)["Approver"].mailed_at, 20)
    passes(stage, minutes=16)
    last = {("Second approver", "Approve"), ("Officer", "Nobody")}
    until(lambda: last <= set(mailbox(practice)), 20)
    found = [one for one in mailbox(practice) if one[1] in ("Approve", "Nobody")]
    assert sorted(found) == [
        ("Approver", "Approve"), ("Both", "Approve"), ("Officer", "Nobody"),
        ("Second approver", "Approve"),
    ]  # fmt: skip


def test_a_worker_that_is_killed_between_two_turns_is_followed_by_another(
    stage: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    message = submitted(stage)
    environment = {
        **os.environ,
        "SKELLAT_HOME": str(stage.desk.settings.home),
        "SKELLAT_DATABASE_URL": stage.desk.settings.database_url,
        "SKELLAT_PRACTICE_SMTP": f"{practice.host}:{practice.smtp_port}",
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        until(lambda: stage.approvals(message)["Both"].mailed_at, 180)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(20)
    passes(stage, minutes=5, seconds=1)
    start_worker(stage)
    until(lambda: len(mailbox(practice)) > 1, 20)
    assert mailbox(practice) == [("Both", "Approve"), ("Approver", "Approve")]


WORKER = """
import os, time
from dataclasses import replace
from pathlib import Path
from console import settings
from console.actions import desk
from console.settings_tables import Practice
from console.store.engine import Sessions
from workers.dispatcher import Dispatcher
known = settings.load(Path(os.environ["SKELLAT_HOME"]))
known = replace(known, practice=Practice(smtp=os.environ["SKELLAT_PRACTICE_SMTP"]))
Dispatcher(Sessions.of(known), desk.prepare(known), name="killed", threads=4).start()
time.sleep(120)
"""
"""A process of its own, that can be killed as a machine is that loses its power."""
