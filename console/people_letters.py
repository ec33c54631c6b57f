"""Mails about accounts: an invitation, a role that needs agreement, an address that was changed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from console.actions import invitations
from console.actions.desk import Desk
from console.domain.granting import GrantState
from console.domain.invitation import Stage
from console.domain.moment import Moment
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


def _name(db: Session, user_id: str | None) -> str:
    return db.get_one(UserRow, user_id).name if user_id else "the command line"


FACTS: dict[str, Callable[[Session, Desk, str, str], Facts | None]] = {
    "invitation": _invitation,
    "role asked": _role_asked,
    "role decided": _role_decided,
    "address changed": _address_changed,
}
