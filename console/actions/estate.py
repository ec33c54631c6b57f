"""The whole estate as people see it: every account, who keeps it, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import holding
from console.actions.cards import Hold as Hold
from console.actions.errors import NotFound
from console.actions.leaving import left_with_keys
from console.actions.people import User
from console.domain.policy import Act
from console.domain.register import Keeping, Red, Status, reds
from console.store import register
from console.store.people import UserRow
from console.store.register import EVERYTHING, ChannelRow, CheckRow, CustodyRow, LastSent


@dataclass(frozen=True)
class Custodian:
    id: str
    name: str
    email: str
    active: bool
    since: datetime


@dataclass(frozen=True)
class Check:
    """What one check found; times in UTC."""

    at: datetime
    passed: bool
    reason: str
    """A `Reason`; empty where it passed."""
    detail: str
    account: str
    account_id: str
    profile: Mapping[str, str]
    followers: int | None
    expires_at: datetime | None
    left: int | None
    resets_at: datetime | None


@dataclass(frozen=True)
class Account:
    """One row of the register."""

    name: str
    ours: bool
    practice: bool
    status: Status
    network: str
    title: str
    handle: str
    account_id: str
    owner: str
    kept_in: str
    second_factor: str
    recovery_mailbox: str
    recovery_phone: str
    if_lost: str
    signpost: str
    added_at: datetime
    rotated_at: datetime | None
    promoted_by: str
    """The name of whoever agreed first to its promotion, or nothing."""
    custodians: tuple[Custodian, ...]
    check: Check | None
    """The newest."""
    last_sent_at: datetime | None
    last_exercise_at: datetime | None
    hold: Hold | None
    reds: tuple[Red, ...]
    promoter: str = ""
    """The id of whoever agreed first."""

    @property
    def bus_factor(self) -> int:
        """How many people would have to go before nobody is left with the keys."""
        return sum(one.active for one in self.custodians)


@dataclass(frozen=True)
class Estate:
    accounts: tuple[Account, ...]
    hold: Hold | None
    """Everything is held."""

    @property
    def bus_factor(self) -> int | None:
        """The council's: how few people would have to go to lose an account that is in use. None
        where there is no such account."""
        kept = [one.bus_factor for one in self.accounts if one.status not in _OUT_OF_USE]
        return min(kept, default=None)

    @property
    def weakest(self) -> tuple[Account, ...]:
        """The accounts in use that would be lost first."""
        least = self.bus_factor
        in_use = [one for one in self.accounts if one.status not in _OUT_OF_USE]
        return tuple(one for one in in_use if one.bus_factor == least)

    def account(self, name: str) -> Account:
        """Raises `NotFound`."""
        found = next((one for one in self.accounts if one.name == name), None)
        if found is None:
            raise NotFound("channel", name)
        return found


_OUT_OF_USE = (Status.PARKED, Status.RETIRED)


def estate(db: Session, *, by: User | None, now: datetime) -> Estate:
    """``by`` None: whoever runs the command line. Raises `NotPermitted`."""
    if by:
        by.must_be_able_to(Act.READ)
    held = holding.held(db)
    return Estate(_accounts(db, held, now), held.get(EVERYTHING))


def account(db: Session, name: str, *, by: User | None, now: datetime) -> Account:
    """One of them, without reading the others. ``by`` as for `estate`. Raises `NotFound` and
    `NotPermitted`."""
    if by:
        by.must_be_able_to(Act.READ)
    found = accounts(db, now, [name])
    if not found:
        raise NotFound("channel", name)
    return found[0]


def accounts(db: Session, now: datetime, names: Collection[str]) -> tuple[Account, ...]:
    """Those of these channels, in the estate's order."""
    return _accounts(db, holding.held(db), now, names)


def _accounts(
    db: Session, held: Mapping[str, Hold], now: datetime, names: Collection[str] | None = None
) -> tuple[Account, ...]:
    """``names`` None: of all channels."""
    custodies = _by_channel(register.custodies(db, names))
    checks, sent = register.latest_checks(db, names), register.last_sent(db, names)
    people = {row.id: row for row in db.query(UserRow)}
    open_to_leavers = left_with_keys(db)
    return tuple(
        _account(
            row,
            _custodians(custodies[row.name], people),
            checks.get(row.name),
            sent,
            held,
            people,
            row.name in open_to_leavers,
            now,
        )
        for row in register.everything(db, names)
    )


def history(db: Session, name: str, most: int = 100) -> tuple[Check, ...]:
    """The checks of one account, the newest first."""
    return tuple(_check(row) for row in register.checks_of(db, name, most))


def still_knowing(db: Session, name: str) -> tuple[str, ...]:
    """The names of those who kept the account until lately, and know a password or token that was
    not changed since."""
    row = db.get(ChannelRow, name)
    rotated = row.rotated_at if row else None
    custodies = register.custodies(db, [name])
    keeping = {one.user_id for one in custodies if one.until is None}
    know = {
        one.user_id
        for one in custodies
        if one.until and (rotated is None or rotated < one.until) and one.user_id not in keeping
    }
    return tuple(sorted(db.get_one(UserRow, one).name for one in know))


def waiting(db: Session, name: str) -> int:
    """How many deliveries of the account, or of all where it is `EVERYTHING`, have not left."""
    return register.waiting(db, None if name == EVERYTHING else name)


def _account(
    row: ChannelRow,
    custodians: tuple[Custodian, ...],
    checked: CheckRow | None,
    sent: LastSent,
    held: Mapping[str, Hold],
    people: Mapping[str, UserRow],
    left_with_keys: bool,
    now: datetime,
) -> Account:
    status, check = Status(row.status), _check(checked) if checked else None
    promoter = people.get(row.promoted_by or "")
    return Account(
        name=row.name,
        ours=row.ours,
        practice=row.practice,
        status=status,
        network=row.network,
        title=row.title,
        handle=row.handle,
        account_id=row.account_id,
        owner=row.owner,
        kept_in=row.kept_in,
        second_factor=row.second_factor,
        recovery_mailbox=row.recovery_mailbox,
        recovery_phone=row.recovery_phone,
        if_lost=row.if_lost,
        signpost=row.signpost,
        added_at=row.added_at,
        rotated_at=row.rotated_at,
        promoted_by=promoter.name if promoter else "",
        custodians=custodians,
        check=check,
        last_sent_at=sent.get((row.name, False)),
        last_exercise_at=sent.get((row.name, True)),
        hold=held.get(row.name),
        reds=reds(_keeping(row, custodians, check, left_with_keys), now),
        promoter=row.promoted_by or "",
    )


def _keeping(
    row: ChannelRow, custodians: Sequence[Custodian], check: Check | None, left_with_keys: bool
) -> Keeping:
    return Keeping(
        status=Status(row.status),
        ours=row.ours,
        custodians=[one.active for one in custodians],
        added_at=row.added_at,
        account_id=row.account_id,
        checked_at=check.at if check else None,
        passed=check.passed if check else True,
        found_id=check.account_id if check else "",
        expires_at=check.expires_at if check else None,
        left=check.left if check else None,
        resets_at=check.resets_at if check else None,
        left_with_keys=left_with_keys,
    )


def _custodians(
    custodies: Sequence[CustodyRow], people: Mapping[str, UserRow]
) -> tuple[Custodian, ...]:
    kept = ((one, people[one.user_id]) for one in custodies if one.until is None)
    cards = (Custodian(who.id, who.name, who.email, who.active, one.since) for one, who in kept)
    return tuple(sorted(cards, key=lambda one: (one.since, one.name)))


def _by_channel(custodies: Sequence[CustodyRow]) -> Mapping[str, list[CustodyRow]]:
    found: dict[str, list[CustodyRow]] = defaultdict(list)
    for one in custodies:
        found[one.channel].append(one)
    return found


def _check(row: CheckRow) -> Check:
    return Check(
        at=row.at,
        passed=row.passed,
        reason=row.reason,
        detail=row.detail,
        account=row.account,
        account_id=row.account_id,
        profile=row.profile,
        followers=row.followers,
        expires_at=row.expires_at,
        left=row.left,
        resets_at=row.resets_at,
    )
