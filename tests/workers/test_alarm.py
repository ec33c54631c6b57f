"""Trouble reaches people: each of it once, in time, and one waiting mail for each of them."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from console.actions import deliveries, messages, people
from console.domain.delivery import STANDARD, Timing
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role
from console.store import mails
from console.store.audit import Actor, EntryRow
from console.store.deliveries import DeliveryRow
from console.store.engine import database_now
from console.store.mails import MailRow
from tests.stage import PASSWORD, Stage
from tests.waiting import machine_time, until
from tests.workers.conftest import StartWorker
from workers import claims, postroom, sweep
from workers.practice import Practice

AT_ONCE = {"due_at": None, "reason": "no answer"}


@pytest.fixture
def released(stage: Stage) -> str:
    """A message on its way, in a council that has a custodian of its channels."""
    custodian(stage)
    return stage.released(text="Snow on Glen Road. Stay at home.")


def custodian(stage: Stage, name: str = "Custodian") -> None:
    with stage.sessions.begin() as db:
        people.add(
            db,
            email=f"{name.lower()}@northbrae.example",
            name=name,
            roles=[Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def put(stage: Stage, message: str, channel: str, *, ago: float = 0, **values: Any) -> None:
    """The delivery's state changed so many seconds ago."""
    with stage.sessions.begin() as db:
        changed = database_now(db) - timedelta(seconds=ago)
        db.execute(
            update(DeliveryRow)
            .where(DeliveryRow.message_id == message, DeliveryRow.channel == channel)
            .values(changed_at=changed, **values)
        )


def chores(stage: Stage) -> bool:
    timing = stage.desk.settings.timing
    with stage.sessions.read() as db:
        return sweep.due(db, database_now(db), timing).chores


def waiting(stage: Stage) -> list[MailRow]:
    with stage.sessions.read() as db:
        due = select(MailRow).where(MailRow.purpose == "trouble", MailRow.state == "due")
        return list(db.scalars(due))


def told(stage: Stage) -> list[str]:
    """Sweeps where there is something to do; whom that leaves a mail about trouble for."""
    if chores(stage):
        sweep.sweep(stage.sessions, stage.desk, worker="one:1")
    assert not chores(stage), "a worker would never rest"
    known = {one.id: name for name, one in stage.people.items()}
    return sorted(known.get(one.user_id, "custodian") for one in waiting(stage))


def entries(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        found = select(EntryRow).where(EntryRow.action == "people told of trouble")
        return [one.detail for one in db.scalars(found)]


TROUBLE: dict[str, tuple[dict[str, Any], float]] = {
    "failed": ({"state": "failed", "reason": "credential rejected"}, 0),
    "unknown, and nobody can look": ({"state": "uncertain", **AT_ONCE}, 0),
    "looked for too long": ({"state": "uncertain"}, 36),
    "taken by no worker": ({"state": "queued"}, 121),
    "tried in vain for too long": ({"state": "queued", "tries": 6}, 3),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_is_told_once_to_the_officer_and_the_custodian(
    stage: Stage, released: str, name: str
) -> None:
    assert told(stage) == []
    values, ago = TROUBLE[name]
    old = stage.now - timedelta(seconds=121)
    put(stage, released, "radio", ago=ago, **({"created_at": old} if name[0] == "t" else {}))
    put(stage, released, "radio", ago=ago, **values)
    assert told(stage) == ["custodian", "officer"]
    sweep.sweep(stage.sessions, stage.desk, worker="two:1")
    assert told(stage) == ["custodian", "officer"]
    [entry] = entries(stage)
    assert "radio: " in entry
    assert '["Custodian","Officer"]' in entry


NO_TROUBLE: dict[str, tuple[dict[str, Any], float]] = {
    "looked for a moment": ({"state": "uncertain"}, 30),
    "sent": ({"state": "sent"}, 500),
    "cancelled": ({"state": "cancelled"}, 500),
    "released a minute ago": ({"state": "queued"}, 60),
    "sent again by hand a moment ago": ({"state": "sending", "tries": 1, "long": True}, 2),
}


@pytest.mark.parametrize("name", NO_TROUBLE)
def test_what_goes_its_way_is_not_told(stage: Stage, released: str, name: str) -> None:
    values, ago = dict(NO_TROUBLE[name][0]), NO_TROUBLE[name][1]
    if values.pop("long", False):
        values["created_at"] = stage.now - timedelta(hours=1)
        values["lease_until"] = stage.now + timedelta(hours=1)
    put(stage, released, "radio", ago=ago, **values)
    assert told(stage) == []


def test_a_try_that_may_be_public_is_told_sooner_than_what_is_only_late(
    stage: Stage, released: str
) -> None:
    old = stage.now - timedelta(seconds=81)
    put(stage, released, "radio", created_at=old, tries=3, reason="no answer", doubtful=False)
    assert told(stage) == []
    put(stage, released, "radio", doubtful=True)
    assert told(stage) == ["custodian", "officer"]


def test_new_trouble_of_the_same_delivery_is_told_anew(stage: Stage, released: str) -> None:
    old = stage.now - timedelta(seconds=130)
    put(stage, released, "radio", ago=121, created_at=old)
    assert told(stage)
    _leave(stage)
    put(stage, released, "radio", state="failed", reason="unreachable", ago=-0.001)
    time.sleep(0.01)
    assert told(stage) == ["custodian", "officer"]
    assert len(entries(stage)) == 2


def test_what_a_person_sent_again_is_told_again_when_it_fails_again(
    stage: Stage, released: str
) -> None:
    put(stage, released, "radio", state="failed", reason="unreachable")
    told(stage)
    _leave(stage)
    radio = next(one.id for one in stage.sheet(released).deliveries if one.channel == "radio")
    with stage.sessions.begin() as db:
        deliveries.resend(db, delivery_id=radio, by=stage.officer, now=stage.now)
        assert db.get_one(DeliveryRow, radio).alarmed_at is None
    put(stage, released, "radio", state="failed", reason="unreachable")
    assert told(stage) == ["custodian", "officer"]


def test_what_failed_and_is_not_wanted_any_more_is_nobodys_trouble(stage: Stage) -> None:
    incident = stage.incident()
    alert = stage.released(incident)
    stage.released(incident, Kind.ALL_CLEAR, text="It is over.")
    put(stage, alert, "radio", state="failed", reason="unreachable")
    stopped = stage.released(text="Ice on Glen Road.")
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=stopped, reason="Wrong", by=stage.officer, now=stage.now)
    put(stage, stopped, "radio", state="failed", reason="unreachable")
    assert told(stage) == []
    put(stage, stopped, "mastodon", state="uncertain", **AT_ONCE)
    assert told(stage) == ["officer"]


def test_a_second_trouble_joins_the_mail_that_still_waits(stage: Stage, released: str) -> None:
    put(stage, released, "radio", state="failed", reason="unreachable")
    first = {one.id for one in waiting(stage)} if told(stage) else set()
    put(stage, released, "mastodon", state="uncertain", **AT_ONCE)
    assert told(stage) == ["custodian", "officer"]
    assert {one.id for one in waiting(stage)} == first


def test_a_mail_that_was_begun_is_replaced_since_its_words_are_old(
    stage: Stage, released: str
) -> None:
    put(stage, released, "radio", state="failed", reason="unreachable")
    told(stage)
    with stage.sessions.begin() as db:
        now = database_now(db)
        begun = mails.claim(db, now=now, until=now + timedelta(seconds=40), limit=99)
    put(stage, released, "mastodon", state="uncertain", **AT_ONCE)
    assert told(stage) == ["custodian", "officer"]
    fresh = waiting(stage)
    assert {one.id for one in fresh}.isdisjoint({one.id for one in begun})
    with stage.sessions.begin() as db:
        for one in begun:
            mails.settle(db, one.id, now=database_now(db), error="451 later")
    assert {one.id for one in waiting(stage)} == {one.id for one in fresh}


def test_a_mail_about_what_was_settled_meanwhile_is_dropped(stage: Stage, released: str) -> None:
    put(stage, released, "radio", state="uncertain", **AT_ONCE)
    told(stage)
    radio = next(one.id for one in stage.sheet(released).deliveries if one.channel == "radio")
    with stage.sessions.begin() as db:
        deliveries.confirm(db, delivery_id=radio, by=stage.officer, now=stage.now)
    trouble = [
        one for one in postroom.take(stage.sessions, stage.desk) if one.row.purpose == "trouble"
    ]
    assert trouble
    for mail in trouble:
        postroom.post(stage.sessions, stage.desk, mail)
    assert told(stage) == []


def test_where_nobody_who_sent_it_is_left_every_duty_officer_is_told(stage: Stage) -> None:
    message = stage.released()
    with stage.sessions.begin() as db:
        people.disable(db, email="officer@northbrae.example", by=Actor("test"), now=stage.now)
    put(stage, message, "radio", state="failed", reason="unreachable")
    assert told(stage) == ["both"]


def _leave(stage: Stage) -> None:
    """All mail that is due was sent."""
    with stage.sessions.begin() as db:
        db.execute(update(MailRow).values(state="sent"))


def at_pace(stage: Stage, pace: float) -> Stage:
    timing: Timing = STANDARD.at_pace(pace)
    settings = replace(stage.desk.settings, timing=timing)
    return replace(stage, desk=replace(stage.desk, settings=settings))


def _mail_about_trouble(practice: Practice) -> Callable[[], Any]:
    return lambda: next((one for one in practice.mails.all() if "may be" in one.subject), None)


def test_an_unknown_outcome_reaches_the_mail_server_within_90_seconds_of_the_first_byte(
    wired: Stage, practice: Practice, start_worker: StartWorker, free_port: int
) -> None:
    """The longest way: its worker died, and then the network cannot be asked."""
    pace = 2.5
    stage = at_pace(wired, pace)
    nowhere = {"url": f"http://127.0.0.1:{free_port}"}
    place = stage.desk.settings.practice.model_copy(update=nowhere)
    settings = replace(stage.desk.settings, practice=place)
    stage = replace(stage, desk=replace(stage.desk, settings=settings))
    message = stage.released(text="Snow on Glen Road. Stay at home.", channels=["mastodon"])
    [held] = claims.take(stage.sessions, stage.desk, worker="dead:1", limit=1)
    with machine_time() as passed:
        start_worker(stage)
        mail = until(_mail_about_trouble(practice), 60)
        took = passed() * pace
    assert took <= 90, took
    assert mail.to == "officer@northbrae.example"
    assert f"/messages/{message}" in mail.text
    assert stage.states(message) == {"mastodon": "uncertain"}
    assert held.channel == "mastodon"


def test_what_nobody_can_look_for_is_mailed_at_once(
    wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    custodian(wired)
    start_worker(wired)
    practice.faults.put({"network": "smtp", "fault": "drop", "account": "exercise.residents-email"})
    incident = wired.incident(Mode.EXERCISE)
    message = wired.released(incident, text="Snow on Glen Road.", channels=["residents-email"])
    until(lambda: wired.states(message) == {"residents-email": "uncertain"})
    mail = until(_mail_about_trouble(practice))
    until(lambda: sum("may be" in one.subject for one in practice.mails.all()) == 2)
    assert mail.subject == "EXERCISE: 1 may be there: Snow on Glen Road"
    assert mail.text.startswith("EXERCISE. Nothing here reaches the public.")
    assert f"/exercise/messages/{message}" in mail.text
