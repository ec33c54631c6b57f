"""Joining: an administrator invites an address; whoever reads its mail makes the account, once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console import credentials
from console.actions import ending, office, passwords, people, roles
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.domain import granting, invitation
from console.domain.invitation import GOOD_FOR, InvitationEvent, InvitationState, Stage
from console.domain.policy import Act, Role, may
from console.domain.states import after
from console.store import invitations
from console.store import people as accounts
from console.store.audit import Actor, record
from console.store.invitations import InvitationLinkRow, InvitationRow
from console.store.mails import MailRow
from console.store.people import UserRow

BY_INVITATION = Actor("by invitation")


class Invited(Obstacle):
    """The address has an open invitation already: send that one again."""


class NoRole(Obstacle):
    """Somebody without any role could not even read."""


class InvitationOver(Obstacle):
    """The link makes no account any more. ``stage`` says why."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(f"the invitation is {stage}")
        self.stage = stage


@dataclass(frozen=True)
class Invitation:
    """As administrators, and whoever holds its link, see it."""

    id: str
    email: str
    name: str
    roles: frozenset[Role]
    invited_by: str
    """A name."""
    expires_at: datetime
    stage: Stage

    @property
    def signs(self) -> bool:
        """Whether it takes a PIN as well."""
        return may(self.roles, Act.SIGN)

    @property
    def at_once(self) -> list[str]:
        return sorted(granting.split(self.roles)[0])

    @property
    def later(self) -> list[str]:
        """What counts only when another administrator has agreed."""
        return sorted(granting.split(self.roles)[1])


def invite(
    db: Session, *, email: str, name: str, roles: Collection[Role], by: Actor, now: datetime
) -> str:
    """Has a link mailed; returns the invitation's id.

    Raises `NotPermitted`, `NotAnAddress`, `NotAName`, `NoRole`, `Taken`, `Invited`.
    """
    office.enter(db, by)
    email, name = people.address(email), people.called(name)
    if not roles:
        raise NoRole
    if accounts.by_email(db, email):
        raise people.Taken
    if invitations.in_state(db, str(InvitationState.OPEN), email=email):
        raise Invited
    row = InvitationRow(
        email=email,
        name=name,
        roles=sorted(str(one) for one in roles),
        state=str(InvitationState.OPEN),
        invited_by=by.id or None,
        made_at=now,
        expires_at=now + GOOD_FOR,
        sending=1,
    )
    db.add(row)
    db.flush()
    _mail(db, row, now)
    _on_record(db, row, "invited", by, now)
    return row.id


def send_again(db: Session, *, invitation_id: str, by: Actor, now: datetime) -> None:
    """A new link, good for as long as the first was; those before it end.

    Raises `NotPermitted`, `NotFound`, `InvitationOver`.
    """
    office.enter(db, by)
    row = _open(db, invitation_id)
    row.sending, row.expires_at = row.sending + 1, now + GOOD_FOR
    _mail(db, row, now)
    _on_record(db, row, "invitation sent again", by, now)


def withdraw(db: Session, *, invitation_id: str, by: Actor, now: datetime) -> None:
    """Raises `NotPermitted`, `NotFound`, `InvitationOver`."""
    office.enter(db, by)
    ending.withdraw(db, _open(db, invitation_id), by, now)


def new_link(db: Session, invitation_id: str, now: datetime) -> str | None:
    """A fresh link's token, made in the moment the mail is sent; None where nothing should be."""
    row = db.get(InvitationRow, invitation_id)
    if row is None or _stage(row, row.sending, now) is not Stage.OPEN:
        return None
    token = credentials.new_token()
    db.add(
        InvitationLinkRow(
            token_hash=credentials.token_hash(token),
            invitation_id=row.id,
            sending=row.sending,
            made_at=now,
        )
    )
    return token


def find(db: Session, token: str, now: datetime) -> Invitation:
    """What a link is for, whether or not it still counts. Raises `NotFound`."""
    found = invitations.by_link(db, credentials.token_hash(token))
    if found is None:
        raise NotFound("invitation", "link")
    return value(db, found[0], now, found[1].sending)


def accept(db: Session, *, token: str, password: str, pin: str, now: datetime) -> User:
    """Makes the account. Roles that can publish are asked of the other administrators now, and
    count when one agrees: whoever got hold of a mail does not publish by it.

    Raises `NotFound`, `InvitationOver`, `TooShort`, `TooLong`, `TooEasy`, `Taken`.
    """
    row, sending = _by_token(db, token)
    at = _stage(row, sending, now)
    if at is not Stage.OPEN:
        raise InvitationOver(at)
    if may([Role(one) for one in row.roles], Act.SIGN):
        people.check_pin(pin)
    passwords.must_do(password, (row.email, row.name))
    at_once, later = granting.split(Role(one) for one in row.roles)
    made = people.add(
        db,
        email=row.email,
        name=row.name,
        roles=at_once,
        password=password,
        pin=pin,
        by=BY_INVITATION,
        now=now,
    )
    row.state = str(after(invitation.NEXT, InvitationState.OPEN, InvitationEvent.ACCEPT))
    row.settled_at, row.user_id = now, made.id
    _on_record(db, row, "invitation accepted", made.actor, now)
    actives = accounts.everybody(db)
    person = db.get_one(UserRow, made.id)
    asked_by = Actor(_inviter(db, row), row.invited_by or "")
    roles.ask(db, [one for one in actives if one.active], person, later, by=asked_by, now=now)
    return made


def value(db: Session, row: InvitationRow, now: datetime, sending: int = 0) -> Invitation:
    """``sending``: of the link that is looked at; 0 for the newest."""
    return Invitation(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=frozenset(Role(one) for one in row.roles),
        invited_by=_inviter(db, row),
        expires_at=row.expires_at,
        stage=_stage(row, sending or row.sending, now),
    )


def _by_token(db: Session, token: str) -> tuple[InvitationRow, int]:
    """Held until the transaction ends, so that two who accept at once make one account."""
    found = invitations.by_link(db, credentials.token_hash(token))
    if found is None:
        raise NotFound("invitation", "link")
    row = invitations.locked(db, found[0].id)
    assert row is not None
    return row, found[1].sending


def _open(db: Session, invitation_id: str) -> InvitationRow:
    row = invitations.locked(db, invitation_id)
    if row is None:
        raise NotFound("invitation", invitation_id)
    if row.state != InvitationState.OPEN:
        raise InvitationOver(Stage(row.state))
    return row


def _stage(row: InvitationRow, sending: int, now: datetime) -> Stage:
    return invitation.stage(
        InvitationState(row.state),
        newest=sending == row.sending,
        expires_at=row.expires_at,
        now=now,
    )


def _mail(db: Session, row: InvitationRow, now: datetime) -> None:
    db.add(MailRow(purpose="invitation", user_id=None, subject_id=row.id, state="due", due_at=now))


def _inviter(db: Session, row: InvitationRow) -> str:
    by = row.invited_by
    return db.get_one(UserRow, by).name if by else office.COMMAND_LINE.name


def _on_record(db: Session, row: InvitationRow, action: str, by: Actor, now: datetime) -> None:
    detail = {"name": row.name, "email": row.email, "roles": row.roles}
    subject = f"invitation:{row.id}"
    record(db, actor=by, action=action, subject=subject, detail=detail, now=now)
