"""Puts a rota on a stage: who is on duty now, and with which rank."""

from dataclasses import replace
from datetime import datetime, timedelta

from console.actions import rota, turns
from console.actions.turns import Turns
from console.domain.policy import Rules
from console.domain.rota import Absence
from console.domain.rules import Policy
from console.store.rota import ShiftRow
from tests.stage import Stage


def on_duty(stage: Stage, *names: str, hours: float = 8) -> None:
    """These people from an hour ago on, the first to be asked first."""
    begin = stage.now.astimezone(stage.desk.settings.zone).replace(tzinfo=None)
    begin -= timedelta(hours=1)
    with stage.sessions.begin() as db:
        for rank, name in enumerate(names, 1):
            db.add(
                ShiftRow(
                    user_id=stage.people[name].id,
                    begin=begin,
                    until=begin + timedelta(hours=hours),
                    rank=rank,
                    every=0,
                    days=[],
                )
            )


def away(stage: Stage, name: str, hours: float = 8, begin: float = 0) -> str:
    who, at = stage.people[name], stage.now + timedelta(hours=begin)
    with stage.sessions.begin() as db:
        absence = Absence(who.id, at, at + timedelta(hours=hours))
        return rota.say_away(db, absence=absence, by=who, now=stage.now)


def under(stage: Stage, rules: Rules) -> Stage:
    """The same council with other rules for actual incidents."""
    settings = replace(stage.desk.settings, policy=Policy(actual=rules))
    return replace(stage, desk=replace(stage.desk, settings=settings))


def read(stage: Stage, message: str) -> Turns:
    with stage.sessions.read() as db:
        found = turns.turns(db, stage.desk, message, stage.now)
    assert found is not None
    return found


def plan(stage: Stage, message: str, since: datetime) -> dict[str, float | None]:
    """Name -> in how many minutes after this time they are asked, in the order of asking."""
    return {
        one.name: None if one.at is None else round((one.at - since) / timedelta(minutes=1), 3)
        for one in read(stage, message).people
    }
