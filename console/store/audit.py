"""The record on disk: append entries, read them in order."""

from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, bindparam, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.audit import FIELDS, GENESIS, Entry, sealed
from console.domain.canonical import canonical
from console.domain.record_key import RecordKeys
from console.store.base import Base

_PENDING = "skellat.audit"
KEYS = "skellat.record keys"
"""Where `Sessions` leaves the record's keys for `write`, in a transaction's ``info``."""


class NotKeyed(Exception):
    """Somebody without a key is about to write into a record whose entries have MACs."""


BY_A_PERSON = "incident != '' AND actor_id != ''"
"""Of an entry, for the index of who took part in what."""


class EntryRow(Base):
    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(200))
    actor_id: Mapped[str] = mapped_column(String(32), index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    incident: Mapped[str] = mapped_column(String(32), index=True)
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(16), default="")
    mac: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64))
    erased: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index(
            "ix_audit_erased",
            "erased",
            sqlite_where=text("erased > 0"),
            postgresql_where=text("erased > 0"),
        ),
        Index(
            "ix_audit_took_part",
            "incident",
            "actor_id",
            sqlite_where=text(BY_A_PERSON),
            postgresql_where=text(BY_A_PERSON),
        ),
    )

    def value(self) -> Entry:
        return Entry(
            number=self.number,
            at=self.at,
            actor=self.actor,
            actor_id=self.actor_id,
            action=self.action,
            subject=self.subject,
            incident=self.incident,
            detail=self.detail,
            previous=self.previous,
            key=self.key,
            mac=self.mac,
            digest=self.digest,
            erased=self.erased,
        )


class HeadRow(Base):
    """The last number and digest; locked by whoever appends, so that numbers have no gaps."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(16), default="")
    """That of the last entry; once there is one, no entry goes without."""


@dataclass(frozen=True)
class Actor:
    """Who did it: a person, or a part of Skellat, with an empty id."""

    name: str
    id: str = ""


def record(
    db: Session,
    *,
    actor: Actor,
    action: str,
    subject: str,
    incident: str = "",
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Notes what happened; `write` puts it on the record when the transaction is about to end.

    Written last, so that the head of the record is held for as short as can be and always locked
    after every other row: no two writers can wait for each other.
    """
    entry = Entry(
        number=0,
        at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        actor=actor.name,
        actor_id=actor.id,
        action=action,
        subject=subject,
        incident=incident,
        detail=canonical(detail or {}).decode(),
        previous="",
    )
    db.info.setdefault(_PENDING, []).append(entry)


def write(db: Session) -> None:
    """Numbers, chains and seals what this transaction recorded. Raises `NotKeyed`."""
    pending: list[Entry] = db.info.pop(_PENDING, [])
    if not pending:
        return
    db.flush()
    row = db.get_one(HeadRow, 1, with_for_update=True, populate_existing=True)
    found = keys(db)
    if row.key and found is None:
        raise NotKeyed
    for entry in pending:
        entry = replace(entry, number=row.number + 1, previous=row.digest)
        entry = sealed(entry, found.current if found else None)
        db.add(EntryRow(**entry.__dict__))
        row.number, row.digest, row.key = entry.number, entry.digest, entry.key


def keys(db: Session) -> RecordKeys | None:
    """Those that this transaction writes and verifies with; None where it has none."""
    found: RecordKeys | None = db.info.get(KEYS)
    return found


def head(db: Session) -> tuple[int, str]:
    row = db.get(HeadRow, 1)
    return (row.number, row.digest) if row else (0, GENESIS)


def first(db: Session) -> str:
    """The first entry's digest, which names this record; empty while there is none."""
    row = db.get(EntryRow, 1)
    return row.digest if row else ""


def entries(
    db: Session, *, after: int = 0, incident: str | None = None, limit: int | None = None
) -> Generator[Entry, None, None]:
    """Entries in order, a thousand at a time, so that memory stays flat. Close it where you may
    stop early: the database keeps a cursor open for it."""
    query = select(*_ATTRIBUTES).where(EntryRow.number > after).order_by(EntryRow.number)
    if incident is not None:
        query = query.where(EntryRow.incident == incident)
    if limit is not None:
        query = query.limit(limit)
    rows = db.execute(query.execution_options(yield_per=1000))
    try:
        for row in rows:
            yield Entry(*row)
    finally:
        rows.close()


def rows(db: Session) -> Generator[tuple[Any, ...], None, None]:
    """Every entry as bare `FIELDS`, for whoever reads a million of them: text and numbers as the
    driver has them. A row of SQLAlchemy's own costs as much as to check what is in it."""
    after, connection = _BELOW_ALL, db.connection()
    while True:
        found = connection.execute(_NEXT, {"after": after})
        assert found.cursor is not None
        part = found.cursor.fetchall()
        found.close()
        if not part:
            return
        yield from part
        after = part[-1][0]


_BELOW_ALL = -(2**63)
_TABLE = EntryRow.__table__
_ATTRIBUTES = [getattr(EntryRow, name) for name in FIELDS]
_NEXT = (
    select(*(_TABLE.c[name] for name in FIELDS))
    .where(_TABLE.c.number > bindparam("after", type_=BigInteger))
    .order_by(_TABLE.c.number)
    .limit(2000)
)


def newest(
    db: Session,
    *,
    before: int | None = None,
    actor: str = "",
    action: str = "",
    incident: str = "",
    limit: int,
) -> list[Entry]:
    """Newest first, each filter only where it is given."""
    query = select(EntryRow).order_by(EntryRow.number.desc()).limit(limit)
    if before is not None:
        query = query.where(EntryRow.number < before)
    for column, wanted in (
        (EntryRow.actor, actor),
        (EntryRow.action, action),
        (EntryRow.incident, incident),
    ):
        if wanted:
            query = query.where(column == wanted)
    return [row.value() for row in db.scalars(query)]


def of_action(db: Session, *actions: str, subjects: Collection[str] | None = None) -> list[Entry]:
    """In the order that they were recorded; ``subjects`` None means all."""
    query = select(EntryRow).where(EntryRow.action.in_(actions)).order_by(EntryRow.number)
    if subjects is not None:
        query = query.where(EntryRow.subject.in_(subjects))
    return [row.value() for row in db.scalars(query)]


def actors(db: Session) -> list[str]:
    return list(db.scalars(select(EntryRow.actor).distinct().order_by(EntryRow.actor)))


def actions(db: Session) -> list[str]:
    return list(db.scalars(select(EntryRow.action).distinct().order_by(EntryRow.action)))
