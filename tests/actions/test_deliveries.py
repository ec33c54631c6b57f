"""What a person may do about one delivery: only what is still wanted, and on the record."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from console.actions import deliveries, messages
from console.actions.errors import Expired, NotPermitted, Overtaken
from console.domain.message import Kind
from console.domain.states import NotAllowed
from console.store.audit import EntryRow
from console.store.deliveries import DeliveryRow
from tests.stage import Stage


def ended(stage: Stage, message: str, state: str) -> dict[str, str]:
    """Every delivery of the message ends like this; channel -> id."""
    with stage.sessions.engine.begin() as connection:
        connection.execute(
            update(DeliveryRow)
            .where(DeliveryRow.message_id == message)
            .values(state=state, tries=7, looks=1, due_at=None)
        )
    return {one.channel: one.id for one in stage.sheet(message).deliveries}


def resend(stage: Stage, delivery: str, who: str = "officer") -> str:
    with stage.sessions.begin() as db:
        return deliveries.resend(db, delivery_id=delivery, by=stage.people[who], now=stage.now)


def entries(stage: Stage, action: str) -> list[EntryRow]:
    with stage.sessions.read() as db:
        return list(db.scalars(select(EntryRow).where(EntryRow.action == action)))


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_one_delivery_is_queued_again_from_its_beginning_and_on_the_record(
    stage: Stage, state: str
) -> None:
    message = stage.released()
    radio = ended(stage, message, state)["radio"]
    stage.later(minutes=1)
    assert resend(stage, radio) == message
    states = stage.states(message)
    assert states.pop("radio") == "queued"
    assert set(states.values()) == {state}
    with stage.sessions.read() as db:
        row = db.get_one(DeliveryRow, radio)
        assert (row.tries, row.looks, row.due_at) == (0, 0, stage.now)
    [entry] = entries(stage, "sent again by hand")
    assert entry.actor == "Officer"
    assert radio in entry.detail


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "cancelled"])
def test_only_what_failed_or_is_unknown_can_be_sent_again(sqlite_stage: Stage, state: str) -> None:
    found = ended(sqlite_stage, sqlite_stage.released(), state)
    with pytest.raises(NotAllowed):
        resend(sqlite_stage, found["radio"])


def test_an_overtaken_alert_is_not_sent_again_on_the_channels_of_its_all_clear(
    stage: Stage,
) -> None:
    incident = stage.incident()
    alert = stage.released(incident)
    found = ended(stage, alert, "failed")
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.", channels=["radio"])
    with pytest.raises(Overtaken):
        resend(stage, found["radio"])
    assert stage.states(alert)["radio"] == "failed"
    resend(stage, found["bluesky"])
    assert stage.states(alert)["bluesky"] == "queued"


def test_nothing_is_sent_again_from_its_end_on(stage: Stage) -> None:
    end = stage.now + timedelta(hours=1)
    found = ended(stage, stage.released(text="Snow.", expires_at=end), "failed")
    stage.now = end
    with pytest.raises(Expired):
        resend(stage, found["radio"])


def test_nothing_of_a_stopped_message_is_sent_again(stage: Stage) -> None:
    message = stage.released()
    found = ended(stage, message, "failed")
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=message, reason="Wrong", by=stage.officer, now=stage.now)
    with pytest.raises(NotAllowed):
        resend(stage, found["radio"])


def test_who_only_reads_neither_sends_again_nor_confirms(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    radio = ended(stage, stage.released(), "uncertain")["radio"]
    with pytest.raises(NotPermitted):
        resend(stage, radio, "auditor")
    with pytest.raises(NotPermitted), stage.sessions.begin() as db:
        deliveries.confirm(db, delivery_id=radio, by=stage.people["auditor"], now=stage.now)


def test_confirming_is_for_what_is_unknown_and_on_the_record(stage: Stage) -> None:
    message = stage.released()
    radio = ended(stage, message, "uncertain")["radio"]
    for _ in range(2):
        try:
            with stage.sessions.begin() as db:
                deliveries.confirm(db, delivery_id=radio, by=stage.approver, now=stage.now)
        except NotAllowed:
            break
    else:
        pytest.fail("what was sent was confirmed once more")
    assert stage.states(message)["radio"] == "sent"
    assert [one.actor for one in entries(stage, "confirmed as published by hand")] == ["Approver"]
