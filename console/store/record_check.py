"""Reads the whole record: its chain, its MACs, and the checkpoints that were signed on the way."""

import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from console.domain.audit import Break, first_break_of
from console.domain.checkpoint import Checkpoint, NotSigned, opened, origin_of
from console.domain.record_key import RecordKey
from console.store import audit, checkpoints

Row = tuple[Any, ...]


class _Disagrees(Exception):
    def __init__(self, number: int, what: str) -> None:
        super().__init__(what)
        self.found = Break(number, what)


def first_break(
    db: Session, outside: Iterable[str] = (), *, giving_way: bool = False
) -> Break | None:
    """The first break, or None. ``outside`` are checkpoints that were kept elsewhere, oldest first.
    Nothing is kept in memory, however long the record is. ``giving_way``: other threads of this
    process have something better to do."""
    keys, head = audit.keys(db), audit.head(db)
    rows: Iterator[Row] = audit.rows(db)
    if giving_way:
        rows = _giving_way(rows)
    if keys is not None:
        notes = [_read(one, keys.all) for one in (checkpoints.notes(db), outside)]
        rows = _beside(rows, heapq.merge(*notes, key=lambda one: one.entries), head[0])
    try:
        return first_break_of(rows, head=head, macs=keys.macs if keys else None)
    except _Disagrees as wrong:
        return wrong.found


def _giving_way(rows: Iterator[Row]) -> Iterator[Row]:
    """Who waits for Python's lock has it within a millisecond. Without this they wait five each
    time that they come back from the database: a page comes back dozens of times."""
    for place, row in enumerate(rows):
        if place % _AT_ONCE == 0:
            time.sleep(_ASIDE)
        yield row


_AT_ONCE = 100
_ASIDE = 0.0001
"""Seconds; after none the thread that gave the lock up would often take it right back."""


def _beside(rows: Iterator[Row], signed: Iterator[Checkpoint], last: int) -> Iterator[Row]:
    """The rows, each held against what was signed of it. Stops before one that disagrees, so that
    what is wrong with the entries before it is told first."""
    expected, origin = next(signed, None), ""
    for row in rows:
        yield row  # its own break is told first
        number, digest = row[0], row[11]
        origin = origin or origin_of(digest)
        while expected is not None and expected.entries <= number:
            if (expected.entries, expected.head, expected.origin) != (number, digest, origin):
                what = "it is not the one that a checkpoint was signed over: it was rewritten"
                raise _Disagrees(expected.entries, what)
            expected = next(signed, None)
    if expected is not None:
        what = f"entries are missing at the end: a checkpoint is over {expected.entries}"
        raise _Disagrees(last + 1, what)


def _read(notes: Iterable[str], keys: Sequence[RecordKey]) -> Iterator[Checkpoint]:
    before = 0
    for note in notes:
        try:
            found = opened(note, keys)
        except NotSigned:
            what = "the checkpoint after it was not signed by this installation"
            raise _Disagrees(before, what) from None
        if found.entries < before:
            raise _Disagrees(found.entries, "checkpoints over it are not in their order")
        before = found.entries
        yield found
