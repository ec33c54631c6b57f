"""Custodians: who is named, who is relieved, and what they still know; on both databases."""

import pytest

from console.actions import details, estate, keeping, people, register
from console.actions.details import ChangedMeanwhile, SignpostMissing
from console.actions.errors import NotFound, NotPermitted
from console.actions.keeping import AlreadyKeeps
from console.actions.people import User
from console.actions.register import Details, NameTaken
from console.channel_faults import RESERVED
from console.domain.policy import Role
from console.domain.register import Status
from console.domain.states import NotAllowed
from console.store.audit import Actor, EntryRow
from tests.stage import PASSWORD, Stage


@pytest.fixture
def keeper(stage: Stage) -> User:
    """Somebody who may keep channels; the register is filled."""
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
        return people.add(
            db,
            email="keeper@northbrae.example",
            name="Keeper",
            roles=[Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def name(stage: Stage, person: User, by: User, channel: str = "mastodon") -> None:
    with stage.sessions.begin() as db:
        keeping.entrust(db, channel=channel, user_id=person.id, by=by, now=stage.now)


def relieve(stage: Stage, person: User, by: User, channel: str = "mastodon") -> None:
    with stage.sessions.begin() as db:
        keeping.release(db, channel=channel, user_id=person.id, by=by, now=stage.now)


def two_others(stage: Stage, by: User) -> None:
    """Enough are left, whoever goes."""
    for one in (stage.officer, stage.people["auditor"]):
        name(stage, one, by)


def account(stage: Stage, channel: str = "mastodon") -> estate.Account:
    with stage.sessions.read() as db:
        return estate.estate(db, by=stage.officer, now=stage.now).account(channel)


def knowing(stage: Stage) -> tuple[str, ...]:
    with stage.sessions.read() as db:
        return estate.still_knowing(db, "mastodon")


def actions(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        return [one.action for one in db.query(EntryRow)]


def test_anybody_with_an_open_account_can_be_named_once(stage: Stage, keeper: User) -> None:
    name(stage, stage.approver, keeper)
    with pytest.raises(AlreadyKeeps):
        name(stage, stage.approver, keeper)
    assert [one.name for one in account(stage).custodians] == ["Approver"]
    assert actions(stage).count("custodian named") == 1


def test_who_has_left_cannot_be_named(stage: Stage, keeper: User) -> None:
    with stage.sessions.begin() as db:
        people.disable(db, email=stage.approver.email, by=Actor("test"), now=stage.now)
    with pytest.raises(NotFound):
        name(stage, stage.approver, keeper)


def test_nobody_is_named_for_a_channel_that_there_is_not(stage: Stage, keeper: User) -> None:
    with pytest.raises(NotFound):
        name(stage, stage.approver, keeper, "nowhere")


def test_only_who_keeps_the_register_names_and_relieves(stage: Stage, keeper: User) -> None:
    name(stage, stage.approver, keeper)
    for act in (name, relieve):
        with pytest.raises(NotPermitted):
            act(stage, stage.approver, stage.officer)
    assert account(stage).bus_factor == 1


def test_who_was_relieved_is_a_custodian_no_more_and_may_be_named_again(
    stage: Stage, keeper: User
) -> None:
    two_others(stage, keeper)
    name(stage, stage.approver, keeper)
    stage.later(days=1)
    relieve(stage, stage.approver, keeper)
    assert account(stage).bus_factor == 2
    with pytest.raises(NotFound):
        relieve(stage, stage.approver, keeper)
    stage.later(days=1)
    name(stage, stage.approver, keeper)
    assert [one.since for one in account(stage).custodians][-1] == stage.now


def test_who_was_relieved_knows_the_password_until_it_is_changed(
    stage: Stage, keeper: User
) -> None:
    two_others(stage, keeper)
    name(stage, stage.approver, keeper)
    assert knowing(stage) == ()
    stage.later(days=1)
    relieve(stage, stage.approver, keeper)
    assert knowing(stage) == ("Approver",)
    stage.later(hours=1)
    with stage.sessions.begin() as db:
        register.rotated(db, name="mastodon", by=keeper, now=stage.now)
    assert knowing(stage) == ()


def test_a_change_before_the_custody_ended_does_not_count(stage: Stage, keeper: User) -> None:
    two_others(stage, keeper)
    name(stage, stage.approver, keeper)
    with stage.sessions.begin() as db:
        register.rotated(db, name="mastodon", by=keeper, now=stage.now)
    stage.later(days=1)
    relieve(stage, stage.approver, keeper)
    assert knowing(stage) == ("Approver",)
    name(stage, stage.approver, keeper)
    assert knowing(stage) == (), "they keep it again"


def test_a_stale_form_overwrites_nothing(stage: Stage, keeper: User) -> None:
    before = details.of(account(stage))
    seen = details.edition(before)
    theirs = Details(title="", handle="", owner="Head of digital")
    with stage.sessions.begin() as db:
        details.save(db, name="mastodon", details=theirs, seen=seen, by=keeper, now=stage.now)
    mine = Details(title="", handle="", owner="Communications manager")
    with pytest.raises(ChangedMeanwhile) as refused, stage.sessions.begin() as db:
        details.save(db, name="mastodon", details=mine, seen=seen, by=keeper, now=stage.now)
    assert refused.value.now_there.owner == "Head of digital"
    assert account(stage).owner == "Head of digital"
    again = details.edition(refused.value.now_there)
    with stage.sessions.begin() as db:
        details.save(db, name="mastodon", details=mine, seen=again, by=keeper, now=stage.now)
    assert account(stage).owner == "Communications manager"


def test_parking_writes_the_signpost_or_nothing(stage: Stage, keeper: User) -> None:
    with pytest.raises(SignpostMissing), stage.sessions.begin() as db:
        details.park(db, name="mastodon", signpost=" ", by=keeper, now=stage.now)
    with stage.sessions.begin() as db:
        details.park(db, name="mastodon", signpost="@northbrae", by=keeper, now=stage.now)
    found = account(stage)
    assert (found.status, found.signpost) == (Status.PARKED, "@northbrae")
    with pytest.raises(NotAllowed), stage.sessions.begin() as db:
        details.park(db, name="mastodon", signpost="@other", by=keeper, now=stage.now)
    assert account(stage).signpost == "@northbrae"


@pytest.mark.parametrize("taken", sorted(RESERVED))
def test_no_account_is_named_as_a_page(stage: Stage, keeper: User, taken: str) -> None:
    with pytest.raises(NameTaken), stage.sessions.begin() as db:
        register.add(
            db,
            name=taken,
            network="x",
            details=Details(title="T", handle="@t"),
            by=keeper,
            now=stage.now,
        )
