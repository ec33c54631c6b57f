"""Joining: one address, one link, one account, no publisher by mail alone; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from console.actions import invitations, people, roles, roll
from console.actions.errors import NotFound, NotPermitted
from console.actions.invitations import InvitationOver, Invited, NoRole
from console.actions.people import NotAnAddress, NotAName, Taken, TooEasy, TooShort, User
from console.domain.granting import GrantState
from console.domain.invitation import GOOD_FOR
from console.domain.invitation import Stage as At
from console.domain.policy import Role
from console.store import grants
from console.store.audit import EntryRow
from console.store.mails import MailRow
from console.store.people import UserRow
from tests.actions.house import Boss, house
from tests.stage import PASSWORD, Stage

EMAIL = "isla@northbrae.example"
PIN = "271828"


@pytest.fixture
def boss(stage: Stage) -> Boss:
    return house(stage, "Una", "Finlay")


def accept(boss: Boss, token: str, *, password: str = PASSWORD, pin: str = PIN) -> User:
    with boss.stage.sessions.begin() as db:
        return invitations.accept(db, token=token, password=password, pin=pin, now=boss.stage.now)


def at(boss: Boss, token: str) -> At:
    with boss.stage.sessions.read() as db:
        return invitations.find(db, token, boss.stage.now).stage


def mails(boss: Boss, purpose: str) -> list[str | None]:
    with boss.stage.sessions.read() as db:
        rows = db.scalars(select(MailRow).where(MailRow.purpose == purpose))
        return [one.user_id for one in rows]


def accounts(boss: Boss) -> list[UserRow]:
    with boss.stage.sessions.read() as db:
        return list(db.scalars(select(UserRow).where(UserRow.email == EMAIL)))


def test_an_auditor_who_accepts_is_one_at_once(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.AUDITOR))
    made = accept(boss, token, pin="")
    assert (made.email, made.name, made.roles) == (EMAIL, "Isla Grant", {Role.AUDITOR})
    assert at(boss, token) is At.ACCEPTED
    assert mails(boss, "role asked") == []


def test_a_role_that_can_publish_waits_for_a_second_administrator(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.APPROVER, Role.AUDITOR))
    made = accept(boss, token)
    assert made.roles == {Role.AUDITOR}
    assert made.has_pin
    # Una invited, so that only Finlay is asked.
    assert mails(boss, "role asked") == [boss.of("Finlay").id]
    (request,) = boss.requests()
    with pytest.raises(roles.NotTheSecond):
        boss.agree(request, "Una")
    boss.agree(request, "Finlay")
    assert boss.person(made.id).roles == {Role.APPROVER, Role.AUDITOR}


def test_a_link_works_once(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.AUDITOR))
    accept(boss, token)
    with pytest.raises(InvitationOver) as refused:
        accept(boss, token)
    assert refused.value.stage is At.ACCEPTED
    assert len(accounts(boss)) == 1


def test_every_link_of_one_invitation_is_used_up_with_it(boss: Boss) -> None:
    invitation = boss.invite(EMAIL, Role.AUDITOR)
    first, second = boss.link(invitation), boss.link(invitation)
    accept(boss, second)
    with pytest.raises(InvitationOver):
        accept(boss, first)


def test_twelve_who_accept_at_once_make_one_account(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.APPROVER))

    def press(number: int) -> str:
        try:
            accept(boss, token, password=f"{PASSWORD} {number}")
            return "made"
        except InvitationOver as over:
            return str(over.stage)

    with ThreadPoolExecutor(12) as pool:
        ends = list(pool.map(press, range(12)))
    assert sorted(set(ends)) == ["accepted", "made"]
    assert ends.count("made") == 1
    assert len(accounts(boss)) == 1
    assert len(boss.requests()) == 1


def test_after_three_days_it_is_over(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.AUDITOR))
    boss.stage.now += GOOD_FOR - timedelta(seconds=1)
    assert at(boss, token) is At.OPEN
    boss.stage.later(seconds=1)
    with pytest.raises(InvitationOver) as refused:
        accept(boss, token)
    assert refused.value.stage is At.EXPIRED
    assert accounts(boss) == []


def test_sending_again_begins_anew_and_ends_the_links_before(boss: Boss) -> None:
    invitation = boss.invite(EMAIL, Role.AUDITOR)
    old = boss.link(invitation)
    boss.stage.now += GOOD_FOR
    boss.again(invitation)
    new = boss.link(invitation)
    assert (at(boss, old), at(boss, new)) == (At.NEWER, At.OPEN)
    with pytest.raises(InvitationOver):
        accept(boss, old)
    assert accept(boss, new).email == EMAIL


def test_a_withdrawn_one_makes_no_account_and_mails_no_link(boss: Boss) -> None:
    invitation = boss.invite(EMAIL, Role.AUDITOR)
    token = boss.link(invitation)
    with boss.stage.sessions.begin() as db:
        invitations.withdraw(
            db, invitation_id=invitation, by=boss.of("Finlay").actor, now=boss.stage.now
        )
    assert at(boss, token) is At.WITHDRAWN
    with pytest.raises(InvitationOver):
        accept(boss, token)
    assert boss.link(invitation, must=False) is None
    with pytest.raises(InvitationOver):
        boss.again(invitation)


@pytest.mark.parametrize("how", ["closed", "demoted"])
def test_invitations_end_with_whoever_made_them(boss: Boss, how: str) -> None:
    token = boss.link(boss.invite(EMAIL, Role.AUDITOR))
    if how == "closed":
        boss.close("Una")
    else:
        boss.take("Una", Role.ADMINISTRATOR)
    assert at(boss, token) is At.WITHDRAWN


def test_accepting_while_whoever_invited_is_closed_ends_in_one_of_the_two(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.APPROVER))

    def press() -> bool:
        try:
            accept(boss, token)
            return True
        except InvitationOver:
            return False

    with ThreadPoolExecutor(2) as pool:
        made, closed = pool.submit(press), pool.submit(boss.close, "Una")
        closed.result()
    assert at(boss, token) is (At.ACCEPTED if made.result() else At.WITHDRAWN)
    assert len(accounts(boss)) == made.result()
    assert boss.requests() == []


def test_only_the_hash_of_a_link_is_kept(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.APPROVER))
    accept(boss, token)
    with boss.stage.sessions.engine.connect() as connection:
        for table in ("invitations", "invitation_links", "mails", "audit", "users", "grants"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert token not in str(rows)
            assert PIN not in str(rows)
            assert PASSWORD not in str(rows)


def test_nobody_is_invited_twice_or_who_has_an_account(boss: Boss) -> None:
    boss.invite(EMAIL, Role.AUDITOR)
    with pytest.raises(Invited):
        boss.invite(EMAIL.upper(), Role.AUDITOR)
    with pytest.raises(Taken):
        boss.invite(boss.stage.officer.email, Role.AUDITOR)


def test_an_address_that_got_an_account_meanwhile_gets_no_second(boss: Boss) -> None:
    token = boss.link(boss.invite(EMAIL, Role.AUDITOR))
    with boss.stage.sessions.begin() as db:
        people.add(
            db, email=EMAIL, name="Isla", roles=[], password=PASSWORD, pin="",
            by=boss.of("Una").actor, now=boss.stage.now,
        )  # fmt: skip
    with pytest.raises(Taken):
        accept(boss, token)
    assert len(accounts(boss)) == 1


@pytest.mark.parametrize(
    ("email", "name", "wanted", "error"),
    [
        ("isla", "Isla", [Role.AUDITOR], NotAnAddress),
        ("isla@northbrae.example\nBcc: all@x.example", "Isla", [Role.AUDITOR], NotAnAddress),
        (EMAIL, "", [Role.AUDITOR], NotAName),
        (EMAIL, "x" * 121, [Role.AUDITOR], NotAName),
        (EMAIL, "Isla\u202egrant", [Role.AUDITOR], NotAName),
        (EMAIL, "Isla", [], NoRole),
    ],
)
def test_what_cannot_be_an_invitation_is_none(
    boss: Boss, email: str, name: str, wanted: list[Role], error: type[Exception]
) -> None:
    with boss.stage.sessions.begin() as db, pytest.raises(error):
        invitations.invite(
            db, email=email, name=name, roles=wanted, by=boss.of("Una").actor, now=boss.stage.now
        )
    assert mails(boss, "invitation") == []


def test_a_line_break_in_a_name_never_reaches_a_header(boss: Boss) -> None:
    invitation = boss.invite(EMAIL, Role.AUDITOR, name="Isla\r\nBcc: all@x.example")
    with boss.stage.sessions.read() as db:
        (found,) = roll.roll(db, viewer=boss.of("Una"), now=boss.stage.now).invitations
    assert (found.id, found.name) == (invitation, "Isla Bcc: all@x.example")


@pytest.mark.parametrize(
    ("password", "pin", "error"),
    [
        ("fourteen chars", PIN, TooShort),
        ("aaaaaaaaaaaaaaaaaaaa", PIN, TooEasy),
        ("abcabcabcabcabcabc", PIN, TooEasy),
        (f"{EMAIL}123", PIN, TooEasy),
        (PASSWORD, "", TooShort),
        (PASSWORD, "12345", TooShort),
        (PASSWORD, "abcdef", TooShort),
        (PASSWORD, "000000", TooEasy),
        (PASSWORD, "123456", TooEasy),
        (PASSWORD, "19801980", TooEasy),
    ],
)
def test_what_others_guess_first_is_refused_and_the_link_is_still_good(
    boss: Boss, password: str, pin: str, error: type[Exception]
) -> None:
    token = boss.link(boss.invite(EMAIL, Role.APPROVER))
    with pytest.raises(error):
        accept(boss, token, password=password, pin=pin)
    assert accounts(boss) == []
    assert at(boss, token) is At.OPEN


def test_a_long_password_in_any_letters_is_kept_whole(boss: Boss) -> None:
    password = " ".join(f"ørn{number}雪" for number in range(30))[:128]
    accept(boss, boss.link(boss.invite(EMAIL, Role.AUDITOR)), password=password)
    (row,) = accounts(boss)
    assert people.credentials.matches(row.password_hash, password)
    assert not people.credentials.matches(row.password_hash, password[:-1])


@pytest.mark.parametrize("name", ["Officer", "Approver", "Auditor"])
def test_only_administrators_invite(boss: Boss, name: str) -> None:
    with pytest.raises(NotPermitted):
        boss.invite(EMAIL, Role.AUDITOR, by=boss.stage.people[name.lower()])


def test_a_link_that_leads_nowhere_is_no_invitation(boss: Boss) -> None:
    for token in ("", "x" * 43, "\ud800"):
        with pytest.raises(NotFound):
            accept(boss, token)


def test_it_is_all_on_the_record(boss: Boss) -> None:
    invitation = boss.invite(EMAIL, Role.DUTY_OFFICER)
    boss.again(invitation)
    made = accept(boss, boss.link(invitation), pin="")
    boss.agree(boss.requests()[0], "Finlay")
    with boss.stage.sessions.read() as db:
        found = [
            (one.action, one.actor)
            for one in db.scalars(select(EntryRow).order_by(EntryRow.number))
            if one.subject in (f"invitation:{invitation}", f"user:{made.id}")
        ]
        assert [one.state for one in db.scalars(select(grants.GrantRow))] == [GrantState.AGREED]
    assert found == [
        ("invited", "Una"),
        ("invitation sent again", "Una"),
        ("user added", "by invitation"),
        ("invitation accepted", "Isla Grant"),
        ("role asked for", "Una"),
        ("role agreed to", "Finlay"),
    ]
