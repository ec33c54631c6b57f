"""Brings the configured channels and the policy into the database, at every start."""

import logging
from datetime import UTC, datetime

from console.actions import policy_change, register
from console.actions.desk import Desk
from console.store import readiness
from console.store.away import DatabaseAway
from console.store.engine import Sessions

log = logging.getLogger(__name__)


def enrol(desk: Desk) -> None:
    """Never keeps a part from starting: where the database is away or has another schema, the next
    start does it, and a channel that the register does not know can be used."""
    for broken in desk.broken:
        log.error("channel %s is left out: %s", broken.name, broken.fault.what)
    sessions = Sessions.of(desk.settings)
    try:
        if readiness.database(sessions) is not readiness.Database.READY:
            log.warning("the register is not up to date: the database is not ready")
            return
        with sessions.begin() as db:
            now = datetime.now(UTC)
            register.sync(db, desk, now)
            policy_change.meet(db, desk, now)
    except DatabaseAway as error:
        log.warning("the register is not up to date: the database is %s", error.why)
    finally:
        sessions.close()
