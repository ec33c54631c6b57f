"""What policy asks for holds at every step: who is asked, how many sign, and with which proof."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from console.actions import approvals, asking, messages
from console.actions.approvals import Granted, WordsChanged, WrongPin
from console.actions.draft_words import Words
from console.actions.errors import NobodyToAsk, NotReady
from console.domain.approval import ApprovalState, Pin
from console.domain.incident import IncidentState, Mode
from console.domain.message import MessageState
from console.domain.policy import Rules
from console.domain.rules import Policy
from console.domain.states import NotAllowed
from console.store.approvals import ApprovalRow
from console.store.deliveries import DeliveryRow
from console.store.incidents import IncidentRow
from console.store.people import UserRow
from tests.actions.test_signing_in import give_app
from tests.stage import PIN, Stage


def under(stage: Stage, rules: Rules) -> Stage:
    """The same council with other rules for actual incidents."""
    settings = replace(stage.desk.settings, policy=Policy(actual=rules))
    return replace(stage, desk=replace(stage.desk, settings=settings))


def save(stage: Stage, message: str, who: str, text: str) -> None:
    with stage.sessions.begin() as db:
        messages.save(
            db,
            stage.desk,
            message_id=message,
            version=None,
            words=Words(text=text),
            by=stage.people[who],
            now=stage.now,
        )


def test_where_two_must_sign_the_first_alone_releases_nothing(stage: Stage) -> None:
    stage = under(stage, Rules(sign_offs=2))
    message = stage.draft()
    stage.submit(message)
    assert stage.sign(message) == Granted(message, released=False, still=1)
    assert stage.sheet(message).message.state is MessageState.AWAITING
    assert stage.states(message) == {}
    second = stage.sign(message, approver="Second approver")
    assert second == Granted(message, released=True, still=0)
    assert len(stage.states(message)) == len(stage.desk.channels)


def test_where_more_must_sign_than_there_are_nobody_is_asked(stage: Stage) -> None:
    stage = under(stage, Rules(sign_offs=4))
    message = stage.draft()
    with pytest.raises(NobodyToAsk):
        stage.submit(message)


def test_whoever_changed_a_word_or_sent_it_for_approval_is_not_asked(stage: Stage) -> None:
    saved = stage.draft()
    save(stage, saved, "both", "Snow on Mill Road.")
    stage.submit(saved)
    sent = stage.draft()
    stage.submit(sent, by=stage.people["both"])
    for message in (saved, sent):
        assert set(stage.approvals(message)) == {"Approver", "Second approver"}


def test_an_approver_without_a_pin_is_asked_only_where_none_is_needed(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        db.get_one(UserRow, stage.approver.id).pin_hash = ""
    message = stage.draft()
    stage.submit(message)
    assert "Approver" not in stage.approvals(message)


def test_an_approver_without_a_pin_is_asked_where_they_have_a_second_factor(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        db.get_one(UserRow, stage.approver.id).pin_hash = ""
    give_app(stage, stage.approver)
    message = stage.draft()
    stage.submit(message)
    assert "Approver" in stage.approvals(message)


@pytest.mark.parametrize("pin", ["", "000000", PIN + "0", PIN[:-1]])
@pytest.mark.parametrize("refuse", [approvals.send_back, approvals.reject])
def test_without_the_pin_nothing_is_sent_back_or_rejected(
    sqlite_stage: Stage, refuse: Callable[..., object], pin: str
) -> None:
    stage = sqlite_stage
    message = stage.draft()
    stage.submit(message)
    approval = stage.approvals(message)["Approver"].id
    with stage.sessions.begin() as db:
        result = refuse(
            db, stage.desk, approval_id=approval, reason="No", proof=Pin(pin), now=stage.now
        )
    assert result == WrongPin(4)
    assert stage.sheet(message).message.state is MessageState.AWAITING


def test_a_sign_off_of_other_words_than_the_messages_counts_for_nothing(stage: Stage) -> None:
    message = stage.draft()
    stage.submit(message)
    other = "0" * 64
    with stage.sessions.begin() as db:
        approval = stage.approvals(message)["Approver"].id
        db.get_one(ApprovalRow, approval).digest = other
    with pytest.raises(WordsChanged):
        stage.sign(message, digest=other)
    assert stage.states(message) == {}


@pytest.mark.parametrize("end", ["decided", "expired"])
def test_no_link_is_made_for_a_sign_off_that_is_over(stage: Stage, end: str) -> None:
    message = stage.draft()
    stage.submit(message)
    approval = stage.approvals(message)["Approver"].id
    if end == "decided":
        stage.sign(message, approver="Second approver")
        assert stage.approvals(message)["Approver"].state is ApprovalState.LAPSED
    else:
        stage.later(minutes=31)
    with stage.sessions.begin() as db:
        assert asking.new_link(db, approval, stage.now) is None


def test_nothing_is_sent_for_approval_in_an_incident_that_was_stood_down(stage: Stage) -> None:
    incident = stage.incident()
    message = stage.draft(incident)
    with stage.sessions.begin() as db:
        db.get_one(IncidentRow, incident).state = str(IncidentState.STOOD_DOWN)
    with pytest.raises(NotReady) as wrong:
        stage.submit(message)
    assert [one.field for one in wrong.value.troubles] == ["incident"]


def test_what_was_released_cannot_be_saved_over(stage: Stage) -> None:
    message = stage.released()
    with pytest.raises(NotAllowed):
        save(stage, message, "officer", "Free money")


def test_what_would_be_over_before_it_left_is_not_sent_for_approval(stage: Stage) -> None:
    message = stage.draft(text="Closed until 06:00", expires_at=stage.now + timedelta(minutes=1))
    stage.later(minutes=1)
    with pytest.raises(NotReady) as wrong:
        stage.submit(message)
    assert [one.field for one in wrong.value.troubles] == ["expires_at"]


def test_a_text_of_few_characters_and_many_bytes_is_too_long_for_bluesky(stage: Stage) -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"  # 25 bytes, one grapheme
    message = stage.draft(text=family * 130, channels=["bluesky"])
    with pytest.raises(NotReady) as wrong:
        stage.submit(message)
    assert [(one.field, one.over) for one in wrong.value.troubles] == [("channel:bluesky", 250)]


@pytest.mark.parametrize(("mode", "begin"), [(Mode.EXERCISE, "EXERCISE: "), (Mode.ACTUAL, "Snow")])
def test_the_headline_of_an_exercise_says_so_and_no_other(
    stage: Stage, mode: Mode, begin: str
) -> None:
    message = stage.draft(stage.incident(mode))
    stage.submit(message)
    assert all(one.subject.startswith(begin) for one in stage.sheet(message).variants)


def test_no_two_deliveries_of_a_release_have_the_same_time(stage: Stage) -> None:
    message = stage.released()
    with stage.sessions.read() as db:
        times = [one.created_at for one in db.query(DeliveryRow).filter_by(message_id=message)]
    assert len(set(times)) == len(times) == len(stage.desk.channels)
