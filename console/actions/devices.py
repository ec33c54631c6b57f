"""Known devices: browsers that somebody has signed in on, spared from what strangers guess."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from console import credentials
from console.store import entering
from console.store.entering import KnownDeviceRow

MOST = 20
"""Of one person; the oldest is forgotten first."""


def known(db: Session, user_id: str, token: str) -> str:
    """The device's id, if this person has signed in on it before; else empty."""
    found = entering.known_device(db, credentials.token_hash(token), user_id)
    return found.id if token and found else ""


def new(db: Session, user_id: str, token: str) -> bool:
    """Whether this browser is another than those that the person has signed in on; the first of all
    is no news to them."""
    return entering.has_devices(db, user_id) and not known(db, user_id, token)


def forget(db: Session, device: str) -> None:
    """The device is a stranger's from now on."""
    db.execute(delete(KnownDeviceRow).where(KnownDeviceRow.id == device))


def remember(db: Session, user_id: str, token: str, now: datetime) -> str:
    """Notes that the person has signed in on the browser with this token. Returns the token that it
    carries from now on.

    A browser that is new to somebody gets a new one: a token that somebody else has put there is
    worth nothing then.
    """
    if known(db, user_id, token):
        return token
    fresh = credentials.new_token()
    if token:
        entering.rename_device(db, credentials.token_hash(token), credentials.token_hash(fresh))
    db.add(
        KnownDeviceRow(token_hash=credentials.token_hash(fresh), user_id=user_id, known_since=now)
    )
    db.flush()
    _forget_the_oldest(db, user_id)
    return fresh


def _forget_the_oldest(db: Session, user_id: str) -> None:
    mine = KnownDeviceRow.user_id == user_id
    newest = select(KnownDeviceRow.id).where(mine).order_by(KnownDeviceRow.known_since.desc())
    kept = list(db.scalars(newest.limit(MOST)))
    db.execute(delete(KnownDeviceRow).where(mine, KnownDeviceRow.id.not_in(kept)))
