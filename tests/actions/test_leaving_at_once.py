"""Whoever loses their account, or the role to sign, decides nothing more; on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from console.actions import approvals, asking, people, roles
from console.actions.approvals import Barred, Decided
from console.actions.people import User
from console.domain.approval import ApprovalState, Pin
from console.domain.message import MessageState
from console.domain.policy import Role
from console.store.audit import EntryRow
from console.store.mails import MailRow
from tests.actions.house import Boss, house
from tests.stage import PIN, Stage


@pytest.fixture
def boss(stage: Stage) -> Boss:
    return house(stage, "Una", "Finlay")


def lose(boss: Boss, name: str, how: str) -> None:
    if how == "closed":
        boss.close(name)
    else:
        boss.take(name, Role.APPROVER)


def awaiting(stage: Stage) -> str:
    message = stage.draft()
    stage.submit(message)
    return message


def told(stage: Stage) -> list[str | None]:
    with stage.sessions.read() as db:
        rows = db.scalars(select(MailRow).where(MailRow.purpose == "approver gone"))
        return [one.user_id for one in rows]


LOST = pytest.mark.parametrize("how", ["closed", "demoted"])


@LOST
def test_what_was_asked_of_them_lapses_at_once_and_no_link_is_made_for_it(
    boss: Boss, how: str
) -> None:
    stage, message = boss.stage, awaiting(boss.stage)
    approval = stage.approvals(message)["Approver"]
    lose(boss, "Approver", how)
    assert stage.approvals(message)["Approver"].state is ApprovalState.LAPSED
    with stage.sessions.begin() as db:
        assert asking.new_link(db, approval.id, stage.now) is None
    with pytest.raises(Decided):
        stage.sign(message)
    assert stage.sheet(message).message.state is MessageState.AWAITING
    # Others who were asked are not touched.
    assert stage.sign(message, approver="Second approver").released  # type: ignore[union-attr]


@LOST
def test_refusing_ends_with_it_too(boss: Boss, how: str) -> None:
    stage, message = boss.stage, awaiting(boss.stage)
    approval = stage.approvals(message)["Approver"].id
    lose(boss, "Approver", how)
    for act in (approvals.reject, approvals.send_back):
        with stage.sessions.begin() as db, pytest.raises((Decided, Barred)):
            act(db, stage.desk, approval_id=approval, reason="No", proof=Pin(PIN), now=stage.now)
    assert stage.sheet(message).message.state is MessageState.AWAITING


def test_the_officer_is_told_when_nobody_is_left_who_was_asked(boss: Boss) -> None:
    stage, message = boss.stage, awaiting(boss.stage)
    boss.close("Approver")
    boss.close("Second approver")
    assert told(stage) == []  # Both is asked still
    boss.close("Both")
    assert told(stage) == [stage.officer.id]
    assert stage.sheet(message).message.state is MessageState.AWAITING


def test_it_is_on_the_record_of_the_incident(boss: Boss) -> None:
    stage, message = boss.stage, awaiting(boss.stage)
    boss.take("Approver", Role.APPROVER)
    with stage.sessions.read() as db:
        query = select(EntryRow).where(EntryRow.action == "sign-off ended with its approver")
        (entry,) = db.scalars(query)
    assert (entry.subject, entry.actor) == (f"message:{message}", "Una")
    assert entry.incident == stage.sheet(message).incident.id


def test_a_role_that_comes_back_does_not_bring_the_link_back(boss: Boss) -> None:
    stage, message = boss.stage, awaiting(boss.stage)
    boss.take("Approver", Role.APPROVER)
    boss.give(stage.approver, Role.APPROVER)
    boss.agree(boss.requests()[0], "Finlay")
    with pytest.raises(Decided):
        stage.sign(message)


def test_a_message_that_is_out_stays_signed(boss: Boss) -> None:
    stage = boss.stage
    message = stage.released()
    boss.close("Approver")
    assert stage.sheet(message).message.state is MessageState.RELEASED
    assert stage.approvals(message)["Approver"].state is ApprovalState.GRANTED


def test_closing_and_signing_at_once_end_in_one_of_the_two(boss: Boss) -> None:
    """Signed and out, or lapsed and waiting; never a signature of nobody."""
    stage, message = boss.stage, awaiting(boss.stage)
    digest = stage.sheet(message).message.digest

    def sign() -> bool:
        try:
            stage.sign(message, digest=digest)
            return True
        except (Decided, Barred):
            return False

    with ThreadPoolExecutor(2) as pool:
        signed, closed = pool.submit(sign), pool.submit(boss.close, "Approver")
        closed.result()
    state = stage.sheet(message).message.state
    assert state is (MessageState.RELEASED if signed.result() else MessageState.AWAITING)
    approval = stage.approvals(message)["Approver"].state
    assert approval is (ApprovalState.GRANTED if signed.result() else ApprovalState.LAPSED)


def test_an_open_session_and_token_have_the_roles_of_the_moment(boss: Boss) -> None:
    stage = boss.stage

    def seen(token: str) -> User | None:
        with stage.sessions.read() as db:
            return people.token_holder(db, token)

    with stage.sessions.begin() as db:
        token = people.issue_api_token(
            db, owner=stage.officer, name="gritter", by=stage.officer.actor, now=stage.now
        )
    before = seen(token)
    assert before
    assert Role.DUTY_OFFICER in before.roles
    with stage.sessions.begin() as db:
        roles.take_away(
            db,
            user_id=stage.officer.id,
            role=Role.DUTY_OFFICER,
            by=boss.of().actor,
            now=stage.now,
        )
    after = seen(token)
    assert after
    assert after.roles == frozenset()
