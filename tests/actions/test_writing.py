"""What somebody is writing is kept for them alone, until it is saved or too old."""

from datetime import timedelta
from typing import Any

import pytest

from console.actions import writing
from console.actions.errors import NotPermitted
from console.actions.people import User
from console.store import answers
from console.store.audit import EntryRow
from tests.stage import Stage

PATH = "/incidents/new/snow-ice"


def keep(stage: Stage, by: User, key: str = "a", **other: Any) -> bool:
    with stage.sessions.begin() as db:
        return writing.keep(
            db,
            **{
                "key": key,
                "path": PATH,
                "title": "Snow",
                "fields": [("text", "Snow"), ("channels", "radio"), ("channels", "sms")],
                "by": by,
                "now": stage.now,
                **other,
            },
        )


def mine(stage: Stage, by: User, path: str | None = None) -> list[writing.Writing]:
    with stage.sessions.read() as db:
        return list(writing.mine(db, by, stage.now, path))


def test_the_last_state_of_each_form_is_kept_in_its_order(stage: Stage) -> None:
    keep(stage, stage.officer)
    stage.later(seconds=10)
    keep(stage, stage.officer, fields=[("text", "Heavy snow"), ("text", "")])
    [one] = mine(stage, stage.officer, PATH)
    assert (one.fields, one.at) == ((("text", "Heavy snow"), ("text", "")), stage.now)
    assert mine(stage, stage.officer, "/elsewhere") == []


def test_nobody_else_reads_it_and_others_see_only_the_name(stage: Stage) -> None:
    keep(stage, stage.officer)
    both = stage.people["both"]
    assert mine(stage, both) == []
    with stage.sessions.begin() as db:
        writing.drop(db, key="a", by=both)
        assert writing.others(db, PATH, both, stage.now) == [("Officer", stage.now)]
        assert writing.others(db, PATH, stage.officer, stage.now) == []
    assert len(mine(stage, stage.officer)) == 1
    stage.later(minutes=6)
    with stage.sessions.read() as db:
        assert writing.others(db, PATH, both, stage.now) == []


def test_nothing_of_it_is_on_the_record(stage: Stage) -> None:
    with stage.sessions.read() as db:
        before = db.query(EntryRow).count()
    keep(stage, stage.officer)
    with stage.sessions.read() as db:
        assert db.query(EntryRow).count() == before


def test_a_form_that_was_sent_is_not_kept_any_more(stage: Stage) -> None:
    keep(stage, stage.officer)
    with stage.sessions.begin() as db:
        answers.claim(db, user_id=stage.officer.id, key="form:a", request_digest="", now=stage.now)
    assert mine(stage, stage.officer) == []
    assert keep(stage, stage.officer) is False
    assert mine(stage, stage.officer) == []


def test_what_is_too_old_is_forgotten(stage: Stage) -> None:
    keep(stage, stage.officer)
    stage.later(days=2)
    keep(stage, stage.officer, "b")
    stage.now += timedelta(days=1)
    assert [one.key for one in mine(stage, stage.officer)] == ["b"]
    with stage.sessions.begin() as db:
        writing.forget(db, stage.now)
    stage.now -= timedelta(days=2)
    assert [one.key for one in mine(stage, stage.officer)] == ["b"]


def test_only_the_newest_twenty_are_kept(stage: Stage) -> None:
    for number in range(22):
        stage.later(seconds=1)
        keep(stage, stage.officer, str(number))
    keys = [one.key for one in mine(stage, stage.officer)]
    assert keys == [str(number) for number in range(21, 1, -1)]


def test_who_may_not_draft_keeps_nothing(stage: Stage) -> None:
    with pytest.raises(NotPermitted):
        keep(stage, stage.people["auditor"])
