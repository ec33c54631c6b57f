"""Standing down while a message waits for its sign-off: asked about first, ended in sight."""

import pytest

from console.actions import approvals, asking, incidents
from console.actions.approvals import Decided
from console.actions.incidents import STOOD_DOWN, StillAwaiting
from console.domain.approval import ApprovalState, Pin
from console.domain.incident import IncidentState
from console.domain.message import MessageState
from console.store.audit import EntryRow
from tests.stage import PIN, Stage


def awaiting(stage: Stage) -> tuple[str, str]:
    incident = stage.incident()
    message = stage.draft(incident)
    stage.submit(message)
    return incident, message


def stand_down(stage: Stage, incident: str, *, withdraw: bool = False) -> None:
    with stage.sessions.begin() as db:
        incidents.stand_down(
            db, incident_id=incident, by=stage.officer, now=stage.now, withdraw=withdraw
        )


def test_nothing_that_somebody_is_reading_ends_without_a_word(stage: Stage) -> None:
    incident, message = awaiting(stage)
    with pytest.raises(StillAwaiting) as refused:
        stand_down(stage, incident)
    assert refused.value.numbers == (1,)
    assert stage.sheet(message).incident.state is IncidentState.OPEN
    assert stage.sheet(message).message.state is MessageState.AWAITING


def test_with_the_officers_word_it_is_withdrawn_and_no_link_signs_it(stage: Stage) -> None:
    incident, message = awaiting(stage)
    token = stage.token(message)
    stand_down(stage, incident, withdraw=True)
    sheet = stage.sheet(message)
    assert sheet.incident.state is IncidentState.STOOD_DOWN
    assert (sheet.message.state, sheet.message.reason) == (MessageState.WITHDRAWN, STOOD_DOWN)
    assert {one.state for one in sheet.sign_offs} == {ApprovalState.SUPERSEDED}
    with stage.sessions.read() as db:
        approval = asking.find(db, token)
    with pytest.raises(Decided), stage.sessions.begin() as db:
        approvals.grant(
            db,
            stage.desk,
            approval_id=approval,
            digest=sheet.message.digest,
            proof=Pin(PIN),
            now=stage.now,
        )
    with stage.sessions.read() as db:
        done = {row.action: row.detail for row in db.query(EntryRow)}
    assert "incident stood down" in done
    assert STOOD_DOWN in done["message withdrawn"]


def test_a_draft_stays_as_it_is(stage: Stage) -> None:
    incident = stage.incident()
    draft = stage.draft(incident)
    stand_down(stage, incident)
    assert stage.sheet(draft).message.state is MessageState.DRAFT
