"""Brings the configured channels into the register, at every start of a part that uses them."""

import logging
from datetime import UTC, datetime

from console.actions import register
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
    sessions = Sessions(desk.settings.database_url)
    try:
        if readiness.database(sessions) is not readiness.Database.READY:
            log.warning("the register is not up to date: the database is not ready")
            return
        with sessions.begin() as db:
            register.sync(db, desk, datetime.now(UTC))
    except DatabaseAway as error:
        log.warning("the register is not up to date: the database is %s", error.why)
    finally:
        sessions.close()
