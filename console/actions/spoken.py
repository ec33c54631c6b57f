"""When mail fails: a short code that the duty officer reads out opens the approver's page, once.

It decides nothing: the page asks for the approver's own proof, as the mailed link's does.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions.approvals import Decided
from console.actions.asking import add_link
from console.actions.desk import Desk
from console.actions.errors import Expired, NotFound, Obstacle
from console.actions.people import User, user
from console.actions.proofs import PinsUsedUp
from console.actions.recording import SYSTEM, on_record
from console.domain.approval import ApprovalState, expired
from console.domain.policy import Act
from console.store import spoken
from console.store.approvals import ApprovalRow
from console.store.base import new_id
from console.store.messages import MessageRow
from console.store.people import UserRow
from console.store.spoken import CodeRow, CodeTryRow

LENGTH = 8
"""Of 30 letters and digits that do not look alike: 39 bits."""
LASTS = timedelta(minutes=10)
PLACE_MOST, MOST = 10, 1000
"""Wrong codes within `WINDOW`, from one address and from all together. With five codes open, all of
them together find one in 130 million windows."""
WINDOW = timedelta(minutes=10)


class TryLater(Obstacle):
    """Too many wrong codes. ``until`` is when the next one is taken."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"no code before {until}")
        self.until = until


@dataclass(frozen=True)
class Code:
    """A code, shown once to who reads it out."""

    letters: str
    approver: str
    until: datetime


def make(db: Session, desk: Desk, *, approval_id: str, by: User, now: datetime) -> Code:
    """A new code for one approver's sign-off; one that was made before is void.

    Raises `NotFound`, `Decided`, `Expired`, `PinsUsedUp`.
    """
    by.must_be_able_to(Act.DRAFT)
    approval = _open(db, approval_id, now)
    message = db.get_one(MessageRow, approval.message_id)
    approver = user(db.get_one(UserRow, approval.approver_id))
    spoken.forget_codes(db, approval.id)
    letters, until = new_id()[:LENGTH], min(now + LASTS, approval.approve_by)
    hash_ = _hash(desk, "code", letters)
    db.add(CodeRow(code_hash=hash_, approval_id=approval.id, made_at=now, expires_at=until))
    detail = {"approval": approval.id, "approver": approver.name, "until": until.isoformat()}
    on_record(db, message, "code made to be read out", by, now, detail)
    return Code(letters, approver.name, until)


def clean(typed: str) -> str:
    """As it was made, however it was typed; empty where it cannot be one."""
    letters = "".join(one for one in typed.casefold() if one.isalnum())
    return letters if len(letters) == LENGTH and letters.isascii() else ""


def claim(db: Session, desk: Desk, *, address: str, now: datetime) -> str:
    """Counts one try before it is known to be wrong; returns its id. Raises `TryLater`, and counts
    nothing then. Tries in the same moment may pass together: some more than the most."""
    since = now - WINDOW
    spoken.forget_tries(db, since)
    place = _hash(desk, "place", _network(address))
    for most, where in ((PLACE_MOST, place), (MOST, "")):
        if spoken.tries(db, since, place=where) >= most:
            raise TryLater((spoken.oldest_try(db, since, place=where) or now) + WINDOW)
    row = CodeTryRow(place=place, tried_at=now)
    db.add(row)
    db.flush()
    return row.id


def open_(db: Session, desk: Desk, *, code: str, claimed: str, now: datetime) -> str:
    """The token of a link to the page that the code is for. Raises `NotFound` for a code that is
    wrong, too old, or was used."""
    row = spoken.locked(db, _hash(desk, "code", code))
    if row is None or row.used_at or now >= row.expires_at:
        raise NotFound("sign-off", "code")
    try:
        approval = _open(db, row.approval_id, now)
    except (Decided, Expired, PinsUsedUp):
        raise NotFound("sign-off", "code") from None
    row.used_at = now
    db.delete(db.get_one(CodeTryRow, claimed))
    message = db.get_one(MessageRow, approval.message_id)
    approver = user(db.get_one(UserRow, approval.approver_id))
    detail = {"approval": approval.id, "approver": approver.name}
    on_record(db, message, "opened by a code", SYSTEM, now, detail)
    return add_link(db, approval, now, spoken=True)


def _open(db: Session, approval_id: str, now: datetime) -> ApprovalRow:
    """The sign-off, if a link can still open it."""
    row = db.get(ApprovalRow, approval_id)
    if row is None:
        raise NotFound("sign-off", approval_id)
    if row.state != ApprovalState.ASKED:
        raise Decided(ApprovalState(row.state))
    if expired(row.approve_by, now):
        raise Expired
    if row.links_void_at:
        raise PinsUsedUp(signed_in=False)
    return row


def _hash(desk: Desk, of: str, what: str) -> str:
    """With the installation's secret: 39 bits alone could be tried out on a stolen database."""
    key = f"skellat spoken code 1\n{desk.settings.secret}".encode()
    return hmac.new(key, f"{of}\n{what}".encode(errors="replace"), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """Whoever has one IPv6 address has a whole /64 of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
