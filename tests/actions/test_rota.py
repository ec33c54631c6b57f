"""The rota kept: who may change it, what cannot be, and what stands on the record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from console.actions import duty, people, rota
from console.actions.duty import Duty
from console.actions.errors import NotFound, NotPermitted
from console.actions.history import detail
from console.actions.people import User
from console.actions.rota import NotATime
from console.domain.policy import Role
from console.domain.rota import Absence, Shift
from console.store import audit
from console.store.audit import Actor
from tests.stage import BEGIN, PASSWORD, PIN, Stage

WEEK = Shift(
    "",
    datetime.fromisoformat("2026-01-12 09:00"),
    datetime.fromisoformat("2026-01-19 09:00"),
    every=2,
)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.now = BEGIN
    return stage


@pytest.fixture
def admin(stage: Stage) -> User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email="administrator@northbrae.example",
            name="Administrator",
            roles=[Role.ADMINISTRATOR],
            password=PASSWORD,
            pin=PIN,
            by=Actor("test"),
            now=stage.now,
        )


def on(stage: Stage, name: str, shift: Shift = WEEK) -> Shift:
    return replace(shift, person=stage.people[name].id)


def add(stage: Stage, shift: Shift, by: User) -> str:
    with stage.sessions.begin() as db:
        return rota.add(db, shift=shift, by=by, now=stage.now)


def away(stage: Stage, name: str, by: User, hours: float = 8, begin: float = 0) -> str:
    at = stage.now + timedelta(hours=begin)
    absence = Absence(stage.people[name].id, at, at + timedelta(hours=hours))
    with stage.sessions.begin() as db:
        return rota.say_away(db, absence=absence, by=by, now=stage.now)


def read(stage: Stage) -> Duty:
    with stage.sessions.read() as db:
        return duty.duty(db, stage.desk, stage.now)


def said(stage: Stage) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Action, actor and what it says, of all entries about the rota."""
    with stage.sessions.read() as db:
        found = [(one.action, one.actor, detail(one)) for one in audit.entries(db)]
    return [one for one in found if one[0].startswith("shift ") or one[0] in ("away", "back")]


def test_a_shift_comes_back_from_the_database_as_it_was_given(stage: Stage, admin: User) -> None:
    given = on(stage, "approver", replace(WEEK, days=frozenset({0, 3}), last=date(2026, 6, 1)))
    add(stage, given, admin)
    assert [one.shift for one in read(stage).shifts] == [given]


def test_without_a_rota_nobody_is_on_duty_and_nothing_is_a_gap(stage: Stage) -> None:
    found = read(stage)
    assert (found.kept, found.on_duty, found.gaps, found.off_until) == (False, (), (), None)


def test_who_is_on_duty_until_when_and_when_nobody_is(stage: Stage, admin: User) -> None:
    add(stage, on(stage, "approver"), admin)
    found = read(stage)
    (first,) = found.on_duty
    assert (first.name, first.until) == ("Approver", BEGIN.replace(day=19, hour=9, minute=0))
    assert [(one.begin.day, one.until.day) for one in found.gaps] == [(19, 26)]
    stage.later(days=4)
    assert read(stage).off_until == BEGIN.replace(day=26, hour=9, minute=0)


def test_changing_and_ending_count_at_once_and_stand_on_the_record(
    stage: Stage, admin: User
) -> None:
    shift_id = add(stage, on(stage, "approver"), admin)
    with stage.sessions.begin() as db:
        changed = on(stage, "second approver", replace(WEEK, rank=2))
        rota.change(db, shift_id=shift_id, shift=changed, by=admin, now=stage.now)
    assert [one.name for one in read(stage).on_duty] == ["Second approver"]
    with stage.sessions.begin() as db:
        rota.end(db, shift_id=shift_id, by=admin, now=stage.now)
    assert not read(stage).kept
    added, change, ended = said(stage)
    assert [one[0] for one in (added, change, ended)] == [
        "shift added", "shift changed", "shift ended",
    ]  # fmt: skip
    assert {one[1] for one in (added, change, ended)} == {"Administrator"}
    assert (change[2]["person"], change[2]["rank"]) == ("Second approver", 2)
    assert change[2]["before"] == added[2]
    assert added[2]["from"] == "2026-01-12T09:00"


def test_saving_a_shift_as_it_was_puts_nothing_on_the_record(stage: Stage, admin: User) -> None:
    shift_id = add(stage, on(stage, "approver"), admin)
    with stage.sessions.begin() as db:
        same = on(stage, "approver")
        rota.change(db, shift_id=shift_id, shift=same, by=admin, now=stage.now)
    assert len(said(stage)) == 1


@pytest.mark.parametrize("who", ["officer", "approver", "both", "auditor"])
def test_only_administrators_change_shifts(stage: Stage, admin: User, who: str) -> None:
    shift_id = add(stage, on(stage, "approver"), admin)
    by, shift = stage.people[who], on(stage, "approver")
    with stage.sessions.begin() as db:
        for act in (
            lambda: rota.add(db, shift=shift, by=by, now=stage.now),
            lambda: rota.change(db, shift_id=shift_id, shift=shift, by=by, now=stage.now),
            lambda: rota.end(db, shift_id=shift_id, by=by, now=stage.now),
        ):
            with pytest.raises(NotPermitted):
                act()
    assert len(read(stage).shifts) == 1


def test_approvers_say_it_of_themselves_and_administrators_of_anybody(
    stage: Stage, admin: User
) -> None:
    mine = away(stage, "approver", stage.approver)
    theirs = away(stage, "second approver", admin)
    for name, by in (("second approver", "approver"), ("approver", "officer")):
        with pytest.raises(NotPermitted):
            away(stage, name, stage.people[by])
    with stage.sessions.begin() as db:
        with pytest.raises(NotPermitted):
            rota.back(db, absence_id=theirs, by=stage.approver, now=stage.now)
        rota.back(db, absence_id=mine, by=stage.approver, now=stage.now)
        rota.back(db, absence_id=theirs, by=admin, now=stage.now)
    assert read(stage).absences == ()
    assert [one[0] for one in said(stage)] == ["away", "away", "back", "back"]


@pytest.mark.parametrize(
    ("shift", "field"),
    [
        (replace(WEEK, until=WEEK.begin), "until"),
        (replace(WEEK, until=WEEK.begin + timedelta(days=32)), "until"),
        (replace(WEEK, every=27), "every"),
        (replace(WEEK, every=-1), "every"),
        (replace(WEEK, rank=0), "every"),
        (replace(WEEK, last=date(2026, 1, 11)), "last"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(
    stage: Stage, admin: User, shift: Shift, field: str
) -> None:
    with pytest.raises(NotATime) as wrong:
        add(stage, on(stage, "approver", shift), admin)
    assert wrong.value.field == field


@pytest.mark.parametrize("who", ["officer", "auditor", ""])
def test_who_cannot_sign_stands_on_no_rota(stage: Stage, admin: User, who: str) -> None:
    shift = on(stage, who) if who else replace(WEEK, person="nobody")
    with pytest.raises(NotFound):
        add(stage, shift, admin)


@pytest.mark.parametrize(("begin", "hours"), [(0, 0), (0, -1), (-9, 8)])
def test_an_absence_that_is_over_or_backwards_is_refused(
    stage: Stage, begin: float, hours: float
) -> None:
    with pytest.raises(NotATime):
        away(stage, "approver", stage.approver, hours, begin)


def test_a_closed_account_is_on_duty_no_more_and_its_time_is_a_gap(
    stage: Stage, admin: User
) -> None:
    add(stage, on(stage, "approver"), admin)
    with stage.sessions.begin() as db:
        people.disable(db, email=stage.approver.email, by=Actor("test"), now=stage.now)
    found = read(stage)
    assert (found.shifts, found.on_duty) == ((), ())
