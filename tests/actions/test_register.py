"""The register: how channels come in, whom they may serve, and what two people decide together."""

from dataclasses import replace

import pytest

from console.actions import estate, holding, keeping, people, register
from console.actions.errors import NotFound, NotPermitted, NotReady
from console.actions.people import User
from console.actions.register import Details, NameTaken, NotAName, SecretInRegister
from console.domain.incident import Mode
from console.domain.policy import Role
from console.domain.register import Move, Red, Status
from console.domain.states import NotAllowed
from console.store.audit import Actor
from console.store.register import EVERYTHING
from tests.stage import PASSWORD, Stage
from tests.workers.hands import recorded


def custodian(stage: Stage, name: str) -> User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email=f"{name.lower()}@northbrae.example",
            name=name,
            roles=[Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def sync(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)


def live(stage: Stage, name: str) -> Stage:
    """The stage with this channel live."""
    channels = tuple(
        replace(one, practice=False) if one.name == name else one for one in stage.desk.channels
    )
    return replace(stage, desk=replace(stage.desk, channels=channels))


def account(stage: Stage, name: str) -> estate.Account:
    with stage.sessions.read() as db:
        return estate.estate(db, by=stage.officer, now=stage.now).account(name)


def move(stage: Stage, name: str, what: Move, by: User) -> Status:
    with stage.sessions.begin() as db:
        return register.move(db, name=name, move=what, by=by, now=stage.now)


def usable(stage: Stage, mode: Mode) -> set[str]:
    with stage.sessions.read() as db:
        return {one.name for one in register.usable(db, stage.desk, mode)}


def test_channels_on_practice_are_active_and_a_new_live_one_is_a_pilot(stage: Stage) -> None:
    sync(live(stage, "mastodon"))
    assert account(stage, "mastodon").status is Status.PILOT
    assert account(stage, "bluesky").status is Status.ACTIVE


def test_what_was_in_use_before_there_was_a_register_stays_in_use(stage: Stage) -> None:
    stage.released()
    sync(live(stage, "mastodon"))
    assert account(stage, "mastodon").status is Status.ACTIVE


def test_a_channel_that_leaves_practice_begins_as_a_pilot(stage: Stage) -> None:
    sync(stage)
    sync(live(stage, "mastodon"))
    assert account(stage, "mastodon").status is Status.PILOT


def test_a_second_start_changes_and_records_nothing(stage: Stage) -> None:
    sync(stage)
    before = account(stage, "mastodon")
    stage.later(hours=1)
    sync(stage)
    assert account(stage, "mastodon") == before


def test_a_channel_that_left_the_configuration_stays_as_an_account(stage: Stage) -> None:
    sync(stage)
    without = tuple(one for one in stage.desk.channels if one.name != "mastodon")
    sync(replace(stage, desk=replace(stage.desk, channels=without)))
    assert not account(stage, "mastodon").ours


def test_a_pilot_takes_part_in_exercises_only(stage: Stage) -> None:
    stage = live(stage, "mastodon")
    sync(stage)
    assert "mastodon" not in usable(stage, Mode.ACTUAL)
    assert "mastodon" in usable(stage, Mode.EXERCISE)


def test_a_message_goes_to_no_pilot_unless_in_an_exercise(stage: Stage) -> None:
    stage = live(stage, "mastodon")
    sync(stage)
    assert "mastodon" not in stage.states(stage.released())
    assert "mastodon" in stage.states(stage.released(stage.incident(Mode.EXERCISE)))


def test_a_pilot_is_promoted_by_two_people(stage: Stage) -> None:
    stage = live(stage, "mastodon")
    sync(stage)
    one, other = custodian(stage, "One"), custodian(stage, "Other")
    assert move(stage, "mastodon", Move.PROMOTE, one) is Status.PILOT
    assert account(stage, "mastodon").promoted_by == "One"
    assert move(stage, "mastodon", Move.PROMOTE, one) is Status.PILOT
    assert move(stage, "mastodon", Move.PROMOTE, other) is Status.ACTIVE
    assert account(stage, "mastodon").promoted_by == ""


def test_the_first_agreement_to_promote_is_withdrawn_by_whoever_gave_it(stage: Stage) -> None:
    stage = live(stage, "mastodon")
    sync(stage)
    one, other = custodian(stage, "One"), custodian(stage, "Other")

    def withdraw(by: User) -> None:
        with stage.sessions.begin() as db:
            register.withdraw(db, name="mastodon", by=by, now=stage.now)

    withdraw(one)
    assert recorded(stage, "promotion withdrawn") == 0, "there was nothing to withdraw"
    move(stage, "mastodon", Move.PROMOTE, one)
    with pytest.raises(NotFound):
        withdraw(other)
    withdraw(one)
    assert recorded(stage, "promotion withdrawn") == 1
    assert account(stage, "mastodon").promoted_by == ""
    assert move(stage, "mastodon", Move.PROMOTE, other) is Status.PILOT, "two have to agree anew"


def test_a_parked_channel_comes_back_as_a_pilot_and_a_retired_one_never(stage: Stage) -> None:
    sync(stage)
    keeper = custodian(stage, "Keeper")
    assert move(stage, "mastodon", Move.PARK, keeper) is Status.PARKED
    assert move(stage, "mastodon", Move.RETURN, keeper) is Status.PILOT
    assert move(stage, "mastodon", Move.RETIRE, keeper) is Status.RETIRED
    with pytest.raises(NotAllowed):
        move(stage, "mastodon", Move.RETURN, keeper)


def test_a_channel_asked_for_by_name_that_is_parked_is_a_trouble_and_not_left_out_silently(
    stage: Stage,
) -> None:
    sync(stage)
    message = stage.draft(text="Snow.", channels=["mastodon", "bluesky"])
    move(stage, "mastodon", Move.PARK, custodian(stage, "Keeper"))
    with pytest.raises(NotReady) as refused:
        stage.submit(message)
    (trouble,) = refused.value.troubles
    assert (trouble.reason, trouble.found) == ("not in use", "Mastodon")


def test_a_duty_officer_changes_nothing_in_the_register(stage: Stage) -> None:
    sync(stage)
    with pytest.raises(NotPermitted):
        move(stage, "mastodon", Move.PARK, stage.officer)


def test_an_account_that_skellat_does_not_post_to_is_a_row_too(stage: Stage) -> None:
    keeper = custodian(stage, "Keeper")
    details = Details(title="Library", handle="@library", owner="Head of libraries")
    with stage.sessions.begin() as db:
        register.add(
            db, name="library", network="mastodon", details=details, by=keeper, now=stage.now
        )
    found = account(stage, "library")
    assert (found.ours, found.owner) == (False, "Head of libraries")
    assert set(found.reds) == {Red.FEW_CUSTODIANS}


@pytest.mark.parametrize(
    ("name", "raised"), [("Library", NotAName), ("a", NotAName), ("mastodon", NameTaken)]
)
def test_a_name_is_refused_that_is_none_or_is_taken(
    stage: Stage, name: str, raised: type[Exception]
) -> None:
    sync(stage)
    keeper = custodian(stage, "Keeper")
    details = Details(title="Library", handle="@library")
    with pytest.raises(raised), stage.sessions.begin() as db:
        register.add(db, name=name, network="x", details=details, by=keeper, now=stage.now)


def test_what_looks_like_a_password_does_not_get_into_the_register(stage: Stage) -> None:
    sync(stage)
    keeper = custodian(stage, "Keeper")
    details = Details(title="", handle="", kept_in="abcdEFGH1234ijklMNOP5678")
    with pytest.raises(SecretInRegister), stage.sessions.begin() as db:
        register.change(db, name="mastodon", details=details, by=keeper, now=stage.now)


def test_a_configured_channel_keeps_the_title_that_is_configured(stage: Stage) -> None:
    sync(stage)
    keeper = custodian(stage, "Keeper")
    details = Details(title="Other", handle="@other", owner="Communications manager")
    with stage.sessions.begin() as db:
        register.change(db, name="mastodon", details=details, by=keeper, now=stage.now)
    found = account(stage, "mastodon")
    assert (found.title, found.owner) == ("Mastodon", "Communications manager")


def test_the_bus_factor_counts_those_who_are_here_still(stage: Stage) -> None:
    sync(stage)
    one, other = custodian(stage, "One"), custodian(stage, "Other")
    with stage.sessions.begin() as db:
        for person in (one, other):
            keeping.entrust(db, channel="mastodon", user_id=person.id, by=one, now=stage.now)
    assert account(stage, "mastodon").bus_factor == 2
    assert account(stage, "mastodon").reds == ()
    with stage.sessions.begin() as db:
        people.disable(
            db, email=other.email, by=Actor("test"), now=stage.now, anyway="dismissed today"
        )
    found = account(stage, "mastodon")
    assert found.bus_factor == 1
    assert found.reds == (Red.FEW_CUSTODIANS, Red.CLOSED_CUSTODIAN)


def test_the_councils_bus_factor_is_that_of_its_worst_kept_account(stage: Stage) -> None:
    sync(stage)
    keeper = custodian(stage, "Keeper")
    with stage.sessions.begin() as db:
        keeping.entrust(db, channel="mastodon", user_id=keeper.id, by=keeper, now=stage.now)
    with stage.sessions.read() as db:
        found = estate.estate(db, by=None, now=stage.now)
    assert found.account("mastodon").bus_factor == 1
    assert found.bus_factor == 0


def test_a_hold_shows_in_the_estate_until_it_is_let_go(stage: Stage) -> None:
    sync(stage)
    with stage.sessions.begin() as db:
        holding.hold(db, channel=EVERYTHING, reason="Odd post", by=stage.approver, now=stage.now)
    with stage.sessions.read() as db:
        held = estate.estate(db, by=stage.officer, now=stage.now).hold
    assert held
    assert (held.by, held.reason) == ("Approver", "Odd post")
    with stage.sessions.begin() as db:
        holding.let_go(db, channel=EVERYTHING, by=stage.officer, now=stage.now)
    with stage.sessions.read() as db:
        assert estate.estate(db, by=stage.officer, now=stage.now).hold is None
