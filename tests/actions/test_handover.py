"""Handing over: nobody leaves with a key that still turns, and an account closes at zero."""

import pytest
from sqlalchemy import event

from console.actions import estate, keeping, leaving, people, register
from console.actions.errors import NotFound, NotPermitted
from console.actions.keeping import AlreadyKeeps, StillNamed, TooFewLeft
from console.actions.leaving import Handover, StillHolds
from console.actions.people import User
from console.actions.register import Details, NoLongerKeeps
from console.domain.handover import Step, Thing
from console.domain.policy import Role
from console.domain.register import Move, Red
from console.store import audit
from console.store.audit import Actor
from console.store.register import CheckRow
from tests.actions.test_register import custodian, live, move, sync
from tests.stage import PASSWORD, Stage


@pytest.fixture
def una(stage: Stage) -> User:
    sync(stage)
    return custodian(stage, "Una")


@pytest.fixture
def rory(stage: Stage) -> User:
    return custodian(stage, "Rory")


@pytest.fixture
def eilidh(stage: Stage) -> User:
    return custodian(stage, "Eilidh")


def entrust(stage: Stage, by: User, *persons: User, channel: str = "mastodon") -> None:
    with stage.sessions.begin() as db:
        for one in persons:
            keeping.entrust(db, channel=channel, user_id=one.id, by=by, now=stage.now)


def hand_over(stage: Stage, from_: User, to: User, channel: str = "mastodon") -> None:
    stage.later(minutes=1)
    with stage.sessions.begin() as db:
        keeping.hand_over(db, channel=channel, from_=from_.id, to=to.id, by=to, now=stage.now)


def write(stage: Stage, by: User, channel: str = "mastodon", **words: str) -> None:
    with stage.sessions.begin() as db:
        details = Details(**{"title": "", "handle": "", **words})
        register.change(db, name=channel, details=details, by=by, now=stage.now)


def rotated(stage: Stage, by: User, channel: str = "mastodon") -> None:
    stage.later(minutes=1)
    with stage.sessions.begin() as db:
        register.rotated(db, name=channel, by=by, now=stage.now)


def checked(stage: Stage, *, passed: bool = True, channel: str = "mastodon") -> None:
    stage.later(minutes=1)
    with stage.sessions.begin() as db:
        db.add(CheckRow(channel=channel, at=stage.now, passed=passed))


def handover(stage: Stage, person: User) -> Handover:
    with stage.sessions.read() as db:
        return keeping.handover(db, person.id)


def steps(stage: Stage, person: User) -> dict[Thing, Step]:
    return {one.what: one.step for one in handover(stage, person).lines}


def disable(stage: Stage, person: User, anyway: str = "") -> None:
    with stage.sessions.begin() as db:
        people.disable(db, email=person.email, by=Actor("test"), now=stage.now, anyway=anyway)


def reds(stage: Stage, channel: str = "mastodon") -> tuple[Red, ...]:
    with stage.sessions.read() as db:
        return estate.estate(db, by=None, now=stage.now).account(channel).reds


def test_whoever_holds_nothing_can_leave(stage: Stage, una: User) -> None:
    assert handover(stage, una).lines == ()
    disable(stage, una)


def test_there_is_no_handover_of_nobody(stage: Stage) -> None:
    with pytest.raises(NotFound), stage.sessions.read() as db:
        keeping.handover(db, "nobody")


def test_a_custody_is_reassigned_rotated_and_proved_by_a_check(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    assert steps(stage, una) == {Thing.CUSTODY: Step.HELD}
    hand_over(stage, una, eilidh)
    assert steps(stage, una) == {Thing.CUSTODY: Step.REASSIGNED}
    checked(stage)
    assert steps(stage, una) == {Thing.CUSTODY: Step.REASSIGNED}
    rotated(stage, eilidh)
    assert steps(stage, una) == {Thing.CUSTODY: Step.ROTATED}
    checked(stage, passed=False)
    assert handover(stage, una).left == 1
    checked(stage)
    assert steps(stage, una) == {Thing.CUSTODY: Step.DONE}
    assert handover(stage, una).left == 0


def test_what_was_changed_before_they_let_go_counts_for_nothing(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    rotated(stage, rory)
    checked(stage)
    hand_over(stage, una, eilidh)
    assert steps(stage, una) == {Thing.CUSTODY: Step.REASSIGNED}


def test_whoever_leaves_does_not_change_the_password_themselves(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    rotated(stage, una)
    hand_over(stage, una, eilidh)
    with pytest.raises(NoLongerKeeps):
        rotated(stage, una)
    entrust(stage, rory, una)
    rotated(stage, una)


def test_an_account_that_nobody_can_check_is_proved_by_a_word(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    with stage.sessions.begin() as db:
        details = Details(title="Library", handle="@library")
        register.add(db, name="library", network="x", details=details, by=una, now=stage.now)
    entrust(stage, una, una, rory, channel="library")
    hand_over(stage, una, eilidh, channel="library")
    assert handover(stage, una).left == 1
    rotated(stage, eilidh, channel="library")
    assert handover(stage, una).left == 0


def test_written_words_name_people_too(stage: Stage, una: User) -> None:
    write(
        stage,
        una,
        owner="Una, head of communications",
        kept_in="Una’s password book",
        second_factor="an app on UNA's telephone",
        recovery_mailbox=una.email,
        recovery_phone="01632 960 111 (Una)",
        if_lost="Ring Una at home.",
    )
    assert set(steps(stage, una)) == {
        Thing.OWNER, Thing.KEPT_IN, Thing.SECOND_FACTOR, Thing.RECOVERY_MAILBOX,
        Thing.RECOVERY_PHONE, Thing.IF_LOST,
    }  # fmt: skip


def test_a_name_inside_a_longer_one_is_somebody_else(stage: Stage, una: User) -> None:
    write(stage, una, second_factor="Unaware of it", recovery_mailbox=f"l{una.email}")
    assert handover(stage, una).lines == ()


def test_words_that_name_somebody_else_are_remembered_until_the_password_is_changed(
    stage: Stage, una: User, rory: User
) -> None:
    entrust(stage, una, rory)
    write(stage, una, second_factor="Una’s telephone", owner="Una")
    stage.later(minutes=1)
    write(stage, rory, second_factor="Rory’s telephone", owner="Head of communications")
    assert steps(stage, una) == {Thing.SECOND_FACTOR: Step.REASSIGNED, Thing.OWNER: Step.DONE}
    rotated(stage, rory)
    checked(stage)
    assert handover(stage, una).left == 0
    assert steps(stage, rory)[Thing.SECOND_FACTOR] is Step.HELD


def test_words_that_name_the_same_person_again_are_held_again(
    stage: Stage, una: User, rory: User
) -> None:
    write(stage, una, second_factor="Una’s telephone")
    stage.later(minutes=1)
    write(stage, rory, second_factor="Rory’s telephone")
    write(stage, rory, second_factor="Una’s key in the safe")
    assert steps(stage, una) == {Thing.SECOND_FACTOR: Step.HELD}


def test_a_line_is_reworded_in_one_step_and_keeps_the_other_details(
    stage: Stage, una: User, rory: User
) -> None:
    write(stage, una, second_factor="Una’s telephone", recovery_phone="01632 960 111")
    with stage.sessions.begin() as db:
        keeping.reword(
            db, channel="mastodon", what=Thing.SECOND_FACTOR, words="Rory’s telephone",
            person_id=una.id, by=rory, now=stage.now,
        )  # fmt: skip
    with stage.sessions.read() as db:
        account = estate.estate(db, by=None, now=stage.now).account("mastodon")
    assert (account.second_factor, account.recovery_phone) == ("Rory’s telephone", "01632 960 111")
    assert account.title == "Mastodon"


def test_new_words_must_not_name_the_same_person(stage: Stage, una: User, rory: User) -> None:
    write(stage, una, second_factor="Una’s telephone")
    with pytest.raises(StillNamed), stage.sessions.begin() as db:
        keeping.reword(
            db, channel="mastodon", what=Thing.SECOND_FACTOR, words="a new one of Una",
            person_id=una.id, by=rory, now=stage.now,
        )  # fmt: skip


def test_a_promotion_that_somebody_began_is_taken_back(stage: Stage) -> None:
    stage = live(stage, "mastodon")
    sync(stage)
    una, rory = custodian(stage, "Una"), custodian(stage, "Rory")
    move(stage, "mastodon", Move.PROMOTE, una)
    assert steps(stage, una) == {Thing.PROMOTION: Step.HELD}
    with stage.sessions.begin() as db:
        keeping.take_back_promotion(db, channel="mastodon", by=rory, now=stage.now)
    assert steps(stage, una) == {Thing.PROMOTION: Step.DONE}
    with pytest.raises(NotFound), stage.sessions.begin() as db:
        keeping.take_back_promotion(db, channel="mastodon", by=rory, now=stage.now)


def test_closing_an_account_takes_back_the_promotion_that_it_began(stage: Stage) -> None:
    stage = live(stage, "mastodon")
    sync(stage)
    una, rory = custodian(stage, "Una"), custodian(stage, "Rory")
    move(stage, "mastodon", Move.PROMOTE, una)
    disable(stage, una, anyway="dismissed today")
    assert move(stage, "mastodon", Move.PROMOTE, rory) == "pilot"


def test_a_custody_does_not_end_where_fewer_than_two_would_be_left(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    with pytest.raises(TooFewLeft) as refused, stage.sessions.begin() as db:
        keeping.release(db, channel="mastodon", user_id=una.id, by=rory, now=stage.now)
    assert refused.value.left == 1
    with pytest.raises(TooFewLeft):
        hand_over(stage, una, rory)
    entrust(stage, rory, eilidh)
    with stage.sessions.begin() as db:
        keeping.release(db, channel="mastodon", user_id=una.id, by=rory, now=stage.now)
    assert steps(stage, una) == {Thing.CUSTODY: Step.REASSIGNED}


def test_the_only_custodian_hands_over_in_one_step(stage: Stage, una: User, rory: User) -> None:
    entrust(stage, una, una)
    hand_over(stage, una, rory)
    with stage.sessions.read() as db:
        account = estate.estate(db, by=None, now=stage.now).account("mastodon")
    assert [one.name for one in account.custodians] == ["Rory"]


def test_one_of_two_others_may_simply_carry_on(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory, eilidh)
    hand_over(stage, una, rory)
    assert steps(stage, una) == {Thing.CUSTODY: Step.REASSIGNED}


def test_nobody_hands_over_to_a_closed_account_to_themselves_or_what_they_do_not_keep(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una)
    disable(stage, eilidh)
    for from_, to in ((una, eilidh), (una, una), (rory, una)):
        with pytest.raises(NotFound), stage.sessions.begin() as db:
            keeping.hand_over(
                db, channel="mastodon", from_=from_.id, to=to.id, by=una, now=stage.now
            )
    assert steps(stage, una) == {Thing.CUSTODY: Step.HELD}


def test_only_who_keeps_channels_hands_over(stage: Stage, una: User, rory: User) -> None:
    entrust(stage, una, una)
    with pytest.raises(NotPermitted), stage.sessions.begin() as db:
        keeping.hand_over(
            db, channel="mastodon", from_=una.id, to=rory.id, by=stage.officer, now=stage.now
        )


def test_nobody_is_named_twice(stage: Stage, una: User) -> None:
    entrust(stage, una, una)
    with pytest.raises(AlreadyKeeps):
        entrust(stage, una, una)


def test_an_account_is_not_closed_while_something_is_left(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    with pytest.raises(StillHolds) as refused:
        disable(stage, una)
    assert refused.value.handover.left == 1
    hand_over(stage, una, eilidh)
    with pytest.raises(StillHolds):
        disable(stage, una)
    rotated(stage, rory)
    checked(stage)
    disable(stage, una)
    assert not handover(stage, una).person.active
    assert reds(stage) == ()


def test_an_account_in_wrong_hands_is_closed_at_once_and_the_channel_is_red(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory, eilidh)
    disable(stage, una, anyway=" dismissed today ")
    assert reds(stage) == (Red.CLOSED_CUSTODIAN,)
    with stage.sessions.read() as db:
        entry = audit.of_action(db, "user disabled")[-1]
    assert "dismissed today" in entry.detail
    assert "Mastodon: custodian" in entry.detail


def test_a_channel_stays_red_until_the_password_is_changed(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory, eilidh)
    write(stage, una, second_factor="Una’s telephone")
    disable(stage, una, anyway="dismissed today")
    assert set(reds(stage)) == {Red.CLOSED_CUSTODIAN, Red.LEFT_WITH_KEYS}
    stage.later(minutes=1)
    with stage.sessions.begin() as db:
        keeping.release(db, channel="mastodon", user_id=una.id, by=rory, now=stage.now)
    write(stage, rory, second_factor="Rory’s telephone")
    assert reds(stage) == (Red.LEFT_WITH_KEYS,)
    rotated(stage, rory)
    assert reds(stage) == ()


def test_a_reason_of_spaces_is_none(stage: Stage, una: User) -> None:
    entrust(stage, una, una)
    with pytest.raises(StillHolds):
        disable(stage, una, anyway="  ")


def test_what_was_given_up_is_handed_over_by_nobody(stage: Stage, una: User) -> None:
    entrust(stage, una, una)
    move(stage, "mastodon", Move.RETIRE, una)
    assert handover(stage, una).lines == ()


def test_everybody_who_is_here_or_left_with_something_has_a_handover(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    disable(stage, una, anyway="dismissed today")
    disable(stage, eilidh)
    with stage.sessions.read() as db:
        found = {one.person.name: one.left for one in leaving.handovers(db)}
    assert found["Una"] == 1
    assert found["Rory"] == 1
    assert found["Officer"] == 0
    assert "Eilidh" not in found


def test_the_record_of_a_handover_is_that_of_the_person_and_their_accounts(
    stage: Stage, una: User, rory: User, eilidh: User
) -> None:
    entrust(stage, una, una, rory)
    entrust(stage, una, rory, channel="bluesky")
    write(stage, una, second_factor="Una’s telephone")
    hand_over(stage, una, eilidh)
    write(stage, rory, second_factor="Rory’s telephone")
    rotated(stage, rory)
    rotated(stage, rory, channel="bluesky")
    with stage.sessions.read() as db:
        found = leaving.recorded(db, keeping.handover(db, una.id))
    assert [one.action for one in found] == [
        "custodian named",
        "custodian relieved",
        "no longer named in the register",
        "credential changed",
    ]


def test_the_handovers_of_many_people_cost_a_fixed_number_of_queries(
    stage: Stage, una: User, rory: User
) -> None:
    entrust(stage, una, una, rory)
    counted: list[str] = []

    def look() -> int:
        counted.clear()
        with stage.sessions.read() as db:
            listener = lambda *given: counted.append(given[2])  # noqa: E731
            event.listen(stage.sessions.engine, "before_cursor_execute", listener)
            leaving.handovers(db)
            event.remove(stage.sessions.engine, "before_cursor_execute", listener)
        return len(counted)

    few = look()
    for number in range(10):
        with stage.sessions.begin() as db:
            people.add(
                db, email=f"p{number}@northbrae.example", name=f"Person {number}",
                roles=[Role.AUDITOR], password=PASSWORD, pin="", by=Actor("test"), now=stage.now,
            )  # fmt: skip
    assert look() == few
