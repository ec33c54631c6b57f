"""A list from a file: what it would do, row by row, before it is done; then done at once."""

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.actions.recipients import kind_of, listed, on_record
from console.domain.policy import Act
from console.domain.recipient import RecipientState, forgotten, is_forgotten
from console.domain.recipient_list import Row, read
from console.store import recipients
from console.store.recipients import Known, UploadRow

TWICE = "twice"
FROM_FILE = "from a file"


@dataclass(frozen=True)
class Left:
    """A row that is left out. ``why`` is a `Flaw`, ``twice``, ``unsubscribed`` or ``bounced``;
    ``since`` says since when, ``first`` in which line it stood first."""

    row: Row
    why: str
    since: datetime | None = None
    first: int = 0


@dataclass(frozen=True)
class Report:
    """What a file would do to the list as it stands now."""

    rows: int
    new: tuple[str, ...]
    there: int
    """On the list already."""
    left: tuple[Left, ...]
    off: tuple[str, ...]
    """Ids of those who are on the list and not in the file, where it replaces the list."""

    @property
    def reasons(self) -> Mapping[str, int]:
        return Counter(one.why for one in self.left)

    @property
    def seal(self) -> str:
        """The same while the report says the same."""
        return f"{len(self.new)}-{self.there}-{len(self.left)}-{len(self.off)}"


class Changed(Obstacle):
    """The list changed after the report was shown, and so would what the file does."""


def keep(
    db: Session, desk: Desk, *, channel: str, text: str, replaces: bool, by: User, now: datetime
) -> str:
    """Keeps a file until it is applied; returns its id. Raises `NotAList`."""
    by.must_be_able_to(Act.KEEP)
    read(text, kind_of(listed(desk, channel)))
    row = UploadRow(
        channel=channel,
        user_id=by.id,
        at=now,
        replaces=replaces,
        text=zlib.compress(text.encode()),
    )
    db.add(row)
    db.flush()
    return row.id


def kept(db: Session, *, channel: str, upload_id: str, by: User) -> UploadRow:
    """Raises `NotFound`, also for a file of somebody else."""
    row = db.get(UploadRow, upload_id)
    if row is None or row.channel != channel or row.user_id != by.id:
        raise NotFound("upload", upload_id)
    return row


def text_of(row: UploadRow) -> str:
    return zlib.decompress(row.text).decode()


def report(db: Session, desk: Desk, *, channel: str, text: str, replaces: bool) -> Report:
    """Raises `NotAList`."""
    rows = read(text, kind_of(listed(desk, channel)))
    known = recipients.known(db, channel)
    by_address = {address.lower(): one for address, one in known.items()}
    secret = desk.settings.secret if any(map(is_forgotten, known)) else ""
    seen: dict[str, int] = {}
    new: list[str] = []
    left: list[Left] = []
    for row in rows:
        found = _left(row, seen, by_address, secret)
        if found is not None:
            left.append(found)
            continue
        seen[row.address.lower()] = row.line
        if row.address.lower() not in by_address:
            new.append(row.address)
    off = [
        one.id
        for address, one in known.items()
        if replaces and one.state is RecipientState.ACTIVE and address.lower() not in seen
    ]
    there = len(seen) - len(new)
    return Report(len(rows), tuple(new), there, tuple(left), tuple(off))


def apply(
    db: Session,
    desk: Desk,
    *,
    channel: str,
    text: str,
    replaces: bool,
    by: User,
    now: datetime,
    seal: str = "",
) -> Report:
    """Does what the report says. Raises `NotAList`, and `Changed` where it says something else than
    the one with this ``seal``."""
    by.must_be_able_to(Act.KEEP)
    found = report(db, desk, channel=channel, text=text, replaces=replaces)
    if seal and seal != found.seal:
        raise Changed
    recipients.take_off(db, found.off)
    recipients.add_all(db, channel, found.new, by=by.name, now=now, reason=FROM_FILE)
    detail = {
        "added": len(found.new),
        "there": found.there,
        "left_out": {str(why): number for why, number in found.reasons.items()},
        "taken_off": len(found.off),
        "replaces": replaces,
    }
    on_record(db, channel, "recipients imported", by, now, detail)
    return found


def apply_kept(
    db: Session, desk: Desk, *, channel: str, upload_id: str, seal: str, by: User, now: datetime
) -> Report:
    """The same for a file that was kept, which then is gone. Raises `NotFound`, `Changed`."""
    row = kept(db, channel=channel, upload_id=upload_id, by=by)
    done = apply(
        db,
        desk,
        channel=channel,
        text=text_of(row),
        replaces=row.replaces,
        by=by,
        now=now,
        seal=seal,
    )
    db.delete(row)
    return done


def drop(db: Session, *, channel: str, upload_id: str, by: User) -> None:
    """Twice is the same as once."""
    by.must_be_able_to(Act.KEEP)
    row = db.get(UploadRow, upload_id)
    if row is not None and row.channel == channel and row.user_id == by.id:
        db.delete(row)


def _left(
    row: Row, seen: Mapping[str, int], known: Mapping[str, Known], secret: str
) -> Left | None:
    if row.flaw is not None:
        return Left(row, str(row.flaw))
    address = row.address.lower()
    if address in seen:
        return Left(row, TWICE, first=seen[address])
    one = known.get(address)
    if one is None and secret:
        one = known.get(forgotten(address, secret).lower())
    if one is not None and one.state is not RecipientState.ACTIVE:
        return Left(row, str(one.state), since=one.changed_at)
    return None
