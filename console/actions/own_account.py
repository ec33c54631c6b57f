"""Tells people what was done with their own account: who did not do it themselves can stop it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.domain.audit import Entry
from console.store import audit, mails

OWN_ACCOUNT = "own account"
"""The mail's purpose; it is about the account that it goes to."""
NEW_DEVICE = "new device"
"""The detail of a sign-in by a browser that the account did not know, where it knew another."""
TOLD = (
    *("signed in", "password switched off", "recovery code used", "password changed"),
    *("password reset offered", "password reset", "sign-off PIN changed"),
    *("telephone number changed", "second factor added", "second factor removed"),
    *("second factors taken away", "recovery codes made"),
)
"""The entries of the record that it tells of."""
WITHIN = timedelta(days=1)


def tell(db: Session, user_id: str, now: datetime) -> None:
    """Has the account's owner told by mail of what this transaction puts on the record."""
    mails.tell_soon(db, OWN_ACCOUNT, user_id, user_id, now)


def lately(db: Session, user_id: str, now: datetime) -> list[Entry]:
    """What was done within a day, newest first; where the mail was kept longer, the last of it."""
    found = [
        one
        for one in audit.of_action(db, *TOLD, subjects=[f"user:{user_id}"])
        if one.action != "signed in" or NEW_DEVICE in one.detail
    ]
    new = [one for one in found if now - datetime.fromisoformat(one.at) <= WITHIN]
    return list(reversed(new or found[-1:]))
