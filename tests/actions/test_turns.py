"""Who is asked when to sign a message: by the rota, and at once where too few can answer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from console.actions import approvals, pacing, people, rota
from console.actions.errors import NotFound, NotPermitted
from console.domain.approval import ApprovalState, Pin
from console.domain.policy import Role, Rules
from console.store import stalled
from console.store.audit import Actor
from console.store.base import new_id
from console.store.mails import UNANSWERED, MailRow
from tests.rota import away, on_duty, plan, read, under
from tests.stage import BEGIN, PASSWORD, PIN, Stage

NAMES = ("Approver", "Second approver", "Both")


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.now = BEGIN
    return stage


def submitted(stage: Stage) -> str:
    message = stage.draft()
    stage.submit(message)
    return message


def mails(stage: Stage, message: str) -> dict[str, float]:
    """Name -> in how many minutes after `BEGIN` the mail leaves that asks them."""
    by_id = {one.id: name for name, one in stage.approvals(message).items()}
    with stage.sessions.read() as db:
        due = select(MailRow).where(MailRow.purpose == "sign-off", MailRow.state == "due")
        found = {by_id.get(one.subject_id, ""): one.due_at for one in db.scalars(due)}
    return {name: round((at - BEGIN) / timedelta(minutes=1), 3) for name, at in found.items()}


def sweep(stage: Stage) -> None:
    """What a worker does each second."""
    with stage.sessions.begin() as db:
        pacing.move_up(db, stage.now)
        pacing.tell_unanswered(db, stage.now)


def told_to_phone(stage: Stage) -> int:
    with stage.sessions.read() as db:
        return len(list(db.scalars(select(MailRow).where(MailRow.purpose == UNANSWERED))))


def wrong_pins(stage: Stage, message: str, approver: str) -> None:
    for _ in range(5):
        stage.sign(message, pin="000000", approver=approver)


def test_without_a_rota_everybody_is_asked_at_once(stage: Stage) -> None:
    message = submitted(stage)
    assert set(plan(stage, message, BEGIN).items()) == {(name, 0) for name in NAMES}
    assert mails(stage, message) == dict.fromkeys(NAMES, 0)
    assert not read(stage, message).rota


def test_where_nobody_is_on_duty_everybody_is_asked_at_once(stage: Stage) -> None:
    on_duty(stage, "both", hours=0.5)
    message = submitted(stage)
    assert mails(stage, message) == dict.fromkeys(NAMES, 0)


def test_one_after_the_other_by_the_rota_and_policys_minutes(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    assert list(plan(stage, message, BEGIN).items()) == [
        ("Both", 0), ("Approver", 5), ("Second approver", 10),
    ]  # fmt: skip
    assert mails(stage, message) == plan(stage, message, BEGIN)
    found = read(stage, message)
    assert [one.name for one in found.asked] == ["Both"]
    assert [one.name for one in found.next] == ["Approver"]
    assert found.unanswered_at == BEGIN + timedelta(minutes=15)
    assert not found.unanswered


def test_each_of_them_may_decide_at_the_console_at_once(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.sign(message, approver="Second approver")
    assert stage.sheet(message).message.released_at


def test_whoever_changed_a_word_has_no_turn(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = stage.draft(by=stage.people["both"])
    stage.submit(message)
    assert plan(stage, message, BEGIN) == {"Approver": 0, "Second approver": 5}


def test_where_two_must_sign_two_are_asked_first(stage: Stage) -> None:
    stage = under(stage, Rules(sign_offs=2))
    on_duty(stage, "both")
    message = submitted(stage)
    assert plan(stage, message, BEGIN) == {"Both": 0, "Approver": 0, "Second approver": 5}


def test_where_policy_names_no_minutes_all_are_asked_at_once(stage: Stage) -> None:
    stage = under(stage, Rules(next_after=()))
    on_duty(stage, "both")
    assert set(plan(stage, submitted(stage), BEGIN).values()) == {0}


def test_in_a_short_time_everybody_has_the_same_part_of_it(stage: Stage) -> None:
    stage = under(stage, Rules(approve_within=timedelta(minutes=6)))
    on_duty(stage, "both")
    message = submitted(stage)
    assert list(plan(stage, message, BEGIN).values()) == [0, 1.333, 2.667]
    assert read(stage, message).unanswered_at == BEGIN + timedelta(minutes=4)


def test_who_is_away_is_not_asked_and_holds_up_nobody(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    away(stage, "both")
    message = submitted(stage)
    assert plan(stage, message, BEGIN) == {"Approver": 0, "Second approver": 5, "Both": None}
    assert mails(stage, message) == {"Approver": 0, "Second approver": 5}
    found = read(stage, message)
    assert [one.name for one in found.left_out] == ["Both"]
    assert found.left_out[0].away_until == BEGIN + timedelta(hours=8)
    # Still, they may decide at the console.
    stage.sign(message, approver="Both")
    assert stage.sheet(message).message.released_at


def test_where_everybody_is_away_they_are_asked_all_the_same_and_once(stage: Stage) -> None:
    for name in ("approver", "second approver", "both"):
        away(stage, name)
    message = submitted(stage)
    assert list(plan(stage, message, BEGIN).values()).count(0) == 1
    sweep(stage)
    assert list(plan(stage, message, BEGIN).values()).count(0) == 1


@pytest.mark.parametrize("how", ["void", "closed", "away"])
def test_who_can_answer_no_more_is_followed_at_once_and_the_others_keep_their_pauses(
    stage: Stage, how: str
) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.later(minutes=2)
    if how == "void":
        wrong_pins(stage, message, "Both")
    elif how == "closed":
        with stage.sessions.begin() as db:
            people.disable(db, email=stage.people["both"].email, by=Actor("test"), now=stage.now)
    else:
        away(stage, "both")
    sweep(stage)
    wanted = {"Both": 0, "Approver": 2, "Second approver": 7}
    assert plan(stage, message, BEGIN) == wanted
    assert {one: at for one, at in mails(stage, message).items() if one != "Both"} == {
        "Approver": 2, "Second approver": 7,
    }  # fmt: skip
    sweep(stage)
    assert plan(stage, message, BEGIN) == wanted


def test_the_same_is_seen_by_the_query_that_every_worker_asks(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.later(minutes=1)
    with stage.sessions.read() as db:
        assert stalled.messages(db, stage.now) == []
    wrong_pins(stage, message, "Both")
    with stage.sessions.read() as db:
        assert stalled.messages(db, stage.now) == [message]
    sweep(stage)
    with stage.sessions.read() as db:
        assert stalled.messages(db, stage.now) == []


def test_where_two_must_sign_one_void_link_brings_the_next(stage: Stage) -> None:
    stage = under(stage, Rules(sign_offs=2))
    on_duty(stage, "both")
    message = submitted(stage)
    stage.later(minutes=1)
    wrong_pins(stage, message, "Approver")
    sweep(stage)
    assert plan(stage, message, BEGIN)["Second approver"] == 1


def test_where_one_of_two_signed_the_other_is_still_waited_for(stage: Stage) -> None:
    stage = under(stage, Rules(sign_offs=2))
    on_duty(stage, "both")
    message = submitted(stage)
    stage.later(minutes=1)
    stage.sign(message, approver="Both")
    sweep(stage)
    assert plan(stage, message, BEGIN)["Second approver"] == 5


def test_who_goes_away_before_their_turn_is_passed_over_in_their_time(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.later(minutes=2)
    absence = away(stage, "approver")
    assert plan(stage, message, BEGIN) == {"Both": 0, "Second approver": 5, "Approver": None}
    assert mails(stage, message) == {"Both": 0, "Second approver": 5}
    with stage.sessions.begin() as db:
        rota.back(db, absence_id=absence, by=stage.approver, now=stage.now)
    assert plan(stage, message, BEGIN) == {"Both": 0, "Approver": 5, "Second approver": 10}
    assert mails(stage, message) == {"Both": 0, "Approver": 5, "Second approver": 10}


def test_who_signs_some_of_the_languages_only_is_followed_at_once(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    channels = tuple(
        replace(one, languages=("en", "cy")) if number == 0 else one
        for number, one in enumerate(stage.desk.channels)
    )
    stage = replace(stage, desk=replace(stage.desk, channels=channels))
    message = stage.draft(
        text="Snow on Glen Road.", translations={"cy": {"subject": "Eira", "text": "Eira."}}
    )
    stage.submit(message)
    stage.later(minutes=1)
    sheet = stage.sheet(message)
    with stage.sessions.begin() as db:
        approvals.grant(
            db,
            stage.desk,
            approval_id=stage.approvals(message)["Both"].id,
            digest=sheet.message.digest,
            proof=Pin(PIN),
            now=stage.now,
            languages=["en"],
        )
    assert plan(stage, message, BEGIN) == {"Both": 0, "Approver": 1, "Second approver": 6}


def test_the_officer_need_not_wait_for_one_or_for_anybody(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.later(minutes=1)
    last = stage.approvals(message)["Second approver"].id
    for _ in range(2):  # a second press changes nothing
        with stage.sessions.begin() as db:
            pacing.ask_now(
                db, message_id=message, approval_id=last, by=stage.officer, now=stage.now
            )
    assert plan(stage, message, BEGIN) == {"Both": 0, "Second approver": 1, "Approver": 5}
    assert mails(stage, message) == {"Both": 0, "Second approver": 1, "Approver": 5}
    with stage.sessions.begin() as db:
        pacing.ask_now(db, message_id=message, approval_id="", by=stage.officer, now=stage.now)
    assert set(plan(stage, message, BEGIN).values()) == {0, 1}
    assert read(stage, message).unanswered_at == BEGIN + timedelta(minutes=6)


def test_everybody_now_asks_the_absent_too(stage: Stage) -> None:
    on_duty(stage, "both")
    away(stage, "approver")
    message = submitted(stage)
    with stage.sessions.begin() as db:
        pacing.ask_now(db, message_id=message, approval_id="", by=stage.officer, now=stage.now)
    assert mails(stage, message) == dict.fromkeys(NAMES, 0)


@pytest.mark.parametrize("who", ["approver", "auditor"])
def test_only_duty_officers_ask_sooner(stage: Stage, who: str) -> None:
    message = submitted(stage)
    with stage.sessions.begin() as db, pytest.raises(NotPermitted):
        pacing.ask_now(db, message_id=message, approval_id="", by=stage.people[who], now=stage.now)


def test_a_sign_off_of_another_message_is_not_found(stage: Stage) -> None:
    message = submitted(stage)
    with stage.sessions.begin() as db, pytest.raises(NotFound):
        pacing.ask_now(
            db, message_id=message, approval_id=new_id(), by=stage.officer, now=stage.now
        )


def test_after_the_last_turn_the_officer_is_told_once_to_telephone(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.later(minutes=14, seconds=59)
    sweep(stage)
    assert told_to_phone(stage) == 0
    assert not read(stage, message).unanswered
    stage.later(seconds=1)
    sweep(stage)
    sweep(stage)
    assert told_to_phone(stage) == 1
    found = read(stage, message)
    assert found.unanswered
    assert [one.name for one in found.to_phone] == ["Both", "Approver", "Second approver"]


def test_nobody_is_told_to_telephone_about_what_was_decided(stage: Stage) -> None:
    message = submitted(stage)
    stage.sign(message)
    stage.later(minutes=20)
    sweep(stage)
    assert told_to_phone(stage) == 0


def test_where_every_link_is_void_the_page_says_at_once_whom_to_phone(stage: Stage) -> None:
    message = submitted(stage)
    for name in NAMES:
        assert not read(stage, message).unanswered
        wrong_pins(stage, message, name)
    sweep(stage)
    found = read(stage, message)
    assert found.unanswered
    assert [one.name for one in found.to_phone] == sorted(NAMES)


def test_new_words_are_asked_for_anew(stage: Stage) -> None:
    on_duty(stage, "both", "approver")
    message = submitted(stage)
    stage.later(minutes=3)
    with stage.sessions.begin() as db:
        approvals.send_back(
            db,
            stage.desk,
            approval_id=stage.approvals(message)["Both"].id,
            reason="Which road?",
            proof=Pin(PIN),
            now=stage.now,
        )
    stage.submit(message)
    assert plan(stage, message, stage.now) == {"Both": 0, "Approver": 5, "Second approver": 10}
    assert read(stage, message).unanswered_at == stage.now + timedelta(minutes=15)
    states = {one.state for one in stage.sheet(message).sign_offs}
    assert states == {ApprovalState.REFUSED, ApprovalState.SUPERSEDED, ApprovalState.ASKED}


def test_eight_approvers_are_all_asked_while_there_is_time_to_telephone(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        for number in range(5):
            people.add(
                db,
                email=f"further{number}@northbrae.example",
                name=f"Further {number}",
                roles=[Role.APPROVER],
                password=PASSWORD,
                pin=PIN,
                by=Actor("test"),
                now=stage.now,
            )
    on_duty(stage, "both")
    message = submitted(stage)
    assert list(plan(stage, message, BEGIN).values()) == [2.5 * turn for turn in range(8)]
    assert read(stage, message).unanswered_at == BEGIN + timedelta(minutes=20)
