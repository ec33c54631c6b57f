"""An administrator at somebody's account: name, address and tokens; on both databases."""

import pytest
from sqlalchemy import select

from console.actions import accounts, people
from console.actions.errors import NotFound, NotPermitted
from console.actions.people import User
from console.store.audit import EntryRow
from console.store.mails import MailRow
from console.store.people import UserRow
from tests.actions.house import Boss, house
from tests.stage import Stage


@pytest.fixture
def boss(stage: Stage) -> Boss:
    return house(stage, "Una", "Finlay", "Ewan")


def auditor(boss: Boss) -> User:
    return boss.stage.people["auditor"]


def test_a_new_address_is_told_and_so_is_the_old_one(boss: Boss) -> None:
    person = boss.stage.officer
    with boss.stage.sessions.begin() as db:
        accounts.change(
            db, user_id=person.id, name="Morag Bain", email="Morag@northbrae.example",
            by=boss.of().actor, now=boss.stage.now,
        )  # fmt: skip
    with boss.stage.sessions.read() as db:
        rows = db.scalars(select(MailRow).where(MailRow.purpose == "address changed"))
        assert {one.address for one in rows} == {person.email, "morag@northbrae.example"}
        entries = {one.action for one in db.scalars(select(EntryRow))}
    assert {"address changed", "name changed"} <= entries
    assert boss.person(person.id).email == "morag@northbrae.example"


def test_an_address_that_somebody_has_is_not_taken_over(boss: Boss) -> None:
    with boss.stage.sessions.begin() as db, pytest.raises(people.Taken):
        accounts.change(
            db, user_id=boss.stage.officer.id, name="Officer", email=boss.stage.approver.email,
            by=boss.of().actor, now=boss.stage.now,
        )  # fmt: skip


def test_an_administrator_makes_no_token_that_acts_as_a_publisher(boss: Boss) -> None:
    """Else an approver who is administrator could draft as an officer and sign their own words."""

    def issue(owner: User, by: User) -> str:
        with boss.stage.sessions.begin() as db:
            return accounts.issue_token(
                db, user_id=owner.id, name="gritter", by=by.actor, now=boss.stage.now
            )

    with pytest.raises(accounts.NotYours):
        issue(boss.stage.officer, boss.of())
    with pytest.raises(NotPermitted):
        issue(auditor(boss), boss.stage.officer)
    for owner, by in ((auditor(boss), boss.of()), (boss.stage.officer, boss.stage.officer)):
        token = issue(owner, by)
        with boss.stage.sessions.read() as db:
            assert people.token_holder(db, token) == boss.person(owner.id)


def test_a_token_is_revoked_by_its_owner_or_an_administrator_alone(boss: Boss) -> None:
    officer = boss.stage.officer
    with boss.stage.sessions.begin() as db:
        token = accounts.issue_token(
            db, user_id=officer.id, name="gritter", by=officer.actor, now=boss.stage.now
        )
        (known,) = accounts.tokens(db, officer.id)

    def revoke(owner: User, by: User) -> None:
        with boss.stage.sessions.begin() as db:
            accounts.revoke_token(
                db, user_id=owner.id, token_id=known.id, by=by.actor, now=boss.stage.now
            )

    with pytest.raises(NotPermitted):
        revoke(officer, boss.stage.approver)
    with pytest.raises(NotFound):
        revoke(boss.stage.approver, boss.stage.approver)
    revoke(officer, boss.of())
    with boss.stage.sessions.read() as db:
        assert people.token_holder(db, token) is None
        assert db.get_one(UserRow, officer.id).active
