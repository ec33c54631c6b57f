"""What the end of one call means, for a post and for a mail."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from console.domain.channel import (
    Limit,
    Post,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Uncertain,
)
from console.domain.delivery import DeliveryEvent
from console.settings_tables import Practice as PracticePlace
from console.store.audit import EntryRow
from console.store.mails import MailRow
from tests.stage import Stage
from tests.workers.conftest import on_practice
from workers import claims, postroom
from workers.deliver import deliver
from workers.errand import Outcome
from workers.practice import Practice


class Scripted:
    """A channel that answers as it was told, and counts how often it was asked."""

    limit: ClassVar[Limit] = Limit()
    repeatable: ClassVar[bool] = False
    practice: ClassVar[Mapping[str, str]] = {"any": "thing"}
    answers: ClassVar[list[Exception]] = []
    asked: ClassVar[int] = 0

    def __init__(self, settings: Mapping[str, Any]) -> None:
        pass

    def send(self, post: Post) -> Receipt:
        type(self).asked += 1
        if self.answers:
            raise self.answers.pop(0)
        return Receipt(reference=post.key)


@pytest.fixture
def scripted() -> Iterator[type[Scripted]]:
    yield Scripted
    Scripted.answers.clear()
    Scripted.asked = 0


def outcome(stage: Stage, scripted: type[Scripted], *answers: Exception) -> Outcome:
    """How a delivery ends whose channel answers like this, and then with yes."""
    known = tuple(replace(one, adapter=scripted) for one in stage.desk.channels)
    stage = replace(stage, desk=replace(stage.desk, channels=known))
    stage.released(text="Snow.", channels=["radio"])
    [errand] = claims.take(stage.sessions, stage.desk, worker="one:1", limit=1)
    scripted.answers.extend(answers)
    return deliver(errand, stage.desk)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (Refused(Reason.CONTENT), DeliveryEvent.REFUSE),
        (Unavailable(Reason.RATE), DeliveryEvent.POSTPONE),
        (Uncertain(Reason.SERVER), DeliveryEvent.LOSE),
        (Uncertain(Reason.UNREACHABLE), DeliveryEvent.LOSE),
        (SendError(Reason.SERVER), DeliveryEvent.LOSE),
        (KeyError("an adapter's own fault"), DeliveryEvent.LOSE),
    ],
    ids=repr,
)
def test_every_end_but_a_clear_no_may_be_public_and_is_asked_for_once(
    sqlite_stage: Stage, scripted: type[Scripted], error: Exception, event: DeliveryEvent
) -> None:
    assert outcome(sqlite_stage, scripted, error).event is event
    assert scripted.asked == 1


def test_a_connection_that_is_refused_once_is_tried_once_more(
    sqlite_stage: Stage, scripted: type[Scripted]
) -> None:
    away = Unavailable(Reason.UNREACHABLE)
    assert outcome(sqlite_stage, scripted, away).event is DeliveryEvent.ACCEPT
    assert scripted.asked == 2


def test_the_text_of_an_adapters_own_fault_is_told_nobody(
    sqlite_stage: Stage, scripted: type[Scripted], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = outcome(sqlite_stage, scripted, ValueError("the token s3cr3t"))
    assert found.error is not None
    assert "ValueError" in caplog.text
    assert "s3cr3t" not in caplog.text + str(found.error)


def mails(stage: Stage) -> list[MailRow]:
    with stage.sessions.read() as db:
        return list(db.scalars(select(MailRow)))


def posted(stage: Stage) -> list[str]:
    """Posts what is due; what the record says about it."""
    for mail in postroom.take(stage.sessions, stage.desk):
        postroom.post(stage.sessions, stage.desk, mail)
    with stage.sessions.read() as db:
        query = select(EntryRow.action).where(EntryRow.action.like("mail %"))
        return list(db.scalars(query.order_by(EntryRow.number)))


def test_a_mail_that_did_not_go_is_tried_again_and_both_are_on_the_record(
    stage: Stage, free_port: int, practice: Practice
) -> None:
    away = PracticePlace(url=practice.url, smtp=f"127.0.0.1:{free_port}")
    nowhere = replace(stage.desk.settings, practice=away)
    stage.submit(stage.draft())
    failed = posted(replace(stage, desk=replace(stage.desk, settings=nowhere)))
    assert failed == ["mail not sent, will be tried again"] * 3
    assert {one.state for one in mails(stage)} == {"due"}
    assert all(one.error and one.due_at > stage.now for one in mails(stage))
    with stage.sessions.begin() as db:
        for one in db.scalars(select(MailRow)):
            one.due_at = stage.now - timedelta(minutes=1)
    assert posted(on_practice(stage, practice))[3:] == ["mail sent"] * 3
    assert {one.state for one in mails(stage)} == {"sent"}


def test_a_request_that_was_decided_meanwhile_is_dropped_for_good(
    stage: Stage, practice: Practice
) -> None:
    stage = on_practice(stage, practice)
    message = stage.draft()
    stage.submit(message)
    stage.sign(message)
    posted(stage)
    states = {(one.purpose, one.state) for one in mails(stage)}
    assert states == {("sign-off", "dropped"), ("released", "sent")}
