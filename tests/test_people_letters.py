"""Mails about accounts: an invitation with one link, a request to agree, a changed address."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from console import letters
from console.actions import accounts, people
from console.domain.policy import Role
from console.letters import Letter
from console.store.mails import MailRow
from console.store.people import UserRow
from tests.actions.house import Boss, house
from tests.stage import Stage
from workers import postroom

EMAIL = "isla@northbrae.example"


@pytest.fixture
def boss(sqlite_stage: Stage) -> Boss:
    sqlite_stage.now = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)
    return house(sqlite_stage, "Una", "Finlay")


def mailed(boss: Boss, purpose: str, token: str = "") -> list[Letter]:
    """Every mail of this purpose that waits, in the words it has now."""
    stage = boss.stage
    with stage.sessions.read() as db:
        found = []
        for row in db.scalars(select(MailRow).where(MailRow.purpose == purpose)):
            to = people.user(db.get_one(UserRow, row.user_id)) if row.user_id else None
            letter = letters.compose(
                db, stage.desk, purpose, to, row.subject_id, token, row.address
            )
            if letter:
                found.append(letter)
        return found


def test_an_invitation_has_one_link_and_says_what_it_is_for(boss: Boss) -> None:
    boss.invite(EMAIL, Role.APPROVER, Role.AUDITOR)
    (letter,) = mailed(boss, "invitation", "T" * 43)
    assert (letter.to, letter.name) == (EMAIL, "Isla Grant")
    for text in (letter.text, letter.html):
        assert re.findall(r"https?://[^\s\"<]+", text) == [f"http://127.0.0.1:8000/join/{'T' * 43}"]
        assert "Una invites you" in text
        assert "a password and a sign-off PIN" in text
        assert "05:12, Mon 19 Jan" in text
        assert "once a second administrator has agreed" in text
    assert max(map(len, letter.text.splitlines())) <= 110


def test_who_signs_nothing_is_told_of_no_pin(boss: Boss) -> None:
    boss.invite(EMAIL, Role.AUDITOR)
    (letter,) = mailed(boss, "invitation", "T" * 43)
    assert "PIN" not in letter.text + letter.html


def test_without_a_token_there_is_nothing_to_send(boss: Boss) -> None:
    boss.invite(EMAIL, Role.AUDITOR)
    assert mailed(boss, "invitation") == []


def test_the_second_administrator_is_asked_to_ring_first(boss: Boss) -> None:
    boss.give(boss.stage.people["auditor"], Role.APPROVER)
    (letter,) = mailed(boss, "role asked")
    assert letter.to == "finlay@northbrae.example"
    assert letter.subject == "Agree or refuse: Auditor as approver"
    assert "Una asks that Auditor" in letter.text
    assert "Phone them on a number that you have from elsewhere" in " ".join(letter.text.split())
    boss.refuse(boss.requests()[0], "Finlay")
    assert mailed(boss, "role asked") == []


@pytest.mark.parametrize("agreed", [True, False])
def test_whoever_asked_hears_the_answer(boss: Boss, agreed: bool) -> None:
    boss.give(boss.stage.people["auditor"], Role.APPROVER)
    (boss.agree if agreed else boss.refuse)(boss.requests()[0], "Finlay")
    told = {one.name: one for one in mailed(boss, "role decided")}
    assert set(told) == ({"Auditor", "Una"} if agreed else {"Una"})
    assert ("Finlay agreed" if agreed else "Finlay refused") in told["Una"].text
    if agreed:
        assert "You are approver now" in told["Auditor"].text
        assert told["Auditor"].subject == "Auditor is approver"
        assert told["Una"].html.count("<a ") == 1


def test_both_addresses_hear_that_one_was_changed(boss: Boss) -> None:
    officer = boss.stage.officer
    with boss.stage.sessions.begin() as db:
        accounts.change(
            db, user_id=officer.id, name=officer.name, email="new@northbrae.example",
            by=boss.of().actor, now=boss.stage.now,
        )  # fmt: skip
    found = mailed(boss, "address changed")
    assert {one.to for one in found} == {officer.email, "new@northbrae.example"}
    assert all("new@northbrae.example" in one.text for one in found)
    assert all("phone 01632 960 123 at once" in " ".join(one.text.split()) for one in found)


def test_the_officer_hears_who_can_no_longer_sign(boss: Boss) -> None:
    message = boss.stage.draft()
    boss.stage.submit(message)
    for name in ("Approver", "Second approver", "Both"):
        boss.close(name)
    (letter,) = mailed(boss, "approver gone")
    assert letter.to == boss.stage.officer.email
    assert letter.subject.startswith("Both can no longer sign")
    assert "Nobody else is asked now" in letter.text


def test_the_postroom_makes_the_link_and_writes_to_who_has_no_account(boss: Boss) -> None:
    boss.stage.now = datetime.now(UTC)
    invitation = boss.invite(EMAIL, Role.AUDITOR)
    (claimed,) = postroom.take(boss.stage.sessions, boss.stage.desk)
    posting = postroom.worded(boss.stage.sessions, boss.stage.desk, claimed)
    assert posting
    assert (posting.name, posting.letter.to) == ("Isla Grant", EMAIL)
    assert re.search(r"/join/[\w-]{43}\n", posting.letter.text)
    mail = postroom.message(boss.stage.desk, posting)
    assert mail["To"] == f"Isla Grant <{EMAIL}>"
    assert invitation not in posting.letter.text
