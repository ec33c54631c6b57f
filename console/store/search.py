"""Finds entries of the record, newest first, by what they say and who did what when."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    TableClause,
    bindparam,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from console.domain.audit import Entry
from console.store.audit import EntryRow

_INDEX: TableClause = table("audit_words", column("rowid", Integer), column("number", Integer))
_OUT_OF_STEP = 1000
"""Entries are numbered in the order of their commits, and their time is that of the act: side by
side they may be out of step by this many."""
NEAR = 20_000
"""Some milliseconds."""


@dataclass(frozen=True)
class Wanted:
    """Which entries to find; what is empty does not narrow it."""

    text: str = ""
    """Words, all of which an entry has; ``flood*`` is any word that begins so."""
    person: str = ""
    action: str = ""
    channel: str = ""
    state: str = ""
    """The state that a delivery was left in."""
    world: str = ""
    """``actual`` or ``exercise``, for entries of incidents."""
    incident: str = ""
    begin: datetime | None = None
    until: datetime | None = None
    """Not this moment itself."""

    @property
    def everything(self) -> bool:
        return self == Wanted()


def newest(
    db: Session, wanted: Wanted, *, before: int | None = None, limit: int, near: int = NEAR
) -> list[Entry]:
    """Entries with all that is wanted, newest first, with numbers below ``before``. ``near`` is how
    many PostgreSQL goes through before it asks its index of words."""
    words = _words(wanted)
    if words is None:
        return []
    bounds = _numbers(db, wanted, before)
    if not words:
        return _read(db, wanted, bounds, select(EntryRow), EntryRow.number, limit)
    number = _number(db)
    query = select(EntryRow).join(_INDEX, number == EntryRow.number).where(_has(db, words))
    if _sqlite(db):
        return _read(db, wanted, bounds, query, number, limit)
    # PostgreSQL cannot tell how often a word is there beyond the commonest. To read numbers
    # downwards is right for a common one, and reads the whole record for a rare one: so a little
    # way downwards first, and then by the index of words, which is the only one that helps with an
    # order by a sum.
    last = min([one.below for one in bounds if one.below is not None], default=_last(db) + 1)
    found = _read(db, wanted, [*bounds, _Bound(least=last - near)], query, number, limit)
    if len(found) < limit and last > near:
        # To start a second process takes longer than all that it would do.
        db.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        found = _far(db, wanted, bounds, _has(db, words), limit)
    return found


def _read(
    db: Session,
    wanted: Wanted,
    bounds: Sequence["_Bound"],
    query: Select[EntryRow],
    number: ColumnElement[int] | InstrumentedAttribute[int],
    limit: int,
) -> list[Entry]:
    query = query.where(*_in_time(wanted)).order_by(number.desc()).limit(limit)
    for bound in bounds:
        query = query.where(bound(EntryRow.number), bound(number))
    return [row.value() for row in db.scalars(query)]


def _far(
    db: Session,
    wanted: Wanted,
    bounds: Sequence["_Bound"],
    has: ColumnElement[bool],
    limit: int,
) -> list[Entry]:
    """The numbers first: the entries themselves are read for one page alone."""
    number = _INDEX.c.number
    numbers = select(number).where(has, *(bound(number) for bound in bounds))
    if in_time := _in_time(wanted):
        numbers = numbers.join(EntryRow, EntryRow.number == number).where(*in_time)
    page = numbers.order_by((number + 0).desc()).limit(limit).subquery()
    query = select(EntryRow).join(page, page.c.number == EntryRow.number)
    return [row.value() for row in db.scalars(query.order_by(EntryRow.number.desc()))]


def _in_time(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [
        *([EntryRow.at >= _stored(wanted.begin)] if wanted.begin else []),
        *([EntryRow.at < _stored(wanted.until)] if wanted.until else []),
    ]


def _last(db: Session) -> int:
    return db.scalar(select(func.max(EntryRow.number))) or 0


def actors(db: Session) -> list[str]:
    return _different(db, EntryRow.actor)


def actions(db: Session) -> list[str]:
    return _different(db, EntryRow.action)


def folded(text: str) -> list[str]:
    """The words of a text as the index has them: small, without accents, letters and digits only.

    The letters are those of Unicode 3.2: SQLite's tables are older than Python's, and a sign that
    one takes for a letter and the other does not would be two words in a search of one.
    """
    plain = unicodedata.normalize("NFD", text).lower()
    kept = (_letter(sign) for sign in plain if not unicodedata.combining(sign))
    return "".join(kept).split()


def _letter(sign: str) -> str:
    return sign if sign == "*" or unicodedata.ucd_3_2_0.category(sign)[0] in "LN" else " "


def _words(wanted: Wanted) -> list[str] | None:
    """None where something was typed that no entry can have."""
    typed = folded(wanted.text)
    if wanted.text.strip() and not any(one.strip("*") for one in typed):
        return None
    exact = (
        ("who", wanted.person),
        ("did", wanted.action),
        ("on", wanted.channel),
        ("now", wanted.state),
        ("in", wanted.world),
        ("of", wanted.incident),
    )
    narrowed = [name + value.encode().hex() for name, value in exact if value]
    words = [part + "*" * (one.endswith("*")) for one in typed if (part := _stem(one))]
    return [*narrowed, *words]


def _stem(word: str) -> str:
    return word.replace("*", "")


def _has(db: Session, words: list[str]) -> ColumnElement[bool]:
    """The words are letters and digits alone, so that quotes around them hold them."""
    if _sqlite(db):
        match = " AND ".join(f'"{_stem(one)}"{" *" * one.endswith("*")}' for one in words)
        return column("audit_words", String).op("MATCH")(bindparam("match", match))
    match = " & ".join(f"'{_stem(one)}'{':*' * one.endswith('*')}" for one in words)
    asked = bindparam("match", match).op("::")(column("tsquery"))
    return column("words").op("@@")(asked)


def _number(db: Session) -> ColumnElement[int]:
    return _INDEX.c.rowid if _sqlite(db) else _INDEX.c.number


def _numbers(db: Session, wanted: Wanted, before: int | None) -> list["_Bound"]:
    """A span of time as a span of numbers, so that a page of long ago is found as soon as one of
    today."""
    first = _beside(db, wanted.begin, later=True) if wanted.begin else None
    last = _beside(db, wanted.until, later=False) if wanted.until else None
    bounds = [
        _Bound(least=first - _OUT_OF_STEP) if first is not None else None,
        _Bound(below=last + _OUT_OF_STEP) if last is not None else None,
        _Bound(below=before) if before is not None else None,
    ]
    return [one for one in bounds if one]


@dataclass(frozen=True)
class _Bound:
    least: int | None = None
    below: int | None = None

    def __call__(
        self, number: ColumnElement[int] | InstrumentedAttribute[int]
    ) -> ColumnElement[bool]:
        return number >= self.least if self.least is not None else number < self.below


def _beside(db: Session, moment: datetime, *, later: bool) -> int | None:
    """The number of the first entry from a moment on, or of the last before it."""
    at = _stored(moment)
    query = select(EntryRow.number).limit(1)
    if later:
        query = query.where(EntryRow.at >= at).order_by(EntryRow.at)
    else:
        query = query.where(EntryRow.at < at).order_by(EntryRow.at.desc())
    found = db.scalar(query)
    return found if found is not None else (_NOTHING if later else 0)


_NOTHING = 2**31 - 1
"""Above every number there is."""


def _different(db: Session, wanted: InstrumentedAttribute[str]) -> list[str]:
    """Each value once, leaping along its index: a million entries have a few dozen of them."""
    leaps = select(func.min(wanted).label("value")).cte("leaps", recursive=True)
    after = select(func.min(wanted)).where(wanted > leaps.c.value).scalar_subquery()
    leaps = leaps.union_all(select(after).where(leaps.c.value.is_not(None)))
    return list(db.scalars(select(leaps.c.value).where(leaps.c.value.is_not(None))))


def _stored(moment: datetime) -> str:
    """As `console.store.audit.record` writes it, so that text compares as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _sqlite(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"
