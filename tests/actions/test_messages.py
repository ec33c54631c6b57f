"""Drafts, their saving, and the moment they are sent for approval; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from console.actions import messages
from console.actions.draft_words import Words
from console.actions.errors import NobodyToAsk, NotPermitted, NotReady, ReasonMissing, Stale
from console.actions.people import User
from console.domain.approval import ApprovalState
from console.domain.audit import first_break
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.domain.states import NotAllowed
from console.store import audit
from console.store.audit import EntryRow
from tests.stage import Stage


def save(stage: Stage, message: str, version: int | None = None, **words: object) -> int:
    with stage.sessions.begin() as db:
        return messages.save(
            db,
            stage.desk,
            message_id=message,
            version=version,
            words=Words(**words),  # type: ignore[arg-type]
            by=stage.officer,
            now=stage.now,
        )


def actions(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        return list(db.scalars(select(EntryRow.action).order_by(EntryRow.number)))


def test_a_draft_can_be_saved_with_anything_in_it(stage: Stage) -> None:
    message = stage.draft(facts={"hazard": "x" * 5000, "unknown": "?"})
    assert stage.sheet(message).message.state is MessageState.DRAFT


def test_a_save_from_an_older_page_is_stale_and_changes_nothing(stage: Stage) -> None:
    message = stage.draft(text="First")
    assert save(stage, message, 1, text="Second") == 2
    with pytest.raises(Stale) as stale:
        save(stage, message, 1, text="Third")
    assert stale.value.current == 2
    assert stage.sheet(message).message.text == "Second"


def test_saving_the_same_again_makes_no_new_version(stage: Stage) -> None:
    message = stage.draft(text="First")
    assert save(stage, message, 1, text="First") == 1
    assert actions(stage).count("message saved") == 0


def test_submitting_freezes_the_text_of_every_channel(stage: Stage) -> None:
    message = stage.draft(text="Snow on Glen Road.", edits={"bluesky": "Snow!"})
    digest = stage.submit(message)
    sheet = stage.sheet(message)
    texts = {one.channel: one.text for one in sheet.variants}
    assert set(texts) == {one.name for one in stage.desk.channels}
    assert texts["bluesky"] == "Snow!"
    assert texts["mastodon"] == "Snow on Glen Road."
    assert sheet.message.digest == digest
    with pytest.raises(NotAllowed):
        save(stage, message, None, text="Another")


def test_submitting_twice_is_one_request(stage: Stage) -> None:
    message = stage.draft()
    assert stage.submit(message) == stage.submit(message)
    assert actions(stage).count("message sent for approval") == 1


def test_text_is_normalised_before_it_is_signed(stage: Stage) -> None:
    message = stage.draft(text="Cafe\u0301\r\nopen")
    stage.submit(message)
    assert {one.text for one in stage.sheet(message).variants} == {"Caf\u00e9\nopen"}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"text": "x" * 400}, "channel:bluesky"),
        ({"text": "Go to https://gov@evil.example/"}, "channel:mastodon"),
        ({"text": "right\u202eleft"}, "channel:mastodon"),
        ({"facts": {}}, "facts:hazard"),
        ({"text": "Snow", "channels": []}, "channels"),
    ],
)
def test_what_cannot_be_published_is_named_and_nothing_is_sent(
    sqlite_stage: Stage, words: dict[str, object], field: str
) -> None:
    stage = sqlite_stage
    message = stage.draft(**words)
    with pytest.raises(NotReady) as wrong:
        stage.submit(message)
    named = {one.field for one in wrong.value.troubles}
    if field.startswith("facts:"):
        assert any(one.startswith("facts:") for one in named)
    else:
        assert field in named
    assert stage.sheet(message).message.state is MessageState.DRAFT


def test_only_approvers_who_did_not_contribute_are_asked(stage: Stage) -> None:
    message = stage.draft(by=stage.people["both"])
    stage.submit(message)
    assert set(stage.approvals(message)) == {"Approver", "Second approver"}


def test_in_an_exercise_those_who_contributed_may_be_asked(stage: Stage) -> None:
    message = stage.draft(stage.incident(Mode.EXERCISE), by=stage.people["both"])
    stage.submit(message)
    assert "Both" in stage.approvals(message)


def test_without_an_approver_nothing_is_submitted_and_the_draft_stays(stage: Stage) -> None:
    from console.actions import people
    from console.store.audit import Actor

    with stage.sessions.begin() as db:
        for name in ("approver", "second approver", "both"):
            one = stage.people[name]
            people.disable(db, email=one.email, by=Actor("test"), now=stage.now)
    message = stage.draft()
    with pytest.raises(NobodyToAsk):
        stage.submit(message)
    assert stage.sheet(message).message.state is MessageState.DRAFT


@pytest.mark.parametrize("who", ["approver", "auditor"])
def test_who_may_not_draft_cannot(sqlite_stage: Stage, who: str) -> None:
    incident = sqlite_stage.incident()
    person: User = sqlite_stage.people[who]
    with pytest.raises(NotPermitted):
        sqlite_stage.draft(incident, by=person)


def test_withdrawing_ends_every_sign_off(stage: Stage) -> None:
    message = stage.draft()
    stage.submit(message)
    with stage.sessions.begin() as db:
        messages.withdraw(db, message_id=message, by=stage.officer, now=stage.now)
    states = {one.state for one in stage.approvals(message).values()}
    assert states == {ApprovalState.SUPERSEDED}
    assert stage.sheet(message).message.state is MessageState.WITHDRAWN


def test_stopping_needs_a_reason_and_cancels_what_has_not_left(stage: Stage) -> None:
    message = stage.released()
    with pytest.raises(ReasonMissing), stage.sessions.begin() as db:
        messages.stop(db, message_id=message, reason=" ", by=stage.officer, now=stage.now)
    with stage.sessions.begin() as db:
        cancelled = messages.stop(
            db, message_id=message, reason="Wrong road", by=stage.approver, now=stage.now
        )
    assert cancelled == len(stage.states(message))
    assert set(stage.states(message).values()) == {"cancelled"}


def test_everything_that_happened_is_on_an_unbroken_record(stage: Stage) -> None:
    stage.released()
    with stage.sessions.read() as db:
        assert first_break(audit.entries(db), head=audit.head(db)) is None
    happened = actions(stage)
    for action in (
        "incident opened",
        "message drafted",
        "message sent for approval",
        "sign-off asked",
        "signed off",
        "message released",
    ):
        assert action in happened


def test_an_act_that_fails_leaves_no_entry(stage: Stage) -> None:
    message = stage.draft(text="x" * 400)
    before = actions(stage)
    with pytest.raises(NotReady):
        stage.submit(message)
    assert actions(stage) == before


def test_nobody_is_asked_to_sign_beyond_the_messages_own_end(stage: Stage) -> None:
    end = stage.now + timedelta(minutes=5)
    message = stage.draft(text="Closed until 06:00", expires_at=end)
    stage.submit(message)
    assert stage.sheet(message).message.approve_by == end
