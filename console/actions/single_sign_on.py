"""Single sign-on: match a person to an account, keep its roles as the groups say, or refuse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console import credentials
from console.actions import ending, leaving, people, signing_in
from console.actions.entering import Visitor
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.domain import plain_text, recipient
from console.domain import single_sign_on as rules
from console.domain.factor import Factor
from console.domain.policy import Act, Role, may
from console.domain.recipient import Addresses
from console.domain.single_sign_on import (
    Asserted,
    Given,
    Refusal,
    Refused,
    Roles,
    SingleSignOn,
)
from console.store import people as accounts
from console.store import single_sign_on as store
from console.store.audit import Actor, record
from console.store.people import UserRow
from console.store.single_sign_on import IdentityRow

ACTOR = Actor("single sign-on")
"""On the record, for what follows from a group and not from a person's decision."""
REFUSED = "single sign-on refused"
LASTS = timedelta(minutes=10)
"""From the button to the provider's answer; somebody looks for their phone in between."""
MOST_REFUSALS = 30
"""Entries, in `LASTS`: anybody can bring answers that come to nothing, and the record stays."""
NAME_MOST = 120


class Untied(Obstacle):
    """The account is tied to nobody at the provider."""


class TiedAlready(Obstacle):
    """That person at the provider, or the account, is tied already."""


@dataclass(frozen=True)
class Entered:
    """Somebody who is signed in now. ``token`` is for their cookie."""

    user: User
    token: str


def enter(
    db: Session,
    known: SingleSignOn,
    *,
    person: Asserted,
    state: str,
    visitor: Visitor,
    now: datetime,
    lasts: timedelta,
) -> Entered | Refused:
    """Signs the person in, with the roles that their groups give them today.

    A refusal is returned and not raised: what was put right on the way, a role that is lost above
    all, stays so.
    """
    account: User | None = None
    try:
        if not store.use(db, credentials.token_hash(state), now, forget=now - 2 * LASTS):
            raise Refused(Refusal.USED)
        row, tie = _account(db, known, person, now)
        account = people.user(row)
        if not row.active:
            raise Refused(Refusal.DISABLED)
        _synchronise(db, row, tie, rules.given(known.rules, person.groups), now)
        account = people.user(row)
        if not row.roles:
            raise Refused(Refusal.NO_ROLE)
    except Refused as refused:
        refuse(db, known, refused, now=now, person=person, account=account)
        return refused
    strong_at = rules.strong_at(person, known.second_factor, now, lasts)
    return Entered(account, _begin(db, known, account, strong_at, visitor, now, lasts))


def refuse(
    db: Session,
    known: SingleSignOn,
    refused: Refused,
    *,
    now: datetime,
    person: Asserted | None = None,
    account: User | None = None,
) -> None:
    """On the record. Where nobody is vouched for, only so many: a stranger can bring as many as
    they like."""
    if person is None:
        since = store.recorded_since(db, REFUSED, now - LASTS)
        if since >= MOST_REFUSALS:
            return
    detail = {"reason": str(refused.why), "what": refused.detail, "how": known.name}
    if person is not None:
        detail |= {"email": person.email, "provider": person.issuer, "subject": person.subject}
    record(
        db,
        actor=account.actor if account else ACTOR,
        action=REFUSED,
        subject=f"user:{account.id}" if account else "single sign-on",
        detail=detail,
        now=now,
    )


def tie(
    db: Session, known: SingleSignOn, *, email: str, subject: str, by: Actor, now: datetime
) -> User:
    """Ties an account by hand, where the provider vouches for no address. Raises `NotFound`,
    `TiedAlready`."""
    account = people.known(db, email)
    row = store.locked(db, account.id)
    if store.identity(db, known.issuer, subject) or store.identity_of(db, row.id, known.issuer):
        raise TiedAlready
    _tie(db, row, Asserted(known.issuer, subject), by, now)
    return account


def untie(db: Session, known: SingleSignOn, *, email: str, by: Actor, now: datetime) -> User:
    """The account is nobody's at the provider any more, and loses what only its groups gave it:
    for somebody who has a new account there. Raises `NotFound`, `Untied`."""
    row = accounts.by_email(db, email.strip().casefold())
    if row is None:
        raise NotFound("user", email)
    row = store.locked(db, row.id)
    found = store.identity_of(db, row.id, known.issuer)
    if found is None:
        raise Untied
    _synchronise(db, row, found, Given(frozenset()), now)
    db.delete(found)
    detail = {"provider": found.issuer, "subject": found.subject}
    action = "untied from single sign-on"
    record(db, actor=by, action=action, subject=f"user:{row.id}", detail=detail, now=now)
    return people.user(row)


def _account(
    db: Session, known: SingleSignOn, person: Asserted, now: datetime
) -> tuple[UserRow, IdentityRow]:
    """The person's account: tied before, or found by its address, or new. Raises `Refused`."""
    tied = store.identity(db, person.issuer, person.subject)
    if tied is not None:
        return store.locked(db, tied.user_id), tied
    email = _address(person)
    found = accounts.by_email(db, email)
    if found is None:
        row = _created(db, known, person, email, now)
    else:
        row = store.locked(db, found.id)
        other = store.identity_of(db, row.id, person.issuer)
        if other and other.subject == person.subject:  # tied meanwhile, in another tab
            return row, other
        if other:
            raise Refused(Refusal.OTHER_PERSON)
        if not row.active:  # nothing is tied to it: it stays closed
            raise Refused(Refusal.DISABLED)
    return row, _tie(db, row, person, ACTOR, now)


def _address(person: Asserted) -> str:
    """Plain letters only: another alphabet's would fold into somebody else's address. Raises
    `Refused`."""
    if not person.email_verified:
        raise Refused(Refusal.NO_ADDRESS)
    try:
        return recipient.address(person.email, Addresses.EMAIL).casefold()
    except recipient.NotAnAddress:
        raise Refused(Refusal.NO_ADDRESS) from None


def _created(
    db: Session, known: SingleSignOn, person: Asserted, email: str, now: datetime
) -> UserRow:
    """A new account, without a password, for somebody whom a group gives a role. Raises
    `Refused`."""
    if not (known.create and rules.given(known.rules, person.groups).roles):
        raise Refused(Refusal.UNKNOWN)
    name = " ".join(plain_text.clean(person.name).split())[:NAME_MOST]
    row = UserRow(
        email=email,
        name=name if name and not plain_text.faults(name) else email.partition("@")[0][:NAME_MOST],
        roles=[],
        password_hash="",
        created_at=now,
    )
    db.add(row)
    db.flush()
    detail = {"name": row.name, "email": email, "roles": [], "how": known.name}
    record(db, actor=ACTOR, action="user added", subject=f"user:{row.id}", detail=detail, now=now)
    return row


def _tie(db: Session, row: UserRow, person: Asserted, by: Actor, now: datetime) -> IdentityRow:
    tied = IdentityRow(
        issuer=person.issuer, subject=person.subject, user_id=row.id, roles=[], tied_at=now
    )
    db.add(tied)
    db.flush()
    detail = {"email": row.email, "provider": person.issuer, "subject": person.subject}
    action = "tied to single sign-on"
    record(db, actor=by, action=action, subject=f"user:{row.id}", detail=detail, now=now)
    return tied


def _synchronise(db: Session, row: UserRow, tied: IdentityRow, given: Given, now: datetime) -> None:
    before = Roles(_roles(row.roles), _roles(tied.roles))
    after = rules.after(before, given.roles)
    tied.roles = sorted(after.by_group)
    if after.all == before.all:
        return
    row.roles = sorted(after.all)
    detail = {
        "was": [str(one) for one in sorted(before.all)] or ["no role"],
        "is": [str(one) for one in sorted(after.all)] or ["no role"],
        "by_group": sorted(after.by_group),
        "withheld": sorted(given.withheld),
    }
    action = "roles changed by single sign-on"
    record(db, actor=ACTOR, action=action, subject=f"user:{row.id}", detail=detail, now=now)
    if may(before.all, Act.KEEP) and not may(after.all, Act.KEEP):
        leaving.take_back_promotions(db, row, ACTOR, now)
    if may(before.all, Act.SIGN) and not may(after.all, Act.SIGN):
        ending.end_sign_offs(db, row, ACTOR, now)


def _roles(written: list[str]) -> frozenset[Role]:
    return frozenset(Role(one) for one in written)


def _begin(
    db: Session,
    known: SingleSignOn,
    account: User,
    strong_at: datetime | None,
    visitor: Visitor,
    now: datetime,
    lasts: timedelta,
) -> str:
    """A signed-in browser; the token is for its cookie."""
    return signing_in.begin(
        db,
        account,
        factors={Factor.SINGLE_SIGN_ON} | ({Factor.ELSEWHERE} if strong_at else set()),
        agent=visitor.agent,
        address=visitor.address,
        now=now,
        lasts=lasts,
        strong_at=strong_at,
        said={"how": known.name, "second_factor": strong_at.isoformat() if strong_at else ""},
    )
