"""Whoever did not do it themselves hears of it: what is mailed about one's own account."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console import letters
from console.actions import entering, own_account, passwords, people, second_factors
from console.actions.entering import Entered, Visitor
from console.actions.tries import TryLater
from console.letters import Letter
from console.people_letters import DONE
from console.store.audit import Actor
from console.store.mails import MailRow
from console.store.people import UserRow
from tests.actions.test_signing_in import HOME, NEW, SHIFT, enter, give_app, half, second, signed
from tests.stage import PASSWORD, Stage

AWAY = Visitor("198.51.100.9", "Another browser")


def mails(stage: Stage) -> list[Letter]:
    """Each that waits, in the words that it would have now."""
    with stage.sessions.read() as db:
        waiting = db.query(MailRow).filter_by(purpose=own_account.OWN_ACCOUNT, state="due").all()
        made = [
            letters.compose(
                db,
                stage.desk,
                row.purpose,
                people.user(db.get_one(UserRow, row.user_id)),
                row.subject_id,
            )
            for row in waiting
        ]
    return [one for one in made if one]


def letter(stage: Stage) -> Letter:
    [found] = mails(stage)
    assert found.to == stage.officer.email
    return found


def test_the_first_device_is_no_news_and_a_second_one_is(stage: Stage) -> None:
    first = enter(stage)
    assert isinstance(first, Entered)
    again = Visitor(HOME.address, HOME.agent, first.device)
    enter(stage, visitor=again)
    assert mails(stage) == []
    enter(stage, visitor=AWAY)
    assert letter(stage).subject == "Somebody signed in on a device that is new to your account"


def test_a_password_that_is_switched_off_is_told_of_once(stage: Stage) -> None:
    for _ in range(120):
        stage.later(minutes=1)
        try:
            enter(stage, "not the password", AWAY)
        except TryLater:
            continue
    assert "Too many wrong passwords were tried" in letter(stage).text


def test_a_used_recovery_code_is_told_of_with_how_many_are_left(stage: Stage) -> None:
    made = give_app(stage)
    assert second(stage, half(stage), made[0])
    assert "in place of a second factor (9 left)" in " ".join(letter(stage).text.split())


def test_one_mail_tells_of_all_that_was_done_newest_first(stage: Stage) -> None:
    give_app(stage)
    mine = signed_in_fully(stage)
    with stage.sessions.begin() as db:
        passwords.change(db, stage.desk, signed=mine, password=NEW, device="", now=stage.now)
        people.set_phone(
            db, person=mine.user, phone="01632 960000", by=mine.user.actor, now=stage.now
        )
        second_factors.remove_app(db, person=mine.user, needed=False, now=stage.now)
    found = letter(stage)
    text = " ".join(found.text.split())
    assert found.subject == "5 changes to your account"
    said = ("taken away: authenticator app", "number that you", "password was", "New recovery")
    places = [text.index(one) for one in said]
    assert places == sorted(places)
    assert all(one in found.html for one in said)
    assert not [one for one in (PASSWORD, NEW, "960000") if one in found.text]


def signed_in_fully(stage: Stage) -> entering.signing_in.SignedIn:
    with stage.sessions.begin() as db:
        token = entering.signing_in.begin(
            db, stage.officer, factors=[], agent="", address="", now=stage.now, lasts=SHIFT
        )
        found = entering.signing_in.signed_in(db, token, stage.now)
    assert found
    return found


def test_what_is_older_than_a_day_is_not_told_again_but_a_mail_that_waited_still_tells(
    stage: Stage,
) -> None:
    def offered() -> None:
        with stage.sessions.begin() as db:
            passwords.offer_reset(db, email=stage.officer.email, by=Actor("t"), now=stage.now)

    def told(hours: int) -> int:
        at = stage.now + timedelta(hours=hours)
        with stage.sessions.read() as db:
            return len(own_account.lately(db, stage.officer.id, at))

    offered()
    stage.later(hours=20)
    offered()
    assert (told(0), told(5), told(100)) == (2, 1, 1)


def test_everything_that_is_told_has_words() -> None:
    assert set(DONE) == set(own_account.TOLD)


def test_an_account_that_was_closed_is_not_written_to(stage: Stage) -> None:
    signed(stage)
    enter(stage, visitor=AWAY)
    with stage.sessions.begin() as db:
        people.disable(db, email=stage.officer.email, by=Actor("t"), now=stage.now, anyway="left")
    assert mails(stage) == []


@pytest.mark.parametrize("council", ["01632 960123", ""])
def test_the_mail_says_whom_to_tell(stage: Stage, council: str) -> None:
    settings = stage.desk.settings
    named = settings.council.model_copy(update={"phone": council})
    desk = replace(stage.desk, settings=replace(settings, council=named))
    with stage.sessions.begin() as db:
        passwords.offer_reset(db, email=stage.officer.email, by=Actor("t"), now=stage.now)
    with stage.sessions.read() as db:
        found = letters.compose(db, desk, "own account", stage.officer, stage.officer.id)
    assert found
    wanted = "phone 01632 960123 at once" if council else "tell an administrator at once"
    assert wanted in " ".join(found.text.split())
    assert wanted in found.html
    assert "/account" in found.text
