"""The register of channels: accounts come, change, are promoted, parked and given up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from console.actions import leaving
from console.actions.desk import Desk
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.actions.recording import SYSTEM
from console.channel_faults import RESERVED
from console.channels import BrokenChannel, ConfiguredChannel
from console.domain import plain_text
from console.domain.channel import Reason
from console.domain.incident import Mode
from console.domain.policy import Act
from console.domain.register import CARRIES, NEXT, Move, Status
from console.domain.states import after
from console.store import register, rounds
from console.store.anchors import anything_released
from console.store.audit import record
from console.store.register import ChannelRow, CheckRow


class NameTaken(Obstacle):
    """There is an account of this name in the register already, or a page (`RESERVED`). ``name`` is
    it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is in the register")
        self.name = name


class NotAName(Obstacle):
    """A name has 2 to 60 small letters, digits and hyphens, and begins with a letter."""


class TooLongDetail(Obstacle):
    """``field`` holds ``most`` characters."""

    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"{field} holds {most} characters")
        self.field, self.most = field, most


class SecretInRegister(Obstacle):
    """What stands in ``field`` looks like a secret, which is what the register never holds."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} looks like a secret")
        self.field = field


class NoLongerKeeps(Obstacle):
    """Whoever has handed the channel over does not change its credential: they would know it."""


@dataclass(frozen=True)
class Details:
    """What people write about an account. Empty: nobody knows, which is worth knowing too."""

    title: str
    handle: str
    account_id: str = ""
    owner: str = ""
    kept_in: str = ""
    second_factor: str = ""
    recovery_mailbox: str = ""
    recovery_phone: str = ""
    if_lost: str = ""
    signpost: str = ""


LONGEST = {
    "title": 120,
    "handle": 200,
    "account_id": 200,
    "owner": 120,
    "kept_in": 200,
    "second_factor": 200,
    "recovery_mailbox": 254,
    "recovery_phone": 60,
    "if_lost": 4000,
    "signpost": 200,
}
_NAME = re.compile(r"[a-z][a-z0-9-]{1,59}")
_LONG_RUN = re.compile(r"[A-Za-z0-9_\-+/=]{24,}")
_REFERENCE = re.compile(r"\b(env:[A-Z0-9_]+|file:[^\s,]+)")


def sync(db: Session, desk: Desk, now: datetime) -> None:
    """Brings the configured channels into the register; runs at every start.

    A channel that goes live begins as a pilot. Where messages were sent before there was a
    register, what is live has been in use.
    """
    rows = {row.name: row for row in register.everything(db)}
    in_use = not rows and anything_released(db)
    for broken in desk.broken:  # left out for now, and still ours
        if rows.pop(broken.name, None):
            _found_broken(db, broken, now)
    for channel in desk.channels:
        row = rows.pop(channel.name, None)
        if row is None:
            proved = channel.practice or in_use
            _enter(db, channel, Status.ACTIVE if proved else Status.PILOT, now)
            continue
        if row.practice and not channel.practice and row.status in CARRIES[Mode.ACTUAL]:
            row.status, row.promoted_by = str(Status.PILOT), None
            _on_record(db, row.name, "channel left practice, a pilot now", SYSTEM, now)
        if row.practice != channel.practice:  # another account, whatever it is called
            row.account_id = ""
            rounds.begin_anew(db, row.name, now)
        row.ours, row.practice, row.network = True, channel.practice, channel.network
        row.title, row.handle = channel.title, channel.account
    for row in rows.values():
        if row.ours:
            row.ours = False
            _on_record(db, row.name, "channel left the configuration", SYSTEM, now)


def add(
    db: Session, *, name: str, network: str, details: Details, by: User, now: datetime
) -> ChannelRow:
    """An account that Skellat does not post to: a library's, a school's, one that is not ours.

    Raises `NotAName`, `NameTaken`, `TooLongDetail`, `SecretInRegister`.
    """
    by.must_be_able_to(Act.KEEP)
    if not _NAME.fullmatch(name):
        raise NotAName(name)
    if name in RESERVED or db.get(ChannelRow, name) is not None:
        raise NameTaken(name)
    status = str(Status.ACTIVE)
    network = _fitting("network", network, 40)
    row = ChannelRow(
        name=name, ours=False, status=status, network=network, title="", handle="", added_at=now
    )
    _write(row, details)
    db.add(row)
    db.flush()
    _on_record(db, name, "account entered in the register", by, now, {"network": network})
    return row


def change(db: Session, *, name: str, details: Details, by: User, now: datetime) -> None:
    """Raises `NotFound`, `TooLongDetail`, `SecretInRegister`."""
    by.must_be_able_to(Act.KEEP)
    row = locked(db, name)
    if row.ours:  # these two are the configuration's
        details = replace(details, title=row.title, handle=row.handle)
    before = {one.name: getattr(row, one.name) for one in fields(details)}
    _write(row, details)
    changed = sorted(name for name, value in before.items() if value != getattr(row, name))
    if changed:
        _on_record(db, name, "register changed", by, now, {"changed": changed})
        leaving.remember(db, row, before, by.actor, now)


def move(db: Session, *, name: str, move: Move, by: User, now: datetime) -> Status:
    """The account's next status. A pilot takes two people: after the first it is one still.

    Raises `NotFound`, `NotAllowed`.
    """
    by.must_be_able_to(Act.KEEP)
    row = locked(db, name)
    status = after(NEXT, Status(row.status), move)
    if move is Move.PROMOTE and row.promoted_by in (None, by.id):
        if row.promoted_by is None:
            row.promoted_by = by.id
            _on_record(db, name, "promotion begun", by, now)
        return Status.PILOT
    before, row.status = row.status, str(status)
    row.promoted_by = None
    _on_record(db, name, "status changed", by, now, {"was": before, "is": row.status})
    return status


def withdraw(db: Session, *, name: str, by: User, now: datetime) -> None:
    """Whoever agreed first to a promotion thinks better of it; a second press changes nothing.

    Raises `NotFound`, also where somebody else agreed: theirs is theirs to withdraw.
    """
    by.must_be_able_to(Act.KEEP)
    row = locked(db, name)
    if row.promoted_by is None:
        return
    if row.promoted_by != by.id:
        raise NotFound("promotion", name)
    row.promoted_by = None
    _on_record(db, name, "promotion withdrawn", by, now)


def rotated(db: Session, *, name: str, by: User, now: datetime) -> None:
    """Somebody says that the password or token was changed.

    Raises `NotFound`, `NoLongerKeeps`.
    """
    by.must_be_able_to(Act.KEEP)
    row = locked(db, name)
    kept = [one.until for one in register.custodies(db, [name]) if one.user_id == by.id]
    if kept and None not in kept:
        raise NoLongerKeeps
    row.rotated_at = now
    _on_record(db, name, "credential changed", by, now)


def usable(
    db: Session, desk: Desk, mode: Mode, names: list[str] | None = None
) -> list[ConfiguredChannel]:
    """The channels that a message of this mode may go out on now; ``names`` None means all. One
    that is not in the register yet may: losing a channel without a word would be worse."""
    known = register.statuses(db)
    return [
        one
        for one in desk.channels_for(mode, names)
        if Status(known.get(one.name, Status.ACTIVE)) in CARRIES[mode]
    ]


def locked(db: Session, name: str) -> ChannelRow:
    row = db.get(ChannelRow, name, with_for_update=True)
    if row is None:
        raise NotFound("channel", name)
    return row


def _found_broken(db: Session, broken: BrokenChannel, now: datetime) -> None:
    """Red in the register from now on, as after a check that failed; once for each fault."""
    last = register.latest_checks(db).get(broken.name)
    if last and last.detail == broken.fault.what:
        return
    reason = str(Reason.MISCONFIGURED)
    what = broken.fault.what
    db.add(CheckRow(channel=broken.name, at=now, passed=False, reason=reason, detail=what))
    _on_record(db, broken.name, "channel left out, plugin broken", SYSTEM, now, {"what": what})


def _enter(db: Session, channel: ConfiguredChannel, status: Status, now: datetime) -> None:
    row = ChannelRow(
        name=channel.name,
        ours=True,
        practice=channel.practice,
        status=str(status),
        network=channel.network,
        title=channel.title,
        handle=channel.account,
        kept_in=", ".join(channel.secrets)[: LONGEST["kept_in"]],
        added_at=now,
    )
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:  # web and workers start at once, and the other was first
        return
    _on_record(db, channel.name, "channel entered in the register", SYSTEM, now, {"is": status})


def _write(row: ChannelRow, details: Details) -> None:
    for one in fields(details):
        setattr(row, one.name, _fitting(one.name, getattr(details, one.name), LONGEST[one.name]))


def _fitting(field: str, written: str, most: int) -> str:
    text = plain_text.clean(written).strip()
    if len(text) > most:
        raise TooLongDetail(field, most)
    if field in ("kept_in", "if_lost", "second_factor") and _has_token(_REFERENCE.sub("", text)):
        raise SecretInRegister(field)
    return text


def _has_token(text: str) -> bool:
    """A long run of letters and digits is a password or a token; an address has dots and slashes.
    One pattern with two look-aheads would say so too, in quadratic time."""
    for word in text.split():
        digit = max((at for at, one in enumerate(word) if one.isdecimal()), default=-1)
        letter = max(
            (at for at, one in enumerate(word) if one.isascii() and one.isalpha()), default=-1
        )
        if any(run.start() <= min(digit, letter) for run in _LONG_RUN.finditer(word)):
            return True
    return False


def _on_record(
    db: Session,
    name: str,
    action: str,
    by: User,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    record(
        db,
        actor=by.actor,
        action=action,
        subject=f"channel:{name}",
        detail={"channel": name, **(detail or {})},
        now=now,
    )
