"""Sign-offs: only these words, only this person, only in time, only once; on both databases."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from console.actions import approvals, asking, messages, people
from console.actions.approvals import Barred, Decided, Granted, WordsChanged, WrongPin
from console.actions.draft_words import Words
from console.actions.errors import Expired, NotFound, ReasonMissing
from console.actions.proofs import NotProved, PinsUsedUp
from console.domain.approval import ApprovalState, Pin, Session
from console.domain.incident import Mode
from console.domain.message import Kind, MessageState
from console.domain.policy import Bar
from console.store.approvals import ApprovalRow
from console.store.audit import Actor, EntryRow
from console.store.mails import MailRow
from tests.stage import PIN, Stage


def awaiting(stage: Stage, **words: object) -> str:
    message = stage.draft(**words)
    stage.submit(message)
    return message


def mails(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        return list(db.scalars(select(MailRow.purpose)))


def test_the_last_sign_off_releases_with_one_delivery_for_every_channel(stage: Stage) -> None:
    message = awaiting(stage)
    granted = stage.sign(message)
    assert granted == Granted(message, released=True, still=0)
    sheet = stage.sheet(message)
    assert sheet.message.state is MessageState.RELEASED
    assert {one.channel for one in sheet.deliveries} == {one.channel for one in sheet.variants}
    assert {one.text for one in sheet.deliveries} == {one.text for one in sheet.variants}
    assert len({one.id for one in sheet.deliveries}) == len(sheet.deliveries)


def test_the_others_who_were_asked_see_that_it_is_decided(stage: Stage) -> None:
    message = awaiting(stage)
    stage.sign(message)
    assert stage.approvals(message)["Second approver"].state is ApprovalState.LAPSED
    with pytest.raises(Decided):
        stage.sign(message, approver="Second approver")


def test_twenty_presses_at_once_release_once(stage: Stage) -> None:
    message = awaiting(stage)

    def press(_: int) -> str:
        try:
            return type(stage.sign(message)).__name__
        except Decided:
            return "Decided"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(press, range(20)))
    assert answers.count("Granted") == 1
    assert answers.count("Decided") == 19
    assert len(stage.states(message)) == len(stage.desk.channels)


def test_two_approvers_at_once_release_once(stage: Stage) -> None:
    message = awaiting(stage)

    def press(name: str) -> str:
        try:
            return type(stage.sign(message, approver=name)).__name__
        except Decided:
            return "Decided"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, ["Approver", "Second approver"]))
    assert answers == ["Decided", "Granted"]


def test_five_wrong_pins_void_the_links_and_the_sign_off_stays_asked(stage: Stage) -> None:
    message = awaiting(stage)
    lefts = [stage.sign(message, pin="000000") for _ in range(5)]
    assert lefts == [WrongPin(4), WrongPin(3), WrongPin(2), WrongPin(1), WrongPin(0)]
    with pytest.raises(PinsUsedUp):
        stage.sign(message)
    assert stage.approvals(message)["Approver"].state is ApprovalState.ASKED
    assert stage.approvals(message)["Approver"].links_void
    assert mails(stage).count("link void") == 1
    assert stage.sheet(message).message.state is MessageState.AWAITING
    with stage.sessions.begin() as db:
        assert asking.new_link(db, stage.approvals(message)["Approver"].id, stage.now) is None
    assert stage.sign(message, proof=Pin(PIN, signed_in=True)) == Granted(message, True, 0)


def test_wrong_pins_on_the_console_are_counted_by_themselves(stage: Stage) -> None:
    message = awaiting(stage)
    wrong = Pin("000000", signed_in=True)
    assert [stage.sign(message, proof=wrong) for _ in range(5)][-1] == WrongPin(0, signed_in=True)
    with pytest.raises(PinsUsedUp):
        stage.sign(message, proof=Pin(PIN, signed_in=True))
    assert mails(stage).count("link void") == 1
    assert stage.sign(message) == Granted(message, released=True, still=0)


def test_a_fresh_second_factor_signs_where_no_pin_counts_any_more(stage: Stage) -> None:
    message = awaiting(stage)
    for signed_in in (False, True):
        for _ in range(5):
            stage.sign(message, proof=Pin("000000", signed_in=signed_in))
    with pytest.raises(NotProved):
        stage.sign(message, proof=Session(stage.approver.id, stage.now - timedelta(minutes=6)))
    with pytest.raises(NotProved):
        stage.sign(message, proof=Session(stage.people["both"].id, stage.now))
    strong = Session(stage.approver.id, stage.now - timedelta(minutes=4))
    assert stage.sign(message, proof=strong) == Granted(message, released=True, still=0)
    with stage.sessions.read() as db:
        row = db.get_one(ApprovalRow, stage.approvals(message)["Approver"].id)
        assert row.proof == "session"


def test_the_page_must_have_shown_the_words_that_are_signed(stage: Stage) -> None:
    message = awaiting(stage)
    with pytest.raises(WordsChanged):
        stage.sign(message, digest="0" * 64)


def test_a_late_sign_off_never_publishes(stage: Stage) -> None:
    message = awaiting(stage)
    stage.later(minutes=31)
    with pytest.raises(Expired):
        stage.sign(message)
    with stage.sessions.begin() as db:
        assert asking.expire_overdue(db, stage.now) == 1
    assert stage.sheet(message).message.state is MessageState.EXPIRED
    assert "expired" in mails(stage)


Refuse = Callable[..., object]


@pytest.mark.parametrize(
    ("refuse", "state"),
    [
        (approvals.send_back, MessageState.DRAFT),
        (approvals.reject, MessageState.REJECTED),
    ],
)
def test_refusing_needs_a_reason_and_ends_every_sign_off(
    stage: Stage, refuse: Refuse, state: MessageState
) -> None:
    message = awaiting(stage)
    approval = stage.approvals(message)["Approver"].id
    for reason in ("", "  "):
        with pytest.raises(ReasonMissing), stage.sessions.begin() as db:
            refuse(
                db, stage.desk, approval_id=approval, proof=Pin(PIN), reason=reason, now=stage.now
            )
    with stage.sessions.begin() as db:
        refuse(
            db, stage.desk, approval_id=approval, proof=Pin(PIN), reason="Wrong road", now=stage.now
        )
    sheet = stage.sheet(message)
    assert sheet.message.state is state
    assert sheet.message.reason == "Wrong road"
    assert {one.state for one in sheet.sign_offs} == {
        ApprovalState.REFUSED,
        ApprovalState.SUPERSEDED,
    }


def test_after_an_edit_the_older_link_signs_nothing(stage: Stage) -> None:
    message = awaiting(stage)
    older = stage.approvals(message)["Approver"].id
    token = stage.token(message)
    with stage.sessions.begin() as db:
        approvals.send_back(
            db, stage.desk, approval_id=older, proof=Pin(PIN), reason="Name the road", now=stage.now
        )
    with stage.sessions.begin() as db:
        messages.save(
            db,
            stage.desk,
            message_id=message,
            version=None,
            words=Words(text="Snow on Mill Road."),
            by=stage.officer,
            now=stage.now,
        )
    stage.later(minutes=1)
    digest = stage.submit(message)
    with stage.sessions.read() as db:
        approval = asking.find(db, token)
    with pytest.raises(Decided), stage.sessions.begin() as db:
        approvals.grant(
            db, stage.desk, approval_id=approval, digest=digest, proof=Pin(PIN), now=stage.now
        )
    assert stage.sheet(message).message.state is MessageState.AWAITING


def test_nobody_signs_their_own_words_even_where_they_were_asked(stage: Stage) -> None:
    message = awaiting(stage)
    with stage.sessions.begin() as db:
        from console.store.messages import contributed

        contributed(db, message, stage.approver.id)
    with pytest.raises(Barred) as barred:
        stage.sign(message)
    assert barred.value.bar is Bar.CONTRIBUTED


def test_a_disabled_approver_signs_nothing(stage: Stage) -> None:
    message = awaiting(stage)
    with stage.sessions.begin() as db:
        people.disable(db, email=stage.approver.email, by=Actor("test"), now=stage.now)
    with pytest.raises(Decided) as ended:
        stage.sign(message)
    assert ended.value.state is ApprovalState.LAPSED


def test_in_an_exercise_one_person_may_rehearse_both_parts(stage: Stage) -> None:
    both = stage.people["both"]
    message = stage.draft(stage.incident(Mode.EXERCISE), by=both)
    stage.submit(message, by=both)
    assert stage.sign(message, approver="Both") == Granted(message, released=True, still=0)


def test_a_link_is_found_by_its_token_and_only_its_hash_is_kept(stage: Stage) -> None:
    message = awaiting(stage)
    token = stage.token(message)
    with stage.sessions.begin() as db:
        assert asking.find(db, token) == stage.approvals(message)["Approver"].id
        with pytest.raises(NotFound):
            asking.find(db, token[:-1] + ("a" if token[-1] != "a" else "b"))
    with stage.sessions.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT token_hash FROM links").scalars().all()
    assert token not in kept


def test_every_mail_that_is_tried_again_has_a_link_of_its_own(stage: Stage) -> None:
    message = awaiting(stage)
    first, second = stage.token(message), stage.token(message)
    assert first != second
    with stage.sessions.begin() as db:
        assert asking.find(db, first) == asking.find(db, second)


def test_an_all_clear_cancels_the_alert_that_has_not_left(stage: Stage) -> None:
    incident = stage.incident()
    alert = stage.released(incident)
    stage.later(minutes=5)
    clear = stage.released(incident, Kind.ALL_CLEAR, text="It is over.")
    assert set(stage.states(alert).values()) == {"cancelled"}
    assert set(stage.states(clear).values()) == {"queued"}


def test_an_update_leaves_the_alert_queued_on_channels_that_it_does_not_reach(
    stage: Stage,
) -> None:
    incident = stage.incident()
    alert = stage.released(incident)
    stage.released(incident, Kind.UPDATE, text="It thaws.", channels=["radio", "bluesky"])
    states = stage.states(alert)
    assert states.pop("radio") == states.pop("bluesky") == "cancelled"
    assert set(states.values()) == {"queued"}
    with stage.sessions.read() as db:
        query = select(EntryRow.detail).where(EntryRow.action == "message released")
        assert [json.loads(one)["cancelled"] for one in db.scalars(query)] == [0, 2]
