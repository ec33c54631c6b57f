"""Roles: two administrators for what can publish, one to take it away; on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from console.actions import office, roles
from console.actions.errors import NotFound, NotPermitted
from console.actions.people import LastAdministrator, User
from console.actions.roles import HasIt, HasItNot, NotTheSecond
from console.domain.granting import TWO_AGREE, Bar
from console.domain.policy import Role
from console.domain.states import NotAllowed
from console.store.audit import EntryRow
from console.store.mails import MailRow
from tests.actions.house import Boss, house
from tests.stage import Stage

ALONE = sorted(set(Role) - TWO_AGREE)


@pytest.fixture
def boss(stage: Stage) -> Boss:
    return house(stage, "Una", "Finlay", "Ewan")


def auditor(boss: Boss) -> User:
    return boss.stage.people["auditor"]


def told(boss: Boss, purpose: str) -> set[str | None]:
    with boss.stage.sessions.read() as db:
        return {
            one.user_id for one in db.scalars(select(MailRow).where(MailRow.purpose == purpose))
        }


@pytest.mark.parametrize("role", sorted(TWO_AGREE))
def test_what_can_publish_changes_nothing_until_another_agrees(boss: Boss, role: Role) -> None:
    person = auditor(boss)
    assert boss.give(person, role) is False
    assert boss.person(person.id).roles == {Role.AUDITOR}
    assert told(boss, "role asked") == {boss.of("Finlay").id, boss.of("Ewan").id}
    boss.agree(boss.requests()[0], "Finlay")
    assert boss.person(person.id).roles == {Role.AUDITOR, role}
    assert told(boss, "role decided") == {person.id, boss.of("Una").id}


@pytest.mark.parametrize("role", [one for one in ALONE if one is not Role.AUDITOR])
def test_what_cannot_publish_is_given_at_once(boss: Boss, role: Role) -> None:
    assert boss.give(auditor(boss), role) is True
    assert role in boss.person(auditor(boss).id).roles
    assert boss.requests() == []


def test_whoever_asked_cannot_agree(boss: Boss) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    with pytest.raises(NotTheSecond) as refused:
        boss.agree(boss.requests()[0], "Una")
    assert refused.value.bar is Bar.ASKED
    assert boss.person(auditor(boss).id).roles == {Role.AUDITOR}


def test_nobody_agrees_to_a_role_of_their_own(boss: Boss) -> None:
    boss.give(boss.of("Finlay"), Role.APPROVER, by="Una")
    with pytest.raises(NotTheSecond) as refused:
        boss.agree(boss.requests()[0], "Finlay")
    assert refused.value.bar is Bar.CONCERNED
    assert boss.of("Finlay").id not in told(boss, "role asked")
    boss.agree(boss.requests()[0], "Ewan")
    assert Role.APPROVER in boss.person(boss.of("Finlay").id).roles


def test_asking_for_oneself_takes_another_all_the_same(boss: Boss) -> None:
    boss.give(boss.of("Una"), Role.APPROVER, by="Una")
    with pytest.raises(NotTheSecond):
        boss.agree(boss.requests()[0], "Una")


@pytest.mark.parametrize("name", ["officer", "approver", "auditor"])
def test_only_administrators_ask_agree_refuse_and_take(boss: Boss, name: str) -> None:
    other = boss.stage.people[name]
    boss.give(auditor(boss), Role.APPROVER)
    boss.administrators["Other"] = other
    (request,) = boss.requests()
    for act in (
        lambda: boss.give(auditor(boss), Role.CUSTODIAN, by="Other"),
        lambda: boss.agree(request, "Other"),
        lambda: boss.refuse(request, "Other"),
        lambda: boss.take("Approver", Role.APPROVER, by="Other"),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_an_administrator_who_was_one_at_the_beginning_of_the_request_is_asked_again(
    boss: Boss,
) -> None:
    """`boss.of` still has the role; the database says otherwise by now."""
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    boss.take("Finlay", Role.ADMINISTRATOR, by="Ewan")
    with pytest.raises(NotPermitted):
        boss.agree(boss.requests()[0], "Finlay")


def test_two_who_agree_at_once_give_it_once(boss: Boss) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    (request,) = boss.requests()

    def press(name: str) -> str:
        try:
            boss.agree(request, name)
            return "first"
        except NotAllowed as late:
            return str(late.state)

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(press, ["Finlay", "Ewan"] * 4))
    assert sorted(ends) == ["agreed"] * 7 + ["first"]
    assert boss.person(auditor(boss).id).roles == {Role.AUDITOR, Role.APPROVER}
    with boss.stage.sessions.read() as db:
        entries = list(db.scalars(select(EntryRow).where(EntryRow.action == "role agreed to")))
    assert len(entries) == 1


def test_one_who_agrees_while_another_refuses_end_in_one_answer(boss: Boss) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    (request,) = boss.requests()

    def press(name: str) -> bool:
        try:
            (boss.agree if name == "Finlay" else boss.refuse)(request, name)
            return True
        except NotAllowed:
            return False

    with ThreadPoolExecutor(2) as pool:
        agreed, refused = pool.map(press, ["Finlay", "Ewan"])
    assert agreed != refused
    assert (Role.APPROVER in boss.person(auditor(boss).id).roles) is agreed


def test_roles_that_are_given_at_the_same_moment_are_both_kept(boss: Boss) -> None:
    """Roles are one value: whoever writes last must have read what the other wrote."""
    person = boss.stage.officer
    wanted = [Role.AUDITOR, Role.CUSTODIAN]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda role: boss.give(person, role), wanted))
    assert boss.person(person.id).roles == {Role.DUTY_OFFICER, *wanted}


def test_a_refusal_is_told_to_whoever_asked_and_changes_nothing(boss: Boss) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    boss.refuse(boss.requests()[0], "Finlay")
    assert boss.person(auditor(boss).id).roles == {Role.AUDITOR}
    assert told(boss, "role decided") == {boss.of("Una").id}
    assert boss.requests() == []


def test_whoever_asked_takes_it_back(boss: Boss) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    boss.refuse(boss.requests()[0], "Una")
    assert boss.requests() == []
    assert told(boss, "role decided") == set()
    assert boss.give(auditor(boss), Role.APPROVER, by="Una") is False


def test_nothing_is_asked_for_twice(boss: Boss) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    with pytest.raises(HasIt):
        boss.give(auditor(boss), Role.APPROVER, by="Finlay")
    with pytest.raises(HasIt):
        boss.give(auditor(boss), Role.AUDITOR)


def test_taking_away_counts_at_once_and_needs_nobody_else(boss: Boss) -> None:
    boss.take("Approver", Role.APPROVER)
    assert boss.person(boss.stage.approver.id).roles == frozenset()
    with pytest.raises(HasItNot):
        boss.take("Approver", Role.APPROVER)


def test_the_last_administrator_keeps_the_role_and_the_account(stage: Stage) -> None:
    boss = house(stage, "Una")
    with pytest.raises(LastAdministrator):
        boss.take("Una", Role.ADMINISTRATOR)
    with pytest.raises(LastAdministrator):
        boss.close("Una")
    assert boss.person(boss.of("Una").id).may is not None
    assert boss.person(boss.of("Una").id).active


def test_two_who_close_each_other_at_once_leave_one(stage: Stage) -> None:
    boss = house(stage, "Una", "Finlay")

    def close(name: str) -> bool:
        try:
            boss.close(name)
            return True
        except LastAdministrator:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close, ["Una", "Finlay"])) == [False, True]


@pytest.mark.parametrize("who", ["Una", "Auditor"])
def test_requests_end_with_whoever_asked_or_would_have_had_it(boss: Boss, who: str) -> None:
    boss.give(auditor(boss), Role.APPROVER, by="Una")
    (request,) = boss.requests()
    boss.close(who)
    assert boss.requests() == []
    with pytest.raises((NotAllowed, NotFound)):
        boss.agree(request, "Finlay")
    assert Role.APPROVER not in boss.person(auditor(boss).id).roles


def test_nothing_is_given_to_a_closed_account(boss: Boss) -> None:
    boss.close("Auditor")
    with pytest.raises(NotFound):
        boss.give(auditor(boss), Role.CUSTODIAN)


def test_the_command_line_gives_at_once_and_the_record_says_that_it_did(stage: Stage) -> None:
    boss = house(stage, "Una")
    boss.give(auditor(boss), Role.APPROVER)
    with stage.sessions.begin() as db:
        given = roles.give(
            db, user_id=auditor(boss).id, role=Role.APPROVER, by=office.COMMAND_LINE, now=stage.now
        )
    assert given
    assert boss.requests() == []
    assert Role.APPROVER in boss.person(auditor(boss).id).roles
    with stage.sessions.read() as db:
        (entry,) = db.scalars(select(EntryRow).where(EntryRow.action == "role given"))
    assert (entry.actor, json.loads(entry.detail)["role"]) == ("command line", "approver")
