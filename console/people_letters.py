"""Mails about accounts: an invitation, a role to agree to, what was done with one's own."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import invitations, own_account
from console.actions.desk import Desk
from console.actions.own_account import OWN_ACCOUNT
from console.domain.audit import Entry
from console.domain.granting import GrantState
from console.domain.invitation import Stage
from console.domain.moment import Moment
from console.store.engine import database_now
from console.store.grants import GrantRow
from console.store.invitations import InvitationRow
from console.store.people import UserRow

Facts = dict[str, Any]

MAY = {
    "duty officer": "draft messages, send them for approval and stop a sending",
    "approver": "sign off messages to the public",
    "auditor": "read everything and the record, and change nothing",
    "channel custodian": "keep channels, their credentials and their recipient lists",
    "administrator": "let people in, and give and take roles",
}
"""What a role is for, after “can”."""


def _invitation(db: Session, desk: Desk, invitation_id: str, token: str) -> Facts | None:
    row = db.get(InvitationRow, invitation_id)
    if row is None or not token:
        return None
    found = invitations.value(db, row, row.made_at)
    if found.stage is not Stage.OPEN:
        return None
    zone = desk.settings.zone
    until = found.expires_at.astimezone(zone)
    return {
        "exercise": False,
        "person": found.name,
        "address_of": found.email,
        "invitation": found,
        "may": MAY,
        "until": Moment(until, until),
        "link": f"{desk.settings.console.base_url}/join/{token}",
    }


def _request(db: Session, desk: Desk, grant_id: str, state: GrantState | None) -> Facts | None:
    row = db.get(GrantRow, grant_id)
    if row is None or (state and row.state != state):
        return None
    concerned = db.get_one(UserRow, row.user_id)
    return {
        "exercise": False,
        "concerned": concerned.name,
        "concerned_id": concerned.id,
        "concerned_email": concerned.email,
        "role": row.role,
        "may": MAY,
        "asked_by": _name(db, row.asked_by),
        "decided_by": _name(db, row.decided_by),
        "agreed": row.state == GrantState.AGREED,
        "people": f"{desk.settings.console.base_url}/people",
    }


def _role_asked(db: Session, desk: Desk, grant_id: str, _: str) -> Facts | None:
    return _request(db, desk, grant_id, GrantState.ASKED)


def _role_decided(db: Session, desk: Desk, grant_id: str, _: str) -> Facts | None:
    facts = _request(db, desk, grant_id, None)
    return facts | {"console": desk.settings.console.base_url} if facts else None


def _address_changed(db: Session, desk: Desk, user_id: str, _: str) -> Facts | None:
    row = db.get(UserRow, user_id)
    return {"exercise": False, "email": row.email} if row else None


DONE = {
    "signed in": "Somebody signed in on a device that is new to your account.",
    "password switched off": "Too many wrong passwords were tried. No device that is new to your "
    "account can sign in by password; yours still can, and so can a passkey.",
    "recovery code used": "A recovery code was used in place of a second factor ({what}).",
    "password changed": "Your password was changed.",
    "password reset offered": "A link to choose a new password was made.",
    "password reset": "A new password was chosen by a link.",
    "sign-off PIN changed": "Your sign-off PIN was changed.",
    "telephone number changed": "The number that you are rung up at was changed.",
    "second factor added": "A second factor was set up: {what}.",
    "second factor removed": "A second factor was taken away: {what}.",
    "second factors taken away": "All your second factors were taken away.",
    "recovery codes made": "New recovery codes were made; older ones no longer work.",
}
"""What the record calls it, and what its owner is told."""


def _own_account(db: Session, desk: Desk, user_id: str, _: str) -> Facts | None:
    found = own_account.lately(db, user_id, database_now(db))
    if not found:
        return None
    return {
        "exercise": False,
        "done": [_done(desk, one) for one in found],
        "account": f"{desk.settings.console.base_url}/account",
    }


def _done(desk: Desk, entry: Entry) -> tuple[Moment, str]:
    at = datetime.fromisoformat(entry.at).astimezone(desk.settings.zone)
    detail = {"what": "none"} | json.loads(entry.detail)
    return Moment(at, at), DONE[entry.action].format_map(detail)


def _name(db: Session, user_id: str | None) -> str:
    return db.get_one(UserRow, user_id).name if user_id else "the command line"


FACTS: dict[str, Callable[[Session, Desk, str, str], Facts | None]] = {
    "invitation": _invitation,
    "role asked": _role_asked,
    "role decided": _role_decided,
    "address changed": _address_changed,
    OWN_ACCOUNT: _own_account,
}
