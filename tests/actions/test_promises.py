"""Promised updates: made at the release, kept by what follows, told when they are due."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from console.actions import incidents, messages, promising
from console.domain.incident import Mode
from console.domain.message import Kind
from console.letters import Letter, compose
from console.store.audit import EntryRow
from console.store.mails import MailRow
from console.store.promises import PromiseRow
from tests.stage import Stage

ALERT = {"hazard": "Heavy snow", "where": ["inverbrae"], "effect": "Some roads are blocked"}


def promised(stage: Stage, incident: str, kind: Kind = Kind.ALERT, minutes: int = 60) -> str:
    """A message on its way that promises an update in so many minutes."""
    due = (stage.now + timedelta(minutes=minutes)).astimezone(stage.desk.settings.zone)
    facts = {**ALERT, "changed": "Roads are open", "next_update": f"{due:%Y-%m-%dT%H:%M}"}
    return stage.released(incident, kind, facts=facts)


def standing(stage: Stage, incident: str | None = None) -> list[promising.Promise]:
    with stage.sessions.read() as db:
        return promising.standing(db, stage.now, incident)


def nagged(stage: Stage) -> list[MailRow]:
    """After one look of a worker: the mails that are to be written."""
    with stage.sessions.begin() as db:
        promising.nag(db, stage.now)
    with stage.sessions.read() as db:
        query = select(MailRow).where(MailRow.purpose == promising.UPDATE_DUE)
        return list(db.scalars(query))


def done(stage: Stage, mail: MailRow) -> None:
    with stage.sessions.begin() as db:
        db.get_one(MailRow, mail.id).state = "sent"


def test_a_release_makes_the_promise_that_its_words_make(stage: Stage) -> None:
    incident = stage.incident()
    alert = promised(stage, incident)
    found = standing(stage, incident)
    assert [one.message_id for one in found] == [alert]
    assert timedelta(minutes=59) <= found[0].due_at - stage.now <= timedelta(minutes=60)
    assert not found[0].overdue(stage.now)


def test_a_draft_promises_nothing(stage: Stage) -> None:
    incident = stage.incident()
    stage.draft(incident, facts={**ALERT, "next_update": "23:59"})
    assert standing(stage) == []


def test_an_update_keeps_it_and_makes_its_own(stage: Stage) -> None:
    incident = stage.incident()
    promised(stage, incident)
    update = promised(stage, incident, Kind.UPDATE, minutes=120)
    assert [one.message_id for one in standing(stage, incident)] == [update]


@pytest.mark.parametrize("kind", [Kind.ALL_CLEAR, Kind.CANCEL])
def test_what_ends_the_incident_ends_the_promise(stage: Stage, kind: Kind) -> None:
    incident = stage.incident()
    promised(stage, incident)
    stage.released(incident, kind)
    assert standing(stage) == []


def test_a_correction_leaves_it_standing(stage: Stage) -> None:
    incident = stage.incident()
    alert = promised(stage, incident)
    stage.released(incident, Kind.CORRECTION)
    assert [one.message_id for one in standing(stage)] == [alert]


def test_whoever_sent_it_is_told_when_it_is_due_and_once_more_and_then_never(
    stage: Stage,
) -> None:
    promised(stage, stage.incident())
    assert nagged(stage) == []
    stage.later(minutes=60)
    first = nagged(stage)
    assert [one.user_id for one in first] == [stage.officer.id]
    done(stage, first[0])
    assert len(nagged(stage)) == 1
    stage.later(minutes=15)
    assert len(nagged(stage)) == 2
    for mail in nagged(stage):
        done(stage, mail)
    stage.later(hours=5)
    assert len(nagged(stage)) == 2


def test_nobody_is_told_of_what_is_over(stage: Stage) -> None:
    over, down = stage.incident(), stage.incident()
    promised(stage, over)
    stage.released(over, Kind.ALL_CLEAR)
    promised(stage, down)
    with stage.sessions.begin() as db:
        incidents.stand_down(db, incident_id=down, by=stage.officer, now=stage.now)
    stage.later(hours=2)
    assert nagged(stage) == []


def test_a_mail_that_waits_while_the_update_goes_out_is_not_sent(stage: Stage) -> None:
    incident = stage.incident(Mode.EXERCISE)
    alert = promised(stage, incident, minutes=1)
    with stage.sessions.begin() as db:
        db.get_one(PromiseRow, alert).due_at = stage.now - timedelta(minutes=20)
    letter = written(stage, alert)
    assert letter is not None
    assert letter.subject == "EXERCISE: the update is 20 minutes overdue: Snow on Glen Road"
    assert f"/exercise/incidents/{incident}" in letter.text
    stage.released(incident, Kind.UPDATE)
    assert written(stage, alert) is None


def written(stage: Stage, alert: str) -> Letter | None:
    with stage.sessions.read() as db:
        return compose(db, stage.desk, promising.UPDATE_DUE, stage.officer, alert)


def test_what_was_stopped_before_anybody_read_it_promises_nothing(stage: Stage) -> None:
    alert = promised(stage, stage.incident())
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=alert, reason="Wrong", by=stage.officer, now=stage.now)
    assert standing(stage) == []


def test_an_update_that_waits_for_its_hour_keeps_nothing_before_it(stage: Stage) -> None:
    incident = stage.incident()
    alert = promised(stage, incident, minutes=30)
    at = stage.now + timedelta(minutes=60)
    update = stage.released(incident, Kind.UPDATE, text="More snow.", publish_at=at)
    assert [one.message_id for one in standing(stage)] == [alert]
    stage.later(minutes=31)
    assert len(nagged(stage)) == 1
    stage.later(minutes=30)
    assert standing(stage) == []
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=update, reason="Too late", by=stage.officer, now=stage.now)


def test_an_update_that_is_stopped_before_its_hour_leaves_the_promise(stage: Stage) -> None:
    incident = stage.incident()
    alert = promised(stage, incident, minutes=90)
    at = stage.now + timedelta(minutes=60)
    update = stage.released(incident, Kind.UPDATE, text="More snow.", publish_at=at)
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=update, reason="Not so", by=stage.officer, now=stage.now)
    stage.later(minutes=61)
    assert [one.message_id for one in standing(stage)] == [alert]


def test_the_record_says_that_it_was_due(stage: Stage) -> None:
    alert = promised(stage, stage.incident())
    stage.later(minutes=61)
    nagged(stage)
    with stage.sessions.read() as db:
        row = db.get_one(PromiseRow, alert)
        assert isinstance(row.nag_at, datetime)
        said = db.scalars(select(EntryRow.subject).where(EntryRow.action == "promised update due"))
        assert said.all() == [f"message:{alert}"]
