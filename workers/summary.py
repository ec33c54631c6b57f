"""The weekly summary to administrators: one mail each, once, by whichever worker is first."""

from console.actions import people
from console.actions.desk import Desk
from console.actions.recording import SYSTEM
from console.domain.policy import Role
from console.domain.rounds import next_summary
from console.store import mails, rounds
from console.store.audit import record
from console.store.engine import Sessions, database_now


def tell(sessions: Sessions, desk: Desk) -> None:
    """Where no worker ran on Monday morning, as soon as one runs. The words are made when a mail is
    sent."""
    with sessions.begin() as db:
        now = database_now(db)
        zone = desk.settings.zone
        if not rounds.take_summary(db, now=now, next_at=next_summary(now, zone)):
            return
        told = [
            one for one in people.everybody(db) if one.active and Role.ADMINISTRATOR in one.roles
        ]
        week = f"{now.astimezone(zone):%G-W%V}"
        for person in told:
            mails.tell_soon(db, mails.SUMMARY, person.id, week, now)
        record(
            db,
            actor=SYSTEM.actor,
            action="weekly summary",
            subject="register",
            detail={"week": week, "told": [one.name for one in told]},
            now=now,
        )
