"""Taking a message back: the words are ready, what waits is stopped, and it is signed like any."""

import pytest

from console.actions import taking_back
from console.actions.errors import NotPermitted, NotReady
from console.actions.people import User
from console.domain.message import Kind, MessageState
from console.store.mails import MailRow
from tests.stage import Stage


def take_back(stage: Stage, message: str, by: User | None = None) -> str:
    with stage.sessions.begin() as db:
        return taking_back.send(
            db, stage.desk, message_id=message, by=by or stage.officer, now=stage.now
        )


def ready(stage: Stage, message: str) -> taking_back.Ready:
    with stage.sessions.read() as db:
        return taking_back.ready(
            db, stage.desk, message_id=message, by=stage.officer, now=stage.now
        )


def test_the_words_are_ready_for_every_channel_that_it_went_to(stage: Stage) -> None:
    message = stage.released()
    found = ready(stage, message)
    assert found.fits
    assert {one.channel.name for one in found.proposals.channels} == set(stage.states(message))
    for one in found.proposals.channels:
        assert "What it said does not stand" in one.variant.text


def test_what_is_shown_is_what_is_sent_for_approval(stage: Stage) -> None:
    message = stage.released()
    shown = {one.channel.name: one.variant.text for one in ready(stage, message).proposals.channels}
    sheet = stage.sheet(take_back(stage, message))
    assert {one.channel: one.text for one in sheet.variants} == shown
    assert sheet.message.kind is Kind.CANCEL
    assert sheet.message.state is MessageState.AWAITING


def test_what_has_not_left_is_stopped_at_once(stage: Stage) -> None:
    message = stage.released()
    take_back(stage, message)
    assert stage.sheet(message).message.state is MessageState.STOPPED
    assert set(stage.states(message).values()) == {"cancelled"}


def test_an_approver_may_too_and_then_another_one_signs(stage: Stage) -> None:
    back = take_back(stage, stage.released(), by=stage.approver)
    assert stage.approver.name not in stage.approvals(back)
    assert "Second approver" in stage.approvals(back)
    with pytest.raises(NotPermitted):
        take_back(stage, stage.released(), by=stage.people["auditor"])


def test_the_shipped_policy_asks_all_at_once_for_it(stage: Stage) -> None:
    back = take_back(stage, stage.released())
    asked = {one.id for one in stage.sheet(back).sign_offs}
    with stage.sessions.read() as db:
        mails = db.query(MailRow).filter(MailRow.subject_id.in_(asked)).all()
        assert {one.due_at for one in mails} == {stage.now}
        assert len(mails) == len(asked)


def test_what_never_went_out_and_what_ended_well_is_not_taken_back(stage: Stage) -> None:
    draft = stage.draft()
    with pytest.raises(NotReady):
        take_back(stage, draft)
    incident = stage.incident()
    stage.released(incident)
    clear = stage.released(incident, Kind.ALL_CLEAR)
    with pytest.raises(NotReady):
        take_back(stage, clear)


@pytest.mark.parametrize("type_", ["snow-ice", "school-closures", "flooding", "account-not-ours"])
def test_every_kind_of_incident_has_the_words_ready(stage: Stage, type_: str) -> None:
    message = stage.released(stage.incident(type_=type_))
    assert ready(stage, message).fits


def test_every_type_answers_all_that_taking_back_asks(stage: Stage) -> None:
    for type_ in stage.desk.types.values():
        needed = {one.name for one in type_.asks(Kind.CANCEL) if one.required}
        assert needed <= set(type_.prepared(Kind.CANCEL)), type_.slug
