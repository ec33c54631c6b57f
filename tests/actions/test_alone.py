"""Releasing alone: only where policy has it, with every proof, told at once, looked back at."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from console.actions import alone
from console.actions.alone import Changed, LookedAlready, NoDanger, NotStrong, NotWaiting
from console.actions.errors import Expired, NotPermitted, ReasonMissing
from console.actions.people import User
from console.domain.policy import Role, Rules
from console.store.approvals import ApprovalRow
from console.store.audit import EntryRow
from console.store.look_backs import LookBackRow
from console.store.mails import MailRow
from console.store.messages import MessageRow
from tests.stage import Stage
from workers.recheck import signed_texts

ALONE = Rules(sole_release=frozenset({Role.DUTY_OFFICER}), look_back_within=timedelta(hours=6))
REASON = "Nobody answers, and the water is in Mill Lane"


def under(stage: Stage, rules: Rules) -> Stage:
    policy = replace(stage.desk.settings.policy, actual=rules)
    settings = replace(stage.desk.settings, policy=policy)
    stage.desk = replace(stage.desk, settings=settings)
    return stage


@pytest.fixture
def town(stage: Stage) -> Stage:
    """A council whose duty officer may release alone."""
    return under(stage, ALONE)


def waiting(stage: Stage) -> str:
    message = stage.draft()
    stage.submit(message)
    return message


def send(stage: Stage, message: str, by: User | None = None, **changed: Any) -> None:
    given: dict[str, Any] = {
        "digest": stage.sheet(message).message.digest,
        "danger": True,
        "reason": REASON,
        "strong_at": stage.now - timedelta(minutes=1),
        "by": by or stage.officer,
        "now": stage.now,
    }
    with stage.sessions.begin() as db:
        alone.send(db, stage.desk, message_id=message, **(given | changed))


def look_back(stage: Stage, message: str, by: User, *, right: bool = True, words: str = "") -> None:
    with stage.sessions.begin() as db:
        alone.look_back(db, message_id=message, right=right, words=words, by=by, now=stage.now)


def actions(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        return [one.action for one in db.query(EntryRow).order_by(EntryRow.number)]


def told(stage: Stage, purpose: str) -> set[str]:
    with stage.sessions.read() as db:
        return {one.user_id for one in db.query(MailRow).filter_by(purpose=purpose)}


def nag(stage: Stage, now: datetime) -> None:
    with stage.sessions.begin() as db:
        alone.nag(db, now)


def test_it_goes_out_and_workers_take_it_for_signed(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    assert set(town.states(message).values()) == {"queued"}
    with town.sessions.read() as db:
        assert signed_texts(db, town.desk, message).fault == ""


def test_every_approver_is_told_at_once_and_the_record_says_who_and_why(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    assert {town.approver.id, town.people["second approver"].id} <= told(town, alone.RELEASED_ALONE)
    assert town.officer.id not in told(town, alone.RELEASED_ALONE)
    assert actions(town)[-2:] == ["released alone", "message released"]


def test_links_that_were_out_end_with_it(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    with town.sessions.read() as db:
        states = {
            one.proof: one.state for one in db.query(ApprovalRow).filter_by(message_id=message)
        }
    assert states == {"": "lapsed", "alone": "granted"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"danger": False}, NoDanger),
        ({"reason": " \n"}, ReasonMissing),
        ({"strong_at": None}, NotStrong),
        ({"digest": "0" * 64}, Changed),
    ],
)
def test_it_takes_danger_a_reason_a_fresh_factor_and_the_words_that_were_shown(
    town: Stage, changed: dict[str, Any], error: type[Exception]
) -> None:
    message = waiting(town)
    with pytest.raises(error):
        send(town, message, **changed)
    assert town.states(message) == {}


def test_a_factor_of_six_minutes_ago_is_not_fresh(town: Stage) -> None:
    message = waiting(town)
    with pytest.raises(NotStrong):
        send(town, message, strong_at=town.now - timedelta(minutes=6))


def test_where_policy_has_no_such_way_nobody_may(stage: Stage) -> None:
    message = waiting(under(stage, Rules()))
    for who in (stage.officer, stage.approver):
        with pytest.raises(NotPermitted):
            send(stage, message, by=who)


def test_whom_policy_does_not_name_may_not(town: Stage) -> None:
    message = waiting(town)
    for who in (town.approver, town.people["auditor"]):
        with pytest.raises(NotPermitted):
            send(town, message, by=who)


def test_drafts_and_what_has_ended_are_not_released(town: Stage) -> None:
    draft, late = town.draft(), waiting(town)
    with pytest.raises(NotWaiting):
        send(town, draft)
    town.later(minutes=31)
    with pytest.raises(Expired):
        send(town, late)


def test_a_sign_off_that_was_made_alone_counts_for_nothing_without_the_policy(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    with town.sessions.begin() as db:
        row = db.get_one(MessageRow, message)
        assert row.rules is not None
        row.rules = row.rules | {"sole_release": []}
    with town.sessions.read() as db:
        assert signed_texts(db, town.desk, message).fault == "a sign-off is missing"


def test_somebody_else_looks_back_once(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    with pytest.raises(NotPermitted):
        look_back(town, message, town.officer)
    with pytest.raises(ReasonMissing):
        look_back(town, message, town.approver, right=False)
    look_back(town, message, town.approver, right=False, words="One of us was awake")
    with pytest.raises(LookedAlready):
        look_back(town, message, town.people["second approver"])
    assert actions(town)[-1] == "looked back: would not have signed"
    with town.sessions.read() as db:
        assert alone.open_ones(db) == []


def test_whoever_wrote_part_of_it_does_not_look_back(town: Stage) -> None:
    under(town, replace(ALONE, sole_release=frozenset({Role.DUTY_OFFICER, Role.APPROVER})))
    both = town.people["both"]
    message = town.draft(by=both)
    town.submit(message, by=both)
    send(town, message, by=town.approver)
    for who in (both, town.approver):
        with pytest.raises(NotPermitted):
            look_back(town, message, who)
    look_back(town, message, town.people["second approver"])


def test_it_nags_every_day_until_it_is_done(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    nag(town, town.now + timedelta(hours=5))
    assert not told(town, alone.LOOK_BACK)
    nag(town, town.now + timedelta(hours=6))
    assert town.approver.id in told(town, alone.LOOK_BACK)
    nag(town, town.now + timedelta(hours=29))
    assert actions(town).count("look back overdue") == 1
    nag(town, town.now + timedelta(hours=30))
    assert actions(town).count("look back overdue") == 2
    look_back(town, message, town.approver)
    nag(town, town.now + timedelta(days=9))
    assert actions(town).count("look back overdue") == 2


def test_two_presses_at_once_release_once(town: Stage) -> None:
    message = waiting(town)
    send(town, message)
    with pytest.raises(NotWaiting):
        send(town, message)
    with town.sessions.read() as db:
        assert db.query(LookBackRow).count() == 1
