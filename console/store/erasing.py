"""Takes the words out of entries, as the database's triggers let it, and out of its files."""

from collections.abc import Sequence

from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from console.domain.audit import Entry
from console.domain.erasure import ERASED, NOBODY, subject
from console.store import logbook
from console.store.audit import EntryRow
from console.store.engine import Sessions

_DENIED = "42501"
"""insufficient_privilege: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_STEP = 200
"""Pages of the words' index that one transaction goes through, so that nobody waits for long."""


class MayNot(Exception):
    """This PostgreSQL role may add to the record and no more."""


def take_words_out(db: Session, number: int) -> None:
    """Once the entry that says so is written: the database refuses it before. Raises `MayNot`."""
    later = logbook.about(db, subject(number), ERASED)[-1]
    change = (
        update(EntryRow)
        .where(EntryRow.number == number)
        .values(actor=NOBODY, actor_id="", detail=later.detail, mac="", erased=later.number)
    )
    try:
        db.execute(change)
    except ProgrammingError as refused:
        if getattr(refused.orig, "sqlstate", None) == _DENIED:
            raise MayNot from refused
        raise


def erased(db: Session) -> list[int]:
    """The numbers of all erased entries."""
    query = select(EntryRow.number).where(EntryRow.erased > 0).order_by(EntryRow.number)
    return list(db.scalars(query))


def speaking_of(db: Session, numbers: Sequence[int]) -> list[Entry]:
    """Entries about these ones, such as corrections: they may have the same words."""
    about = [subject(one) for one in numbers]
    query = select(EntryRow).where(
        EntryRow.subject.in_(about), EntryRow.action != ERASED, EntryRow.erased == 0
    )
    return [row.value() for row in db.scalars(query.order_by(EntryRow.number))]


def overwrite_freed(db: Session) -> None:
    """Has SQLite fill with noughts what the transaction frees; PostgreSQL does it in `sweep`."""
    if db.get_bind().dialect.name == "sqlite":
        db.execute(text("PRAGMA secure_delete = ON"))


def sweep(sessions: Sessions) -> bool:
    """Takes what was erased out of the database's own files as well: out of the index of words, the
    log, and rows that nobody sees any more. False where somebody reads the log all the time: it
    goes when Skellat is stopped."""
    if not sessions.sqlite:
        with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM audit, audit_words"))
        return True
    merge = "INSERT INTO audit_words (audit_words, rank) VALUES ('merge', :pages)"
    pages, before = -_STEP, -2
    while True:
        with sessions.begin() as db:
            overwrite_freed(db)
            db.execute(text(merge), {"pages": pages})
            changed = db.execute(text("SELECT total_changes()")).scalar_one()
        if changed - before < 2:
            break
        before, pages = changed, _STEP
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        busy, _, _ = db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    return not busy
