"""Internal mails hold up neither a release nor each other while they are worded."""

import logging
from typing import Any

import pytest
import requests
from sqlalchemy import select

from console import letters
from console.store.engine import Sessions
from console.store.mails import MailRow
from tests.stage import Stage
from workers import postroom
from workers.practice import Practice

from .conftest import on_practice


def test_while_a_mail_is_worded_others_can_write(
    sqlite_stage: Stage, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = on_practice(sqlite_stage, practice)
    stage.submit(stage.draft())
    hurried = Sessions.of(stage.desk.settings, patience=0.2)
    words, wrote = letters.compose, []

    def while_others_write(*args: Any) -> letters.Letter | None:
        with hurried.begin() as db:
            wrote.append(db.scalar(select(MailRow.id).limit(1)))
        return words(*args)

    monkeypatch.setattr(letters, "compose", while_others_write)
    for mail in postroom.take(stage.sessions, stage.desk):
        postroom.post(stage.sessions, stage.desk, mail)
    hurried.close()
    assert wrote
    assert all(wrote)


def test_a_mail_that_cannot_be_worded_is_kept_and_holds_up_no_other(
    sqlite_stage: Stage,
    practice: Practice,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = on_practice(sqlite_stage, practice)
    stage.submit(stage.draft())
    words, first = letters.compose, []

    def not_the_first(*args: Any) -> letters.Letter | None:
        if not first:
            first.append(args)
            raise ValueError("a template of the council's own is broken")
        return words(*args)

    monkeypatch.setattr(letters, "compose", not_the_first)
    caplog.set_level(logging.ERROR)
    claimed = postroom.take(stage.sessions, stage.desk)
    for mail in claimed:
        postroom.post(stage.sessions, stage.desk, mail)
    assert "mail about a sign-off not sent" in caplog.text
    arrived = requests.get(f"{practice.url}/mail", timeout=5).json()
    assert len(arrived) == len(claimed) - 1 >= 1
    with stage.sessions.read() as db:
        states = {one.id: one.state for one in db.scalars(select(MailRow))}
    assert [states[one.row.id] for one in claimed] == ["due"] + ["sent"] * len(arrived)
